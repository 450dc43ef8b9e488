"""Colored classes: triads whose three neurons carry colors, each class once.

Two colorings of a triad are one class where an automorphism of the triad, an exchange of neurons
that leaves its edges as they are, turns one into the other: 021D(E,I,I), divergence from I onto E
and I, is 021D(I,I,E). A class is named by the coloring that comes first in the order of the
colors. Counts of all colorings stand in *cubes*: entry ``[x, y, z]`` of a cube is the number of
triads whose canonical neurons a, b and c have the colors x, y and z.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import permutations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .colors import MOST_COLORS
from .triads import CONNECTED_TRIADS, TRIAD_NAMES, TRIADS, Edge

if TYPE_CHECKING:
    import pandas as pd

Cube = NDArray[np.int64]
Order = tuple[int, int, int]

ORDERS: tuple[Order, ...] = tuple((p[0], p[1], p[2]) for p in permutations(range(3)))


def colored_classes(n_colors: int, *, connected: bool = True) -> pd.DataFrame:
    """List every class of three colored neurons, in the order of `colored_census_of_edges`.

    Parameters
    ----------
    n_colors : int
        From 0 to 64.
    connected : bool
        Leave out 003, 012 and 102.

    Returns
    -------
    DataFrame, K rows
        ``motif``, the MAN name, categorical; ``color_a``, ``color_b``, ``color_c``, uint8, the
        colors of nodes 0, 1 and 2 of ``ca.motifs.TRIADS[motif].edges``. By MAN name, then by
        color. K is 13 for one color, 86 for two, 4,808 for eight, 2,371,648 for 64.

    Examples
    --------
    >>> classes = colored_classes(2)
    >>> len(classes), classes[classes.motif == "030C"].iloc[:, 1:].to_numpy().tolist()
    (86, [[0, 0, 0], [0, 0, 1], [0, 1, 1], [1, 1, 1]])
    """
    require_count(n_colors)
    names = CONNECTED_TRIADS if connected else TRIAD_NAMES
    return table_of({name: layout(name, n_colors).kept for name in names}, n_colors)


def table_of(entries: Mapping[str, NDArray[np.integer[Any]]], n_colors: int) -> pd.DataFrame:
    """Motif and colors of entries of flat cubes, in their order."""
    import pandas as pd

    flat = np.concatenate(list(entries.values()))
    number = np.repeat(np.arange(len(entries)), [len(part) for part in entries.values()])
    motif = pd.Categorical.from_codes(number, categories=pd.Index(entries))
    # Without colors there is no entry, and no shape to find its place in.
    shape = (max(n_colors, 1),) * 3
    colors = (x.astype(np.uint8) for x in np.unravel_index(flat, shape))
    columns = dict(zip(("color_a", "color_b", "color_c"), colors, strict=True))
    return pd.DataFrame({"motif": motif, **columns})


class Layout(NamedTuple):
    """Where the colorings of one triad stand in a cube of counts.

    Attributes
    ----------
    first : (C**3,) int32 or None
        For each entry of the flat cube, the entry that its class is named by; None where the
        triad has no automorphism and each entry is its own class.
    kept : (K,) int32
        Entries that name a class, ascending.
    """

    first: NDArray[np.int32] | None
    kept: NDArray[np.int32]


@lru_cache(maxsize=64)
def layout(name: str, n_colors: int) -> Layout:
    """Lay the colorings of one triad out."""
    every = np.arange(n_colors**3, dtype=np.int32)
    same = automorphisms(TRIADS[name].edges)
    if len(same) == 1:
        return Layout(None, every)
    cube = every.reshape((n_colors,) * 3)
    first = np.minimum.reduce([cube.transpose(order) for order in same]).ravel()
    return Layout(first, np.flatnonzero(first == every).astype(np.int32))


def fold(name: str, cube: Cube) -> Cube:
    """Add up the colorings of each class of one triad at the one that names it; 0 elsewhere."""
    first = layout(name, len(cube)).first
    if first is None:
        return cube
    folded = np.zeros(cube.size, dtype=np.int64)
    np.add.at(folded, first, cube.ravel())
    return folded.reshape(cube.shape)


def automorphisms(edges: Sequence[Edge]) -> list[Order]:
    """Exchanges of three nodes that leave the edges as they are."""
    wanted = set(edges)
    return [order for order in ORDERS if {(order[a], order[b]) for a, b in edges} == wanted]


def labels_of(classes: pd.DataFrame, labels: Sequence[str]) -> list[str]:
    """Name each class, for instance ``030T(E,I,E)``; a label with a comma or bracket is quoted."""
    quoted = [repr(label) if set(label) & set(",()'\"") else label for label in labels]
    colors = [np.array(quoted, dtype=object)[classes[column]] for column in color_columns(classes)]
    rows = zip(classes["motif"].astype(object), *colors, strict=True)
    return [f"{motif}({','.join(three)})" for motif, *three in rows]


def edges_of(
    classes: pd.DataFrame, labels: Sequence[str], edges: Mapping[str, Sequence[Edge]]
) -> list[str]:
    """Spell the edges of each class out, for instance ``a:E -> b:I; b:I -> c:E``."""
    colors = [np.array(labels, dtype=object)[classes[column]] for column in color_columns(classes)]
    patterns = {
        name: "; ".join(f"{'abc'[i]}:{{{i}}} -> {'abc'[j]}:{{{j}}}" for i, j in pairs)
        for name, pairs in edges.items()
    }
    rows = zip(classes["motif"].astype(object), *colors, strict=True)
    return [patterns[motif].format(*three) for motif, *three in rows]


def color_columns(classes: pd.DataFrame) -> list[str]:
    """Names of the columns that hold colors."""
    return [name for name in ("color_a", "color_b", "color_c") if name in classes.columns]


def require_count(n_colors: object) -> None:
    """Raise ValueError for anything but a number of colors that can be counted."""
    whole = isinstance(n_colors, (int, np.integer)) and not isinstance(n_colors, bool)
    if not whole or not 0 <= int(n_colors) <= MOST_COLORS:  # type: ignore[call-overload]
        msg = f"n_colors must be a whole number from 0 to {MOST_COLORS}, got {n_colors!r}."
        raise ValueError(msg)
