"""Kernels: neurons put at the nodes of a motif one after the other, by joining sorted lists.

A walk goes down the nodes in the order of its plan. When a neuron has been put at a node, the
lists for the nodes to come are cut down to what still fits, each as early as it can be; where a
list runs empty, the walk turns back. All that a walk knows stands in its arrays, so it can stop
anywhere and go on later.

`memory` is one int32 array that holds every list: those of the relations, the neurons to begin
with, and behind them room for the lists that a walk makes. A list is a run in it, ascending.
"""

from __future__ import annotations

from ...compiled import compiled

# What a step of a plan does to the list of a later node.
ROW, AND, WITHOUT = 0, 1, 2
# Columns of a step.
KIND, TARGET, RESULT, RELATION, LEFT, RIGHT, NEEDED, STEP_COLUMNS = 0, 1, 2, 3, 4, 5, 6, 7
# Columns of a list.
START, STOP, ROOM, MARK, MARKED, SPENT, LIST_COLUMNS = 0, 1, 2, 3, 4, 5, 6
# Kinds of checks, and their columns.
DIFFERENT, NODES, EDGES = 0, 1, 2
CHECK_COLUMNS = 6
# Lists so short that to think about how to join them costs more than to do it.
_SHORT = 16
# Places in the state of a walk.
DEPTH, STATE_SIZE = 0, 1


@compiled
def _first_from(memory, start, stop, value):  # type: ignore[no-untyped-def]
    """First place in the ascending run start ... stop - 1 with at least `value`, or stop."""
    while start < stop:
        middle = (start + stop) >> 1
        if memory[middle] < value:
            start = middle + 1
        else:
            stop = middle
    return start


@compiled
def _bits(number):  # type: ignore[no-untyped-def]
    """Steps of a binary search among so many."""
    bits = 1
    while number > 1:
        number >>= 1
        bits += 1
    return bits


@compiled
def _search_each(memory, a, a_stop, b, b_stop, to, keep):  # type: ignore[no-untyped-def]
    """Write those of run a that are in run b (keep 1) or are not (keep 0); end of what is written.

    Looks for each of a in b, going forward in growing steps.
    """
    for p in range(a, a_stop):
        value = memory[p]
        step = 1
        ahead = b
        while ahead < b_stop and memory[ahead] < value:
            b = ahead + 1
            ahead += step
            step += step
        b = _first_from(memory, b, min(ahead, b_stop), value)
        found = b < b_stop and memory[b] == value
        memory[to] = value
        to += found == keep
    return to


@compiled
def _merge(memory, a, a_stop, b, b_stop, to, keep):  # type: ignore[no-untyped-def]
    """As `_search_each`, going through both runs step by step."""
    while a < a_stop and b < b_stop:
        x, y = memory[a], memory[b]
        memory[to] = x
        to += (x == y) if keep else (x < y)
        a += x <= y
        b += y <= x
    if not keep:
        while a < a_stop:
            memory[to] = memory[a]
            to += 1
            a += 1
    return to


@compiled
def _look_up(memory, marks, mark, a, a_stop, to, keep):  # type: ignore[no-untyped-def]
    """Write those of run a whose mark is `keep`."""
    for p in range(a, a_stop):
        value = memory[p]
        memory[to] = value
        to += marks[mark, value] == keep
    return to


@compiled
def _unmark(memory, lists, marks, which):  # type: ignore[no-untyped-def]
    mark = lists[which, MARK]
    for p in range(lists[which, START], lists[which, STOP]):
        marks[mark, memory[p]] = 0
    lists[which, MARKED] = 0


@compiled
def _pays(memory, lists, marks, which, cost):  # type: ignore[no-untyped-def]
    """Whether a list is marked by now; it is once going without has cost as much as marking."""
    if lists[which, MARK] < 0:
        return False
    if lists[which, MARKED]:
        return True
    lists[which, SPENT] += cost
    if lists[which, SPENT] < 2 * (lists[which, STOP] - lists[which, START]):
        return False
    mark = lists[which, MARK]
    for p in range(lists[which, START], lists[which, STOP]):
        marks[mark, memory[p]] = 1
    lists[which, MARKED] = 1
    return True


