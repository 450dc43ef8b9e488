"""Leaving: rows that go out of a connectome take its source and terms along, or do not go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .whole_file import whole_file

if TYPE_CHECKING:
    from connectome_analysis.tables import Manifest

AllowRestricted = Annotated[
    bool,
    typer.Option(
        "--allow-restricted",
        help="Let rows of a restricted connectome leave its folder, under its terms.",
    ),
]


def require_leave(manifest: Manifest, *, allow_restricted: bool) -> None:
    """Raise ValueError where a restricted connectome is to be written elsewhere without the flag."""
    from connectome_analysis.tables import require_leave as require

    require(manifest, allow_restricted=allow_restricted, way_out="--allow-restricted")


def tell_terms(manifest: Manifest) -> None:
    """Print the terms of use on standard error, a line each."""
    from connectome_analysis.tables import terms_of_use

    for name, text in terms_of_use(manifest).items():
        typer.echo(f"{name}: {text}", err=True)


def source_of(manifest: Manifest, made_by: str, **more: Any) -> dict[str, Any]:
    """What must be known of rows outside of their connectome.

    Returns
    -------
    dict
        ``name``, ``species``, ``release``, ``source``; ``tables_sha256``, one hash of all its rows;
        ``terms`` (licence, citation, consent, access); ``weights`` (meaning and unit by kind);
        ``citation`` one by one, ``detector``, ``score_cutoff``, ``pair_threshold``, ``notes``; ``made_by`` and `more`.
    """
    from connectome_analysis.tables import terms_of_use
    from connectome_analysis.tables.derived import tables_sha256

    told: dict[str, Any] = {
        name: getattr(manifest, name)
        for name in ("name", "species", "individual", "sex", "stage", "source", "release")
    }
    told["tables_sha256"] = tables_sha256(manifest)
    told["terms"] = terms_of_use(manifest)
    told["weights"] = {kind: dict(entry) for kind, entry in manifest.weights.items()}
    told["citation"] = list(manifest.citation)
    told["detector"] = manifest.detector
    told["score_cutoff"] = manifest.score_cutoff
    told["pair_threshold"] = manifest.pair_threshold
    told["autapses"] = manifest.autapses
    told["notes"] = list(manifest.notes)
    told["made_by"] = made_by
    return {name: value for name, value in (told | more).items() if value not in (None, [], {})}


def source_file(path: Path) -> Path:
    """Where the source of a file stands: beside it, with ``.source.json`` behind its name."""
    return path.with_name(f"{path.name}.source.json")


def write_source(path: Path, manifest: Manifest, made_by: str, **more: Any) -> None:
    """Write ``PATH.source.json`` beside a file that rows went into, whole."""
    with whole_file(source_file(path)) as part:
        part.write_text(source_json(manifest, made_by, **more), encoding="utf-8")


def source_json(manifest: Manifest, made_by: str, **more: Any) -> str:
    """The text of a ``source.json``."""
    return json.dumps(source_of(manifest, made_by, **more), indent=2, ensure_ascii=False) + "\n"
