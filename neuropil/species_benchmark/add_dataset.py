"""Add a dataset: one more entry in a user's own file, written whole and read back before it stands."""

from __future__ import annotations

import json
from pathlib import Path

from ..whole_file import whole_file
from .declared import OWN_FILE, Plan, parse_plan, read_plan


def add_dataset(
    name: str,
    connectome: str,
    file: str | Path = OWN_FILE,
    *,
    edge_type: str | None = None,
    min_synapses: int | None = None,
    where: str | None = None,
    colors: str | None = None,
) -> Plan:
    """Write an entry into a file of datasets, which is made where there is none.

    Parameters
    ----------
    name : str
        What the benchmark calls it.
    connectome : str
        A folder or the name of a bundled dataset. It is opened, and its graph made once, so that a mistake
        shows now.
    file : path
    edge_type, min_synapses, where, colors
        See `Dataset`; a kind other than chemical is chosen where there are no chemical connections.

    Returns
    -------
    Plan
        The benchmark with the entry.

    Raises
    ------
    ValueError
        Where the name is taken in the file, or the connectome cannot be opened as it is asked for.
    """
    import connectome_analysis as ca

    path = Path(file)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    there = parse_plan(text, str(path), path.parent)
    if name in {one.name for one in there.datasets}:
        msg = f"{path} has a dataset {name!r} already; give another name, or change the file."
        raise ValueError(msg)
    with ca.open(connectome) as opened:
        kinds = opened.edge_types()
        kind = edge_type or ("chemical" if "chemical" in kinds or not kinds else next(iter(kinds)))
        g = opened.graph(min_synapses, None if kind == "all" else kind, where)
        if colors is not None:
            ca.motifs.node_colors(g, colors)
    place = connectome
    if Path(connectome).expanduser().is_dir():
        folder = Path(connectome).expanduser().resolve()
        home = path.parent.resolve()
        place = str(folder.relative_to(home)) if folder.is_relative_to(home) else str(folder)
    entry = {
        "name": name,
        "connectome": place,
        "edge_type": None if kind == "chemical" else kind,
        "min_synapses": min_synapses,
        "where": where,
        "colors": colors,
    }
    # Strings of JSON are strings of TOML.
    lines = [
        f"{key} = {json.dumps(value, ensure_ascii=False)}"
        for key, value in entry.items()
        if value is not None
    ]
    more = "\n".join(["[[dataset]]", *lines, ""])
    whole = f"{text.rstrip()}\n\n{more}" if text.strip() else more
    parse_plan(whole, str(path), path.parent)
    with whole_file(path) as part:
        part.write_text(whole, encoding="utf-8")
    return read_plan(path)
