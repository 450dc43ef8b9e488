"""Similarity kernels: rows of a sparse matrix against all rows of another, through shared columns."""

from __future__ import annotations

import numpy as np

from ..compiled import compiled


@compiled
def row_scores(  # type: ignore[no-untyped-def]
    row, indptr, indices, data, t_indptr, t_indices, t_data, smaller, score, touched
):
    """Add up what one row shares with every other row; return how many rows it meets.

    Plan: for each column of the row, go down that column and add the product of both entries, or
    with `smaller` the smaller one, to the row met. Work is the sum of the column lengths.

    indptr, indices, data : CSR of the row; t_* : CSC of the others, indices in range; score : (M,)
    zeros, filled; touched : (M,) int, filled with the rows met. Nothing is checked.
    """
    n_touched = 0
    for a in range(indptr[row], indptr[row + 1]):
        x = data[a]
        column = indices[a]
        for b in range(t_indptr[column], t_indptr[column + 1]):
            other = t_indices[b]
            y = t_data[b]
            if score[other] == 0.0:
                touched[n_touched] = other
                n_touched += 1
            score[other] += min(x, y) if smaller else x * y
    return n_touched


@compiled
def top_rows(  # type: ignore[no-untyped-def]
    start,
    stop,
    indptr,
    indices,
    data,
    size,
    t_indptr,
    t_indices,
    t_data,
    t_size,
    smaller,
    k,
    skip_self,
):
    """(stop - start, k) most similar rows, -1 where fewer, and their similarity, falling.

    Ties go to the smaller index. size, t_size : norm (cosine) or sum (smaller) of every row; data
    above 0. Not checked.
    """
    n_others = len(t_size)
    score = np.zeros(n_others)
    touched = np.empty(n_others, np.int64)
    best = np.full((stop - start, k), -1, np.int64)
    value = np.zeros((stop - start, k))
    for row in range(start, stop):
        n_touched = row_scores(
            row, indptr, indices, data, t_indptr, t_indices, t_data, smaller, score, touched
        )
        filled = 0
        at = row - start
        for t in range(n_touched):
            other = touched[t]
            shared = score[other]
            score[other] = 0.0
            if skip_self and other == row:
                continue
            if smaller:
                s = shared / (size[row] + t_size[other] - shared)
            else:
                s = shared / (size[row] * t_size[other])
            last = filled if filled < k else k - 1
            if filled == k and (
                s < value[at, last] or (s == value[at, last] and other > best[at, last])
            ):
                continue
            place = last
            while place > 0 and (
                s > value[at, place - 1]
                or (s == value[at, place - 1] and other < best[at, place - 1])
            ):
                value[at, place] = value[at, place - 1]
                best[at, place] = best[at, place - 1]
                place -= 1
            value[at, place] = s
            best[at, place] = other
            if filled < k:
                filled += 1
    return best, value


@compiled
def rows_above(  # type: ignore[no-untyped-def]
    start, stop, indptr, indices, data, size, t_indptr, t_indices, t_data, smaller, least
):
    """CSR of the similarities of rows start to stop that are at least `least`, with themselves.

    As `top_rows`; columns of a row in ascending order.
    """
    n_rows = len(size)
    score = np.zeros(n_rows)
    touched = np.empty(n_rows, np.int64)
    counts = np.zeros(stop - start, np.int64)
    room = 1024
    columns = np.empty(room, np.int32)
    values = np.empty(room)
    n = 0
    for row in range(start, stop):
        n_touched = row_scores(
            row, indptr, indices, data, t_indptr, t_indices, t_data, smaller, score, touched
        )
        met = np.sort(touched[:n_touched])
        if n + n_touched > room:
            room = max(2 * room, n + n_touched)
            wider_columns = np.empty(room, np.int32)
            wider_columns[:n] = columns[:n]
            wider_values = np.empty(room)
            wider_values[:n] = values[:n]
            columns, values = wider_columns, wider_values
        for other in met:
            shared = score[other]
            score[other] = 0.0
            if smaller:
                s = shared / (size[row] + size[other] - shared)
            else:
                s = shared / (size[row] * size[other])
            if other == row:
                s = 1.0
            if s >= least:
                columns[n] = other
                values[n] = s
                counts[row - start] += 1
                n += 1
    return counts, columns[:n].copy(), values[:n].copy()


@compiled
def likeliest_rows(  # type: ignore[no-untyped-def]
    start, stop, indptr, indices, data, t_indptr, t_indices, t_data, mass, prior
):
    """Likeliest type of rows start to stop, -1 where nothing is shared, and by how many nats it leads.

    The score of type t is prior[t] + sum of products of the row with column t less the row's sum
    times mass[t]. Ties go to the smaller number. CSR and CSC as in `row_scores`; not checked.
    """
    n_types = len(prior)
    score = np.zeros(n_types)
    touched = np.empty(n_types, np.int64)
    best = np.full(stop - start, -1, np.int64)
    lead = np.zeros(stop - start)
    for row in range(start, stop):
        n_touched = row_scores(
            row, indptr, indices, data, t_indptr, t_indices, t_data, False, score, touched
        )
        total = 0.0
        for a in range(indptr[row], indptr[row + 1]):
            total += data[a]
        first, second, which = -np.inf, -np.inf, -1
        for t in range(n_types):
            value = prior[t] + score[t] - total * mass[t]
            if value > first:
                first, second, which = value, first, t
            elif value > second:
                second = value
        if n_touched:
            best[row - start] = which
            lead[row - start] = first - second if n_types > 1 else total
        for t in range(n_touched):
            score[touched[t]] = 0.0
    return best, lead
