"""Catalogue: every table, view and column that a query can name, with type, unit and meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .manifest import Manifest
from .schemas import TABLES
from .views import View

if TYPE_CHECKING:
    import pandas as pd

    from .session import Session

_SUFFIX = re.compile(r"_(nm3|nm2|nm|um3|um2|um|mm|ms|s|hz)$")
_WORDS = {"nm3": "nm^3", "nm2": "nm^2", "um3": "um^3", "um2": "um^2", "hz": "Hz"}
_ZERO_TO_ONE = re.compile(r"(^|_)(fraction|completeness|confidence|density)$")


def catalogue(session: Session) -> pd.DataFrame:
    """List what there is to ask.

    Returns
    -------
    DataFrame, one row per column
        ``kind`` ("table", "view" or "registered"), ``table``, ``column``, ``type`` (SQL), ``unit``
        (empty where there is none) and ``meaning`` (empty where the source gives none). Views that
        the connectome lacks the tables for are not in it; see `Session.views`.
    """
    import pandas as pd

    m = session.manifest
    rows: list[tuple[str, str, str, str, str, str]] = []
    for name in m.tables:
        rows += [
            ("table", name, column, kind, unit_of(column, m), meaning_of(name, column, m))
            for column, kind in _columns(session, name)
        ]
    for view in session.views.values():
        if not view.lacks:
            rows += [
                ("view", view.name, column, kind, unit_of(column, m), _in_view(view, column, m))
                for column, kind in _columns(session, view.name)
            ]
    for name in session.derived:
        rows += [
            ("registered", name, column, kind, unit_of(column, m), "")
            for column, kind in _columns(session, name)
        ]
    return pd.DataFrame(rows, columns=["kind", "table", "column", "type", "unit", "meaning"])


def rows_are(name: str, session: Session) -> str:
    """What a row of a table, view or registered table is, in words; empty where nobody says."""
    if name in TABLES:
        return TABLES[name].meaning
    view = session.views.get(name)
    return view.meaning if view is not None and name not in session.manifest.tables else ""


def unit_of(column: str, manifest: Manifest) -> str:
    """Unit of a column, told by its name, or by the manifest for weights.

    Examples
    --------
    >>> weights = {"chemical": {"meaning": "synapses", "unit": "synapses"}}
    >>> [unit_of(name, Manifest(name="x", weights=weights)) for name in ("x_nm", "in_weight")]
    ['nm', 'synapses']
    """
    found = _SUFFIX.search(column)
    if found is not None:
        return _WORDS.get(found[1], found[1])
    if _ZERO_TO_ONE.search(column):
        return "0..1"
    if "syn_count" in column:
        return "synapses"
    if "weight" in column:
        return weight_units(manifest)
    return ""


def weight_units(manifest: Manifest, kinds: Sequence[str] | None = None) -> str:
    """Unit of ``weight``: one word where all `kinds` share it, else each kind's; empty if unknown."""
    units = {
        kind: entry.get("unit") or entry.get("meaning") or "unstated"
        for kind, entry in manifest.weights.items()
        if kinds is None or kind in kinds
    }
    if len(set(units.values())) == 1:
        return next(iter(units.values()))
    return ", ".join(f"{kind}: {unit}" for kind, unit in units.items())


def meaning_of(table: str, column: str, manifest: Manifest) -> str:
    """Meaning of a table's column: the contract's, else what the manifest says of it."""
    said = manifest.columns.get(f"{table}.{column}")
    contract = TABLES[table].by_name.get(column) if table in TABLES else None
    if said is not None:
        return said
    return contract.meaning if contract is not None else ""


def _in_view(view: View, column: str, manifest: Manifest) -> str:
    return view.columns.get(column) or meaning_of(view.of or "edges", column, manifest)


def _columns(session: Session, name: str) -> list[tuple[str, str]]:
    relation = session.table(name)
    return [(name, str(kind)) for name, kind in zip(relation.columns, relation.types, strict=True)]
