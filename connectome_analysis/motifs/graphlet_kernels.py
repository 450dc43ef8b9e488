"""Graphlet kernels: the loops behind `graphlet_maps`, over edges, triangles and two-step walks.

All take the arrays of `NumberedEdges` and `TriangleLists` as these describe them, checked by no
one here, and work through every parts-th neuron, beginning with number `part`. They count maps:
ordered choices of neurons, some of which may be the same.
"""

from __future__ import annotations

import numpy as np

from ..compiled import compiled

# Columns of what `walk_maps` and `clique_maps` return: the orbits whose maps they count.
WALK_ORBITS = (34, 36, 37, 49, 50, 51, 62, 63, 64, 68, 69)
# Those that a neuron finds for itself; the others are found for it by its partners.
OWN_WALK_COLUMNS = (0, 1, 2, 4, 5, 7, 9)
CLIQUE_ORBITS = (57, 66, 70, 71, 72)


@compiled
def partner_sums(indptr, indices, number, over, values):  # type: ignore[no-untyped-def]
    """(N,) sums of values : (N,) over partners, each times over : (P,) of its edge.

    over : (1,) stands for the same weight everywhere.
    """
    sums = np.zeros(values.shape[0], values.dtype)
    if over.shape[0] == 1:
        for v in range(values.shape[0]):
            for j in range(indptr[v], indptr[v + 1]):
                sums[v] += values[indices[j]]
            sums[v] *= over[0]
        return sums
    for v in range(values.shape[0]):
        for j in range(indptr[v], indptr[v + 1]):
            sums[v] += values[indices[j]] * over[number[j]]
    return sums


@compiled
def square_counts(indptr, indices, held, part, parts):  # type: ignore[no-untyped-def]
    """(N,) int64: squares at each rank, with or without diagonals, by that of smallest rank."""
    n_nodes = indptr.shape[0] - 1
    squares = np.zeros(n_nodes, np.int64)
    walks = np.zeros(n_nodes, np.int64)
    reached = np.empty(n_nodes, np.int64)
    # Position in each row of the first partner of larger rank than v: v is ascending, so it moves.
    beyond = indptr[:-1].copy()
    for v in range(n_nodes):
        first = indptr[v] + held[v]
        end = indptr[v + 1]
        for j in range(first, end):
            u = indices[j]
            beyond[u] += 1  # past v: all smaller partners of u were passed before
        if v % parts != part:
            continue
        n_reached = 0
        for j in range(first, end):
            u = indices[j]
            for i in range(beyond[u], indptr[u + 1]):
                w = indices[i]
                if walks[w] == 0:
                    reached[n_reached] = w
                    n_reached += 1
                walks[w] += 1
        for j in range(first, end):
            u = indices[j]
            others = 0
            for i in range(beyond[u], indptr[u + 1]):
                others += walks[indices[i]] - 1
            squares[u] += others
        for k in range(n_reached):
            w = reached[k]
            pairs = walks[w] * (walks[w] - 1) // 2
            squares[v] += pairs
            squares[w] += pairs
            walks[w] = 0
    return squares


@compiled
def four_cliques(starts, ends, over, part, parts):  # type: ignore[no-untyped-def]
    """(N, 2) int64: at each rank, triangles over the far edges of its triangles; cliques of four.

    over : (P,) int64, triangles over each edge.
    """
    n_nodes = starts.shape[0] - 1
    counts = np.zeros((n_nodes, 2), np.int64)
    place = np.full(n_nodes, -1, np.int64)
    inside = np.zeros(n_nodes, np.int64)
    tag = 0
    for a in range(part, n_nodes, parts):
        begin, end = starts[a], starts[a + 1]
        if end - begin < 2:
            continue
        for ab in range(begin, end):
            place[ends[ab, 1]] = ab
        for ab in range(begin + 1, end):
            b = ends[ab, 1]
            tag += 1
            n_common = 0
            for bc in range(starts[b], starts[b + 1]):
                c = ends[bc, 1]
                ac = place[c]
                if ac < 0:
                    continue
                counts[a, 0] += over[bc]
                counts[b, 0] += over[ac]
                counts[c, 0] += over[ab]
                # c is ascending, so all partners of c that are common to a and b are tagged.
                if n_common:
                    found = 0
                    for cd in range(starts[c], starts[c + 1]):
                        d = ends[cd, 1]
                        if inside[d] == tag:
                            counts[d, 1] += 1
                            found += 1
                    counts[a, 1] += found
                    counts[b, 1] += found
                    counts[c, 1] += found
                inside[c] = tag
                n_common += 1
        for ab in range(begin, end):
            place[ends[ab, 1]] = -1
    return counts


