"""Writing: a connectome as a file or folder in another format, whole, with its source beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..leaving import source_file, source_json, write_source
from ..whole_file import require_outside_connectomes, whole_file
from .formats import Format, format_of
from .selection import select

if TYPE_CHECKING:
    from connectome_analysis import Connectome

SOURCE = "source.json"


def write(
    connectome: Connectome | str | Path,
    format: str,
    out: str | Path,
    *,
    edge_type: str | None = None,
    min_synapses: int | None = None,
    where: str | None = None,
    overwrite: bool = False,
    allow_restricted: bool = False,
    command: str | None = None,
) -> Path:
    """Write a connectome in another format.

    Parameters
    ----------
    connectome : Connectome, or a folder or bundled name
    format : str
        One of `FORMATS`.
    out : path
        A file or folder to make, as the format has it.
    edge_type : str, optional
        One kind of connection; all by default.
    min_synapses : int, optional
        Edges of at least so many synapses.
    where : str, optional
        SQL condition on ``nodes``: these neurons and the edges among them. Neurons without edges stay.
    overwrite : bool
        Replace an export of the same format that stands at `out`. Nothing else is replaced.
    allow_restricted : bool
        Let a restricted connectome leave its folder.
    command : str, optional
        What the source says that it was made by.

    Returns
    -------
    Path
        `out`. Source, licence, citation and terms stand in ``source.json`` in a folder, and in
        ``NAME.source.json`` beside a file.

    Raises
    ------
    ValueError
        In one line: no such format, `out` is taken, the connectome is restricted, or it has not what
        the format needs. Nothing is written then.
    ImportError
        Where a library is missing; it names the extra.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = write("celegans-white1986", "graphml", f"{folder}/worm.graphml")
    ...     sorted(path.name for path in file.parent.iterdir())
    ['worm.graphml', 'worm.graphml.source.json']
    """
    import connectome_analysis as ca
    from connectome_analysis.tables import require_leave
    from segmentation_core.volumes.whole_folder import put_in_place

    chosen = format_of(format)
    target = Path(out).expanduser().absolute()
    _require_free(target, chosen, overwrite=overwrite)
    if isinstance(connectome, str | Path):
        with ca.open(connectome) as opened:
            return write(
                *(opened, format, out),
                edge_type=edge_type,
                min_synapses=min_synapses,
                where=where,
                overwrite=overwrite,
                allow_restricted=allow_restricted,
                command=command,
            )
    manifest = connectome.manifest
    require_leave(manifest, allow_restricted=allow_restricted, way_out="allow_restricted=True")
    selection = select(connectome, edge_type=edge_type, min_synapses=min_synapses, where=where)
    made_by = command or f"neuropil.export.write(..., {format!r})"
    counts = {"neurons": selection.nodes.num_rows, "edges": selection.edges.num_rows}
    facts = {"format": format, "selection": selection.asked, "rows": counts}
    if chosen.makes == "file":
        with whole_file(target) as part:
            more = chosen.writer()(selection, part)
            write_source(target, manifest, made_by, **facts, **(more or {}))
        return target
    with put_in_place(target) as folder:
        more = chosen.writer()(selection, folder)
        text = source_json(manifest, made_by, **facts, **(more or {}))
        (folder / SOURCE).write_text(text, encoding="utf-8")
    return target


def _require_free(target: Path, chosen: Format, *, overwrite: bool) -> None:
    """Raise where `target` is taken, or is not named as the format is."""
    require_outside_connectomes(target / "x")
    if chosen.suffix and target.suffix.lower() != chosen.suffix:
        msg = f"{target} must end in {chosen.suffix} for the format {chosen.name}."
        raise ValueError(msg)
    if not target.parent.is_dir():
        msg = f"{target.parent} is not a folder; make it first."
        raise ValueError(msg)
    if not target.exists():
        return
    if chosen.makes == "file":
        ours = target.is_file() and source_file(target).is_file()
    else:
        ours = target.is_dir() and (target / SOURCE).is_file()
        if target.is_dir() and not any(target.iterdir()):
            return
    if not ours:
        msg = f"{target} exists and is no export, so it is left alone. Choose another name."
        raise ValueError(msg)
    if not overwrite:
        msg = f"{target} exists. Choose another name, or ask to overwrite it."
        raise ValueError(msg)
