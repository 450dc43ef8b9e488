"""Transmitter signs: whether a neuron excites or inhibits, as far as its transmitter tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..graph import require_graph
from .colors import node_colors

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

Sign = Literal[-1, 0, 1]

# The sign of each transmitter; one that excites and inhibits, such as glutamate, has none.
TRANSMITTER_SIGNS: Mapping[str, Sign] = {
    "acetylcholine": 1,
    "gaba": -1,
    "glycine": -1,
    "histamine": -1,
    "dopamine": 0,
    "serotonin": 0,
    "octopamine": 0,
    "tyramine": 0,
    "noradrenaline": 0,
}
_OTHER_NAMES = {
    "ach": "acetylcholine",
    "da": "dopamine",
    "glu": "glutamate",
    "glut": "glutamate",
    "gly": "glycine",
    "5-ht": "serotonin",
    "5ht": "serotonin",
    "ser": "serotonin",
    "oa": "octopamine",
    "oct": "octopamine",
    "ta": "tyramine",
    "tyr": "tyramine",
    "norepinephrine": "noradrenaline",
}
_NOT_KNOWN = {"unknown", "unclear", "none", "nan", "n/a", "na", "?"}


def transmitter_signs(
    g: Graph,
    column: str = "neurotransmitter",
    *,
    glutamate: Sign | None = None,
    signs: Mapping[str, Sign] | None = None,
) -> pd.Series[Any]:
    """Give every neuron the sign of its transmitter.

    Acetylcholine is +1; GABA, glycine and histamine -1; dopamine, serotonin, octopamine, tyramine and
    noradrenaline 0. Glutamate has to be said where it occurs: in the fly brain it mostly opens
    chloride channels (-1; Liu and Wilson 2013, doi:10.1073/pnas.1220560110), in vertebrates it
    excites (+1), in the worm it does both (0). A first approximation everywhere: the receptor
    decides, not the transmitter.

    Parameters
    ----------
    g : Graph
    column : str
        Column of ``g.nodes``. Case does not matter; short names (ACh, GABA, Glut, DA, 5-HT, OA)
        are understood.
    glutamate : {-1, 0, 1}, optional
    signs : mapping of transmitter to sign, optional
        Goes before the signs above.

    Returns
    -------
    (N,) Series of Int8 named ``sign``, index the node ids
        Missing where the transmitter is missing or called unknown, unclear or none.

    Raises
    ------
    ValueError
        Where a transmitter that occurs has no sign, or there is no such column.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> sign = ca.motifs.transmitter_signs(g, glutamate=0)
    >>> ca.motifs.node_colors(g, sign).sizes
    {'E': 150, 'I': 31, '?': 79, 'unknown': 19}
    """
    import pandas as pd

    require_graph(g)
    table: dict[str, Any] = dict(TRANSMITTER_SIGNS)
    if glutamate is not None:
        table["glutamate"] = glutamate
    table |= {_plain(name): sign for name, sign in (signs or {}).items()}
    wrong = {name: sign for name, sign in table.items() if sign not in (-1, 0, 1)}
    if wrong:
        name, sign = next(iter(wrong.items()))
        msg = f"The sign of {name} must be +1, -1 or 0, got {sign!r}."
        raise ValueError(msg)
    found = node_colors(g, column)
    names = [_plain(label) for label in found.labels]
    sizes = dict.fromkeys(names, 0)
    for name, size in zip(names, found.sizes.values(), strict=True):
        sizes[name] += size
    unsigned = [name for name in sizes if name not in table and name not in _NOT_KNOWN]
    if unsigned:
        raise ValueError(_no_sign(unsigned, sizes))
    numbers = np.array([table.get(name, 0) for name in names], dtype=np.int8)
    lacking = np.array([name not in table for name in names], dtype=bool)
    codes: NDArray[np.uint8] = found.codes
    values = pd.array(numbers[codes] if names else np.zeros(0, np.int8), dtype="Int8")
    if names:
        values[lacking[codes]] = pd.NA
    return pd.Series(values, index=pd.Index(g.node_ids, name="node_id"), name="sign")


def _plain(name: str) -> str:
    lowered = str(name).strip().lower()
    return _OTHER_NAMES.get(lowered, lowered)


def _no_sign(unsigned: list[str], sizes: dict[str, int]) -> str:
    listed = ", ".join(f"{name} ({sizes[name]} neurons)" for name in unsigned)
    ways = []
    if "glutamate" in unsigned:
        ways.append(
            "say glutamate=-1 for the fly, where it mostly inhibits, +1 for vertebrates, 0 where "
            "both occur"
        )
    others = [name for name in unsigned if name != "glutamate"]
    if others:
        ways.append(f"give it with signs={{{others[0]!r}: 0}}")
    return f"No sign is known for {listed}: {'; '.join(ways)}."