@compiled
def walk_maps(  # type: ignore[no-untyped-def]
    indptr,
    indices,
    number,
    held,
    ends,
    lists,
    third,
    to_first,
    to_second,
    over,
    times,
    steps,
    part,
    parts,
):
    """(N, 11) int64: maps rooted at the orbits `WALK_ORBITS`, from the two-step walks of a rank.

    lists, third, to_first, to_second as in `TriangleLists`; over : (P,) int64, triangles over
    each edge. times : (N,) int64, how many neurons each stands for, itself and others whose only
    partner is the same; 0 leaves it out, and its own columns empty. steps : (P,) int64 receives the
    three-step walks from end to end of each edge.
    """
    n_nodes = indptr.shape[0] - 1
    counts = np.zeros((n_nodes, 11), np.int64)
    walks = np.zeros(n_nodes, np.int64)  # from v in two steps
    weighted = np.zeros(n_nodes, np.int64)  # the same, times the degree of the node between
    braced = np.zeros(n_nodes, np.int64)  # edges, both ways, between partners common to v and it
    reached = np.empty(n_nodes, np.int64)
    fans = np.zeros(n_nodes, np.int64)
    touched = np.empty(n_nodes, np.int64)
    for v in range(part, n_nodes, parts):
        if times[v] == 0:
            continue
        begin, end = indptr[v], indptr[v + 1]
        n_reached = 0
        for j in range(begin, end):
            u = indices[j]
            degree = indptr[u + 1] - indptr[u]
            for i in range(indptr[u], indptr[u + 1]):
                z = indices[i]
                if walks[z] == 0:
                    reached[n_reached] = z
                    n_reached += 1
                walks[z] += 1
                weighted[z] += degree

        for j in range(begin, end):
            a, va = indices[j], number[j]
            v_first = ends[va, 0] == v
            fan = 0
            n_touched = 0
            for k in range(lists[va], lists[va + 1]):
                c = third[k]
                ac = to_second[k] if v_first else to_first[k]
                if c < a:
                    # House with a braced wall: v and y are the middle ends of the walls, a, c top.
                    between = 0
                    for m in range(lists[ac], lists[ac + 1]):
                        y = third[m]
                        braced[y] += 2
                        between += walks[y]
                    counts[v, 7] += 2 * between
                    counts[a, 8] += between
                    counts[c, 8] += between
                # Wheel with v on the rim and a the hub: c and the like beside v, y opposite.
                for m in range(lists[ac], lists[ac + 1]):
                    y = third[m]
                    if fans[y] == 0:
                        touched[n_touched] = y
                        n_touched += 1
                    fan += 2 * fans[y] + 1
                    fans[y] += 1
            counts[v, 9] += fan
            counts[a, 10] += fan
            for k in range(n_touched):
                fans[touched[k]] = 0

        for j in range(begin, end):
            u = indices[j]
            three_steps, pairs, floor, brace = 0, 0, 0, 0
            for i in range(indptr[u], indptr[u + 1]):
                b = indices[i]
                w = walks[b]
                three_steps += w
                pairs += w * w
                floor += w * over[number[i]]
                brace += braced[b]
            if u < v:
                steps[number[j]] = three_steps
            counts[u, 3] += pairs * times[v]
            counts[v, 5] += floor
            counts[u, 6] += brace  # 0 at a neuron with a single partner

        for k in range(n_reached):
            z = reached[k]
            w = walks[z]
            # Pentagon: an edge between the far ends of two walks, either way round.
            far = 0
            for i in range(indptr[z], indptr[z] + held[z]):
                far += walks[indices[i]]
            counts[v, 0] += 2 * w * far
            counts[v, 1] += w * w * (indptr[z + 1] - indptr[z])
            counts[v, 2] += w * weighted[z]
            counts[v, 4] += w * w * w
        for k in range(n_reached):
            z = reached[k]
            walks[z] = 0
            weighted[z] = 0
            braced[z] = 0
    return counts


