"""Kernels of the neighbour sampler: some partners of each neuron, and places for neurons met."""

from __future__ import annotations

from ...compiled import compiled
from ...random_streams import below


@compiled
def draw_partners(indptr, partners, weights, targets, most, state, out_indptr, drawn, of, strength):  # type: ignore[no-untyped-def]
    """Draw up to `most` partners of each target, all sets of that size equally likely.

    Floyd's algorithm on the places in a row, which are then sorted, so that partners come ascending.

    Parameters
    ----------
    indptr, partners, weights
        CSR, as a `Relation`; not checked.
    targets : (T,) int64 in [0, N)
    most : int, at least 1
    state : (4,) uint64, changed in place
    out_indptr : (T + 1,) int64, out
    drawn, of : (T most,) int64, out
        Partners, and the place of the target in `targets`.
    strength : (T most,) float32, out
        Weights, divided by their sum over the target's drawn partners.

    Returns
    -------
    int
        Partners drawn.
    """
    count = 0
    out_indptr[0] = 0
    for t in range(len(targets)):
        first = indptr[targets[t]]
        degree = indptr[targets[t] + 1] - first
        begin = count
        if degree <= most:
            for k in range(degree):
                drawn[count] = first + k
                count += 1
        else:
            for k in range(degree - most, degree):
                place = first + below(state, k + 1)
                for c in range(begin, count):
                    if drawn[c] == place:
                        place = first + k
                        break
                # Insertion keeps them sorted.
                c = count
                while c > begin and drawn[c - 1] > place:
                    drawn[c] = drawn[c - 1]
                    c -= 1
                drawn[c] = place
                count += 1
        total = 0.0
        for c in range(begin, count):
            total += weights[drawn[c]]
        for c in range(begin, count):
            edge = drawn[c]
            strength[c] = weights[edge] / total
            drawn[c] = partners[edge]
            of[c] = t
        out_indptr[t + 1] = count
    return count


@compiled
def give_places(ids, count, place, nodes, n_nodes):  # type: ignore[no-untyped-def]
    """Replace neurons by their places in `nodes`, to which those met for the first time are added.

    Parameters
    ----------
    ids : (>= count,) int64, changed in place
    place : (N,) int32, -1 where not met; changed in place
    nodes : (N,) int64, the first `n_nodes` filled; changed in place

    Returns
    -------
    int
        Neurons met by now.
    """
    for k in range(count):
        neuron = ids[k]
        if place[neuron] < 0:
            place[neuron] = n_nodes
            nodes[n_nodes] = neuron
            n_nodes += 1
        ids[k] = place[neuron]
    return n_nodes