@compiled
def _intersect(memory, lists, marks, left, a, a_stop, b, b_stop, to):  # type: ignore[no-untyped-def]
    """Write what is in both runs, the first of list `left`; end of what is written."""
    n_left, n_right = a_stop - a, b_stop - b
    if n_left + n_right <= _SHORT:
        return _merge(memory, a, a_stop, b, b_stop, to, 1)
    # Go through the second with the first one marked, search for each of one, or merge.
    each_left = n_left * (2 + _bits(n_right))
    each_right = n_right * (2 + _bits(n_left))
    best = min(each_left, each_right, n_left + n_right)
    if n_right <= best and _pays(memory, lists, marks, left, best):
        return _look_up(memory, marks, lists[left, MARK], b, b_stop, to, 1)
    if best == each_left:
        return _search_each(memory, a, a_stop, b, b_stop, to, 1)
    if best == each_right:
        return _search_each(memory, b, b_stop, a, a_stop, to, 1)
    return _merge(memory, a, a_stop, b, b_stop, to, 1)


@compiled
def _subtract(memory, lists, marks, a, a_stop, right, b, b_stop, to):  # type: ignore[no-untyped-def]
    """Write what is in the first run and not in the second; end of what is written."""
    n_left, n_right = a_stop - a, b_stop - b
    each_left = n_left * (2 + _bits(n_right))
    best = min(each_left, n_left + n_right)
    if _pays(memory, lists, marks, right, best):
        return _look_up(memory, marks, lists[right, MARK], a, a_stop, to, 0)
    if best == each_left:
        return _search_each(memory, a, a_stop, b, b_stop, to, 0)
    return _merge(memory, a, a_stop, b, b_stop, to, 0)


@compiled
def _holds(operator, x, y):  # type: ignore[no-untyped-def]
    if operator == 0:
        return x == y
    if operator == 1:
        return x != y
    if operator == 2:
        return x < y
    return x <= y


@compiled
def _passes(checks, c, chosen, depth, ranks, indptr, indices, weights):  # type: ignore[no-untyped-def]
    """Whether the neurons put so far meet check number c."""
    if checks[c, 0] == DIFFERENT:
        return chosen[checks[c, 1]] != chosen[depth]
    if checks[c, 0] == NODES:
        one = ranks[checks[c, 1], chosen[checks[c, 2]]]
        two = ranks[checks[c, 3], chosen[checks[c, 4]]]
        return one >= 0 and two >= 0 and _holds(checks[c, 5], one, two)
    a, b = chosen[checks[c, 1]], chosen[checks[c, 3]]
    x = _first_from(indices, indptr[a], indptr[a + 1], chosen[checks[c, 2]])
    y = _first_from(indices, indptr[b], indptr[b + 1], chosen[checks[c, 4]])
    return _holds(checks[c, 5], weights[x], weights[y])


@compiled
def _within(order, order_ptr, node, depth, chosen, memory, start, stop):  # type: ignore[no-untyped-def]
    """The part of a run that comes after or before neurons already put, as symmetry asks."""
    for c in range(order_ptr[node], order_ptr[node + 1]):
        other = order[c, 0]
        if other > depth:
            continue
        if order[c, 1]:  # after that neuron
            start = _first_from(memory, start, stop, chosen[other] + 1)
        else:
            stop = _first_from(memory, start, stop, chosen[other])
    return start, stop


