"""Bundled: the folders that come with the package, by name."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["close_names", "list", "names", "path"]

_DATA = Path(__file__).parent / "data"


@cache
def names() -> tuple[str, ...]:
    """Names of the bundled datasets, in alphabetical order.

    Examples
    --------
    >>> names()[:2]
    ('celegans-cook2019-hermaphrodite', 'celegans-cook2019-hermaphrodite-all-cells')
    """
    return tuple(sorted(manifest.parent.name for manifest in _DATA.glob("*/connectome.json")))


def path(name: str) -> Path:
    """Folder of a bundled dataset.

    Parameters
    ----------
    name : str
        One of `names`.

    Raises
    ------
    ValueError
        Where there is no such dataset; the message names the closest ones.

    Examples
    --------
    >>> sorted(file.name for file in path("celegans-white1986").iterdir())
    ['connectome.json', 'edges.parquet', 'nodes.parquet']
    """
    if name not in names():
        close = close_names(name)
        hint = f"Did you mean {close}?" if close else f"There are: {', '.join(names())}."
        msg = f"There is no bundled dataset {name!r}. {hint}"
        raise ValueError(msg)
    return _DATA / name


def close_names(name: str) -> str:
    """Bundled names much like `name`, the closest first, joined by "or"; empty where none is.

    Examples
    --------
    >>> close_names("celegans-varshny")
    'celegans-varshney2011'
    """
    import re
    from difflib import SequenceMatcher, get_close_matches

    wanted = str(name).strip().lower()
    close = get_close_matches(wanted, names(), n=3, cutoff=0.7)
    if not close and wanted:
        # "witvliet" or "larva left" is far from any whole name but plainly means some.
        words = re.findall(r"[a-z0-9]+", wanted)
        close = [known for known in names() if words and all(w in known for w in words)][:3]
    if not close:

        def likeness(known: str) -> float:
            words = known.split("-")
            return max(SequenceMatcher(None, wanted, word).ratio() for word in words)

        close = sorted((k for k in names() if likeness(k) >= 0.7), key=likeness, reverse=True)[:3]
    return " or ".join(close)


def list() -> pd.DataFrame:
    """What there is: one row per bundled dataset.

    Returns
    -------
    DataFrame, indexed by ``name``
        ``species``, ``sex``, ``stage``; ``neurons`` and ``other_cells`` (muscles and end organs),
        without edges or with; ``chemical_edges`` and ``electrical_edges`` (rows; an electrical
        edge stands in both directions, a self-connection once); ``weight`` (what the weight of a
        chemical edge means); ``licence``; ``citation``.

    Examples
    --------
    >>> list().loc["celegans-varshney2011", ["neurons", "chemical_edges"]].tolist()
    [279, 2194]
    """
    import pandas as pd

    rows = [_row(name) for name in names()]
    columns = ["name", "species", "sex", "stage", "neurons", "other_cells", "chemical_edges"]
    columns += ["electrical_edges", "weight", "licence", "citation"]
    return pd.DataFrame(rows, columns=columns).set_index("name")


def _row(name: str) -> tuple[object, ...]:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from ..tables import read_manifest

    folder = path(name)
    manifest = read_manifest(folder)
    kinds = pq.read_table(folder / "edges.parquet", columns=["edge_type"])["edge_type"]
    counts = {entry["values"]: entry["counts"] for entry in pc.value_counts(kinds).to_pylist()}
    classes = pq.read_table(folder / "nodes.parquet", columns=["super_class"])["super_class"]
    # A source without super-classes holds neurons only.
    others = pc.sum(pc.not_equal(classes, "neuron")).as_py() or 0
    return (
        name,
        manifest.species,
        manifest.sex,
        manifest.stage,
        len(classes) - others,
        others,
        counts.get("chemical", 0),
        counts.get("electrical", 0),
        manifest.weight_meaning("chemical"),
        manifest.licence,
        "; ".join(manifest.citation),
    )
