"""CAVE datastack: which volume a table of CAVE is of, by what is said or else by its ids.

A root id begins with digits that belong to one volume, or to few: 864691135 are MICrONS' minnie65 and
720575940 FlyWire's. Where neither says which it is, nothing is known of the animal or of its voxels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from connectome_analysis.tables import ContractError

from .read_rows import FEATHER, PARQUET, feather_rows
from .text_files import bare_suffix, read_dialect, read_records

# (z, y, x) in nm.
VOXELS_NM: Mapping[str, tuple[float, float, float]] = {
    "minnie65": (40.0, 4.0, 4.0),
    "pinky100": (40.0, 4.0, 4.0),
    "flywire": (40.0, 4.0, 4.0),
    "fafb": (40.0, 4.0, 4.0),
    "fanc": (45.0, 4.3, 4.3),
    "banc": (45.0, 4.0, 4.0),
    "brain_and_nerve_cord": (45.0, 4.0, 4.0),
    "h01": (33.0, 8.0, 8.0),
}
_FLY: Mapping[str, Any] = {
    "species": "Drosophila melanogaster",
    "sex": "female",
    "stage": "adult",
}
_FLYWIRE = {
    **_FLY,
    "individual": "FAFB",
    "source": "FlyWire, CAVE tables",
    "doi": ("10.1038/s41586-024-07558-y",),
}
_BANC = {**_FLY, "individual": "BANC", "source": "BANC, CAVE tables"}
_ABOUT: Mapping[str, Mapping[str, Any]] = {
    "minnie65": {
        "species": "Mus musculus",
        "individual": "minnie65",
        "source": "MICrONS minnie65, CAVE tables",
        "detector": "automatic (synapses_pni_2)",
        "doi": ("10.1038/s41586-025-08790-w",),
    },
    "pinky100": {
        "species": "Mus musculus",
        "individual": "pinky100",
        "source": "MICrONS phase 1 (pinky100), CAVE tables",
    },
    "flywire": _FLYWIRE,
    "fafb": _FLYWIRE,
    "fanc": {**_FLY, "individual": "FANC", "source": "FANC, CAVE tables"},
    "banc": _BANC,
    "brain_and_nerve_cord": _BANC,
}
_OF_IDS = {"864691135": "minnie65", "720575940": "flywire", "720575941": "banc"}
# The fly brain is 7,062 sections deep: a larger z counts nm.
_MOST_SECTIONS = 8_000
_DIGITS = 18
_LOOKED_AT = 2_000


@dataclass(frozen=True, kw_only=True)
class Datastack:
    """What is known of where a table comes from.

    Attributes
    ----------
    name : str or None
        A key of `VOXELS_NM`.
    decision : str or None
        Why, where nobody said it.
    in_nm : bool
        Positions lie deeper than the volume has sections, so they are nm.
    """

    name: str | None
    decision: str | None = None
    in_nm: bool = False

    @property
    def about(self) -> dict[str, Any]:
        """Fields of the manifest; none where the animal is not known."""
        return dict(_ABOUT.get(self.name or "", {}))


def known_datastack(name: str) -> str | None:
    """The key of `VOXELS_NM` that a datastack's name begins with.

    Examples
    --------
    >>> known_datastack("minnie65_public"), known_datastack("zheng")
    ('minnie65', None)
    """
    return next((known for known in VOXELS_NM if name.casefold().startswith(known)), None)


def tell_datastack(path: Path, names: Sequence[str], sender: str) -> Datastack:
    """Tell the datastack of a table that does not say it, by its first rows.

    Parameters
    ----------
    path : Path
    names : sequence of str
        Of its columns, also where the file has no header.
    sender : str
        The column of sending roots.
    """
    rows = list(islice(_rows(path, names), _LOOKED_AT))
    begins = {
        str(row.get(sender))[:9] for row in rows if len(str(row.get(sender) or "")) == _DIGITS
    }
    if "spine_vol_um3" in names:
        return Datastack(
            name="pinky100",
            decision=f"{path.name} has spine_vol_um3, as MICrONS' pinky100 has (datastack=...)",
        )
    found = {_OF_IDS.get(digits) for digits in begins}
    name = next(iter(found)) if len(found) == 1 else None
    if name is None:
        return Datastack(name=None)
    decision = (
        f"datastack is not said; roots that begin with {min(begins)} are those of {name} "
        "(datastack=... says otherwise)"
    )
    deepest = max((z for row in rows for z in _depths(row)), default=0.0)
    in_nm = name == "flywire" and deepest > _MOST_SECTIONS
    if in_nm:
        decision += f"; z goes up to {deepest:,.0f}, more than it has sections, so positions are nm"
    return Datastack(name=name, decision=decision, in_nm=in_nm)


def _depths(row: Mapping[str, Any]) -> Iterator[float]:
    """Every z of a row's positions, whichever way they are written."""
    for name, value in row.items():
        if value is None or "pos" not in name:
            continue
        if not name.endswith("_z"):
            numbers = re.findall(r"-?\d+(?:\.\d+)?", str(list(value) if _many(value) else value))
            if len(numbers) == 3:
                yield float(numbers[2])
        elif re.fullmatch(r"-?\d+(\.\d+)?", str(value).strip()):
            yield float(value)


def _many(value: object) -> bool:
    return not isinstance(value, (str, int, float))


def _rows(path: Path, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The first rows of a table by the names of its columns."""
    import pyarrow as pa
    import pyarrow.dataset as pads

    suffix = bare_suffix(path)
    try:
        if suffix in PARQUET | FEATHER:
            whole = pads.dataset(path) if suffix in PARQUET else feather_rows(path)
            first = whole.slice(0, _LOOKED_AT) if isinstance(whole, pa.Table) else None
            yield from (whole.head(_LOOKED_AT) if first is None else first).to_pylist()
            return
        dialect = read_dialect(path)
        records = read_records(path, dialect.delimiter, runs=dialect.runs)
        if dialect.header:
            next(records, None)
        for record in records:
            yield dict(zip(names, record, strict=False))
    except (pa.ArrowException, OSError, ContractError):
        return  # the reader of the whole table says what is wrong with it