@compiled
def advance(  # type: ignore[no-untyped-def]
    size,
    memory,
    relation_ptr,
    steps,
    step_ptr,
    list_of_node,
    order,
    order_ptr,
    checks,
    check_ptr,
    ranks,
    indptr,
    indices,
    weights,
    column,
    at_once,
    state,
    chosen,
    place,
    end,
    lists,
    marks,
    out,
    most_work,
):
    """Walk on until `out` is full, the work is done, or enough has been done for now.

    Parameters
    ----------
    size : int
        Number of nodes of the motif, 2 at least; below, L relations, S steps, T lists.
    memory : (M,) int32
    relation_ptr : (L, N + 1) int64
        Where in memory the row of each neuron begins.
    steps : (S, STEP_COLUMNS), step_ptr : (size + 1,) int64
        What to do once a neuron has been put at each depth.
    list_of_node : (size,) int64
        The finished list of each depth but the first.
    order : (O, 2), order_ptr : (size + 1,) int64
        For each depth: an earlier one, and whether to come after its neuron (1) or before (0).
    checks : (C, CHECK_COLUMNS), check_ptr : (size + 1,) int64
        For each depth, what is left to check of a neuron.
    ranks : (R, N) int32
        Attributes to compare; -1 where missing.
    indptr, indices, weights
        The graph, for weights to compare.
    column : (size,) int64
        Row of `out` for each depth.
    at_once : bool
        Count only, the last node by the length of its list: its checks are all `DIFFERENT`.
    state, chosen, place, end, lists, marks
        Of the walk; changed.
    out : (size, K) int32
        Filled from its first column; K = 0 asks for the number alone.
    most_work : int
        Steps after which to return.

    Returns
    -------
    found : int
        Columns filled, or with K = 0 matches counted in this call.
    done : bool
    """
    counting = out.shape[1] == 0
    found = 0
    work = 0
    depth = state[DEPTH]
    last = size - 1
    while depth >= 0:
        if work > most_work:
            state[DEPTH] = depth
            return found, False
        if depth == last:
            # The innermost loop, on its own.
            p, stop = place[depth], end[depth]
            first_check, last_check = check_ptr[depth], check_ptr[depth + 1]
            while p < stop:
                chosen[depth] = memory[p]
                p += 1
                fine = True
                for c in range(first_check, last_check):
                    if not _passes(checks, c, chosen, depth, ranks, indptr, indices, weights):
                        fine = False
                        break
                if not fine:
                    continue
                if not counting:
                    for d in range(size):
                        out[column[d], found] = chosen[d]
                found += 1
                if found == out.shape[1]:
                    place[depth] = p
                    state[DEPTH] = depth
                    return found, False
            work += stop - place[depth]
            depth -= 1
            continue
        if place[depth] >= end[depth]:
            depth -= 1
            continue
        chosen[depth] = memory[place[depth]]
        place[depth] += 1
        work += 1
        fine = True
        for c in range(check_ptr[depth], check_ptr[depth + 1]):
            if not _passes(checks, c, chosen, depth, ranks, indptr, indices, weights):
                fine = False
                break
        if not fine:
            continue
        neuron = chosen[depth]
        for s in range(step_ptr[depth], step_ptr[depth + 1]):
            target, result = steps[s, TARGET], steps[s, RESULT]
            if lists[result, MARKED]:
                _unmark(memory, lists, marks, result)
            lists[result, SPENT] = 0
            if steps[s, KIND] == ROW:
                start = relation_ptr[steps[s, RELATION], neuron]
                stop = relation_ptr[steps[s, RELATION], neuron + 1]
                if steps[s, NEEDED]:
                    start, stop = _within(
                        order, order_ptr, target, depth, chosen, memory, start, stop
                    )
            else:
                left, right = steps[s, LEFT], steps[s, RIGHT]
                a, a_stop = _within(
                    order, order_ptr, target, depth, chosen, memory,
                    lists[left, START], lists[left, STOP],
                )  # fmt: skip
                b, b_stop = lists[right, START], lists[right, STOP]
                start = lists[result, ROOM]
                if steps[s, KIND] == AND:
                    stop = _intersect(memory, lists, marks, left, a, a_stop, b, b_stop, start)
                elif b == b_stop and lists[result, MARK] < 0:
                    # Where the list is marked it needs a place of its own, to be unmarked by.
                    start, stop = a, a_stop
                else:
                    stop = _subtract(memory, lists, marks, a, a_stop, right, b, b_stop, start)
                work += a_stop - a
            lists[result, START] = start
            lists[result, STOP] = stop
            if steps[s, NEEDED] and start == stop:
                fine = False
                break
        if not fine:
            continue
        below = list_of_node[depth + 1]
        start, stop = _within(
            order, order_ptr, depth + 1, depth, chosen, memory,
            lists[below, START], lists[below, STOP],
        )  # fmt: skip
        if at_once and depth + 1 == last:
            found += stop - start
            for c in range(check_ptr[last], check_ptr[last + 1]):
                other = chosen[checks[c, 1]]
                p = _first_from(memory, start, stop, other)
                found -= p < stop and memory[p] == other
            continue
        depth += 1
        place[depth] = start
        end[depth] = stop
    state[DEPTH] = -1
    for which in range(lists.shape[0]):
        if lists[which, MARKED]:
            _unmark(memory, lists, marks, which)
    return found, True
