"""Shards: scraps of a neurite cut off by others are given to whoever is next there.

What is left after that is numbered: a segment is one connected piece of one neurite within the
volume, since what joins two pieces outside of it cannot be seen.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .fields import NONE, Fields


def remove_shards(fields: Fields, least_nodes: int = 60, rounds: int = 3) -> None:
    """Take pieces of few nodes from their neurites, in place; those at the border stay."""
    import cc3d

    for _ in range(rounds):
        pieces = np.asarray(
            cc3d.connected_components(fields.neurite[..., 0] + 2, connectivity=26), np.int64
        )
        sizes = np.bincount(pieces.ravel())
        small = sizes < least_nodes
        for axis in range(3):
            for side in (0, -1):
                small[np.unique(np.take(pieces, side, axis=axis))] = False
        at = np.nonzero(small[pieces])
        if len(at[0]) == 0:
            return
        names, values = fields.neurite[at], fields.field_nm[at]
        # The first name moves out; it stays only where there is no other.
        has_next = names[:, 1] != NONE
        names[has_next] = np.roll(names[has_next], -1, axis=1)
        values[has_next] = np.roll(values[has_next], -1, axis=1)
        names[has_next, -1] = NONE
        values[has_next, -1] = fields.far_nm
        fields.neurite[at], fields.field_nm[at] = names, values


def pieces_of(fields: Fields) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Number the connected pieces of all neurites.

    Returns
    -------
    piece : (Z, Y, X) int32
        Number of the piece at each node, from 0.
    neurite_of_piece : (P,) int32
    """
    import cc3d

    numbered: Any = cc3d.connected_components(fields.neurite[..., 0] + 2, connectivity=26)
    piece = np.asarray(numbered, np.int32) - 1
    neurite_of_piece = np.zeros(int(piece.max()) + 1, np.int32)
    neurite_of_piece[piece.ravel()] = fields.neurite[..., 0].ravel()
    return piece, neurite_of_piece
