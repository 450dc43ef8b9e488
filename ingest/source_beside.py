"""Source beside: what an export says of itself in the ``source.json`` that lies by its files.

Rows that left a connectome take species, consent, licence and the meaning of their weights along. Read back,
they have them again, unless the user says otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PLAIN = (
    "name",
    "species",
    "individual",
    "sex",
    "stage",
    "source",
    "release",
    "detector",
    "score_cutoff",
)
_OURS = frozenset({"tables_sha256", "terms", "made_by"})


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What lies by an exported file.

    Attributes
    ----------
    file : Path
    format : str or None
        Of the export; None where rows are the answer to a query.
    description : mapping
        Fields of the manifest, as `table` takes them.
    weights : mapping of str to mapping
        Meaning and unit by kind of edge; only the kinds that were exported.
    edge_type : str or None
        The kind of every edge, where it is one.
    min_synapses : int or None
        Threshold on pairs that the rows have met.
    """

    file: Path
    format: str | None
    description: Mapping[str, Any]
    weights: Mapping[str, Mapping[str, str]]
    edge_type: str | None
    min_synapses: int | None

    def shared_weight(self) -> Mapping[str, str]:
        """Meaning and unit, where all kinds share them; empty otherwise."""
        entries = list(self.weights.values())
        return entries[0] if entries and all(entry == entries[0] for entry in entries) else {}


def exported_file(folder: Path) -> Path | None:
    """The edges of a folder that was exported as CSV, None where it is none.

    Parameters
    ----------
    folder : path
    """
    file = folder / "edges.csv"
    beside = source_beside(file) if folder.is_dir() and file.is_file() else None
    return file if beside is not None and beside.format == "csv" else None


def recognises_export(path: Path) -> str | None:
    """Say why a folder is a connectome exported as CSV."""
    file = exported_file(path) if path.is_dir() else None
    return None if file is None else "edges.csv, nodes.csv and source.json are an export as CSV"


def nodes_beside(edges: Path) -> Path | None:
    """The list of neurons that was exported with these edges, None where there is none."""
    if edges.name != "edges.csv" or exported_file(edges.parent) is None:
        return None
    nodes = edges.with_name("nodes.csv")
    return nodes if nodes.is_file() else None


def source_beside(path: str | Path) -> Beside | None:
    """What lies beside a file, or in its folder, where this package wrote it.

    ``FILE.source.json`` is about the file; ``source.json`` about files named ``edges`` and ``nodes`` only,
    which an export puts into a folder.

    Parameters
    ----------
    path : path
    """
    path = Path(path)
    candidates = [path.with_name(f"{path.name}.source.json")]
    if path.name in ("edges.csv", "nodes.csv", "edges.h5", "nodes.h5"):
        candidates.append(path.with_name("source.json"))
    for file in candidates:
        said = _read(file)
        if said is not None:
            return _beside(file, said)
    return None


def _read(file: Path) -> dict[str, Any] | None:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    ours = isinstance(said, dict) and said.keys() >= _OURS and isinstance(said["terms"], dict)
    return said if ours else None


def _beside(file: Path, said: Mapping[str, Any]) -> Beside:
    terms = said["terms"]
    asked = said.get("selection") or {}
    description = {name: said.get(name) for name in _PLAIN}
    licence = terms.get("licence")
    description["licence"] = None if licence == "not stated" else licence
    description["citation"] = tuple(said.get("citation") or filter(None, [terms.get("citation")]))
    description["doi"] = tuple(filter(None, str(terms.get("doi", "")).split(", ")))
    description["consent"] = terms.get("consent")
    description["access"] = terms.get("access")
    description["restricted"] = True if terms.get("restricted") else None
    description["notes"] = tuple(said.get("notes") or ())
    weights = {
        kind: entry
        for kind, entry in (said.get("weights") or {}).items()
        if asked.get("edge_type") in (None, kind)
    }
    thresholds = [said.get("pair_threshold"), asked.get("min_synapses")]
    return Beside(
        file=file,
        format=said.get("format"),
        description={k: v for k, v in description.items() if v not in (None, (), "")},
        weights=weights if "format" in said else {},
        edge_type=next(iter(weights)) if "format" in said and len(weights) == 1 else None,
        min_synapses=max(filter(None, thresholds), default=None),
    )
