"""Worm names: one name for a cell of *C. elegans* however a table spells it."""

from __future__ import annotations

import re
from collections.abc import Iterable

WORM = "Caenorhabditis elegans"
# Motor neurons are numbered along the body; tables write DA1 and DA01.
_PADDED = re.compile(r"^(AS|CA|CP|DA|DB|DD|VA|VB|VC|VD)0+([1-9]\d*)$")


def worm_name(name: str) -> str:
    """A cell's name without the zero that pads a motor neuron's number.

    Examples
    --------
    >>> worm_name(" VB01"), worm_name("DA10"), worm_name("pm3VL"), worm_name("IL1DL")
    ('VB1', 'DA10', 'pm3VL', 'IL1DL')
    """
    return _PADDED.sub(r"\1\2", name.strip())


def is_fragment(name: str) -> bool:
    """Whether a name says that the piece of a cell could not be traced to one."""
    return not name.strip() or name.strip().casefold().startswith(("fragment", "unknown", "unk"))


def unpadded_told(names: Iterable[str]) -> list[str]:
    """What to tell of names that change."""
    changed = sorted({name.strip() for name in names if worm_name(name) != name.strip()})
    if not changed:
        return []
    shown = ", ".join(changed[:5]) + (", ..." if len(changed) > 5 else "")
    return [f"names lose the padding zero, DA01 is DA1: {len(changed)} names ({shown})"]