@compiled
def clique_maps(  # type: ignore[no-untyped-def]
    indptr, starts, ends, lists, third, to_first, to_second, over, part, parts
):
    """(N, 5) and (P,) int64: maps rooted at `CLIQUE_ORBITS`; edges common to an edge, both ways.

    Arguments as for `walk_maps`.
    """
    n_nodes = starts.shape[0] - 1
    counts = np.zeros((n_nodes, 5), np.int64)
    on_edge = np.zeros(ends.shape[0], np.int64)
    inside = np.zeros(n_nodes, np.int64)
    within = np.zeros(n_nodes, np.int64)
    fourth = np.empty(n_nodes, np.int64)
    to_fourth = np.empty(n_nodes, np.int64)
    tag, inner_tag = 0, 0
    for a in range(part, n_nodes, parts):
        degree_a = indptr[a + 1] - indptr[a]
        for ab in range(starts[a], starts[a + 1]):
            b = ends[ab, 1]
            degree_b = indptr[b + 1] - indptr[b]
            tag += 1
            for k in range(lists[ab], lists[ab + 1]):
                inside[third[k]] = tag
            for k in range(lists[ab], lists[ab + 1]):
                c = third[k]
                if c > b:
                    continue  # each triangle once: a > b > c
                ac, bc = to_first[k], to_second[k]
                n_fourth = 0
                inner_tag += 1
                for m in range(lists[ac], lists[ac + 1]):
                    d = third[m]
                    if inside[d] == tag:
                        fourth[n_fourth] = d
                        to_fourth[n_fourth] = to_first[m]
                        n_fourth += 1
                        within[d] = inner_tag
                if n_fourth == 0:
                    continue
                on_edge[ab] += n_fourth
                on_edge[ac] += n_fourth
                on_edge[bc] += n_fourth
                square = 2 * n_fourth * n_fourth
                counts[a, 3] += square
                counts[b, 3] += square
                counts[c, 3] += square
                degrees = 2 * (degree_a + degree_b + indptr[c + 1] - indptr[c])
                triangles = 2 * (over[ab] + over[ac] + over[bc])
                for p in range(n_fourth):
                    d = fourth[p]
                    counts[d, 0] += degrees
                    counts[d, 1] += triangles
                    counts[d, 2] += 6 * n_fourth
                    if d > c:
                        continue  # each clique once: a > b > c > d > e
                    ad = to_fourth[p]
                    found = 0
                    for m in range(lists[ad], lists[ad + 1]):
                        e = third[m]
                        if e < d and within[e] == inner_tag:
                            counts[e, 4] += 24
                            found += 24
                    counts[a, 4] += found
                    counts[b, 4] += found
                    counts[c, 4] += found
                    counts[d, 4] += found
    return counts, on_edge


@compiled
def fan_maps(n_nodes, ends, lists, to_first, to_second, over):  # type: ignore[no-untyped-def]
    """Gems rooted at orbits 60 and 61 : (N, 2) int64, and what the others need of each edge.

    Of each edge : (P,) int64, the triangles over the edges from its third nodes to either end.
    """
    counts = np.zeros((n_nodes, 2), np.int64)
    either = np.zeros(ends.shape[0], np.int64)
    for e in range(ends.shape[0]):
        from_first, from_second = 0, 0
        for k in range(lists[e], lists[e + 1]):
            from_first += over[to_first[k]]
            from_second += over[to_second[k]]
        p, q = ends[e, 0], ends[e, 1]
        counts[p, 0] += over[e] * from_second
        counts[q, 0] += over[e] * from_first
        counts[p, 1] += over[e] * from_first
        counts[q, 1] += over[e] * from_second
        either[e] = from_first + from_second
    return counts, either


@compiled
def third_sums(lists, third, values):  # type: ignore[no-untyped-def]
    """(P,) sums over the third nodes of each edge of values : (N,) int64."""
    sums = np.zeros(lists.shape[0] - 1, np.int64)
    for e in range(sums.shape[0]):
        for k in range(lists[e], lists[e + 1]):
            sums[e] += values[third[k]]
    return sums


@compiled
def far_edge_sums(n_nodes, lists, third, values):  # type: ignore[no-untyped-def]
    """(N, K) sums at each rank, over the far edges of its triangles, of values : (P, K) int64."""
    sums = np.zeros((n_nodes, values.shape[1]), np.int64)
    for e in range(values.shape[0]):
        for k in range(lists[e], lists[e + 1]):
            v = third[k]
            for i in range(values.shape[1]):
                sums[v, i] += values[e, i]
    return sums
