"""Cell: one dataset against one null, drawn once, stored under the hash of all that decides it.

The hash is of the graph and the colors of its neurons, the null, its options and errors, the number
of samples, the seed, and the code that draws and counts. A file is there whole or not at all, so a
benchmark that was killed goes on with the first cell that has none.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..whole_file import whole_file
from .counting import Counting

if TYPE_CHECKING:
    import pandas as pd

    from connectome_analysis import Graph
    from connectome_analysis.errors import ErrorModel

Progress = Callable[[int, int], None]

# Bumped where the meaning of a cell's columns changes.
_LAYOUT = 1
# What draws, counts and compares: a change in any of it may change a number.
_CODE = ("motifs", "null_models", "errors", "graph.py", "edge_lists.py", "random_streams.py")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What is to be drawn.

    Attributes
    ----------
    dataset, null_model : str
    graph : Graph
        Without self-loops.
    colors : str or None
    four_nodes : bool
    n_samples, seed : int
        The seed of the benchmark; that of the cell follows from it and from the names.
    error_name : str
        As declared; empty for a null without errors.
    error_model : ErrorModel or None
    options : mapping
        Of the null.
    exact_seed : int or None
        In place of a seed made of the names.
    """

    dataset: str
    null_model: str
    graph: Graph
    colors: str | None
    four_nodes: bool
    n_samples: int
    seed: int
    error_name: str = ""
    error_model: ErrorModel | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    exact_seed: int | None = None

    @property
    def own_seed(self) -> int:
        """Seed of this dataset, null and error model."""
        if self.exact_seed is not None:
            return self.exact_seed
        words = "\n".join([str(self.seed), self.dataset, self.null_model, self.error_name])
        return int.from_bytes(hashlib.sha256(words.encode()).digest()[:6], "big")

    def key(self) -> str:
        """Hash of all that decides the numbers."""
        model = None if self.error_model is None else self.error_model.to_dict()
        facts = {
            "layout": _LAYOUT,
            "code": code_version(),
            "graph": graph_hash(self.graph, self.colors),
            "null_model": self.null_model,
            "options": dict(self.options),
            "four_nodes": self.four_nodes,
            "n_samples": self.n_samples,
            "seed": self.own_seed,
            "error_model": model,
        }
        words = json.dumps(facts, sort_keys=True, default=str)
        return hashlib.sha256(words.encode()).hexdigest()[:32]


def drawn(
    cell: Cell,
    folder: Path,
    *,
    afresh: bool = False,
    n_jobs: int | None = None,
    progress: Progress | None = None,
) -> tuple[pd.DataFrame, bool]:
    """Draw a cell, or read it where it was drawn before and is not wanted afresh.

    Returns
    -------
    table : DataFrame
        See `draw`.
    found : bool
        Whether it was there.
    """
    import pandas as pd

    path = folder / f"{cell.key()}.parquet"
    if path.is_file() and not afresh:
        return pd.read_parquet(path).assign(dataset=cell.dataset), True
    table = draw(cell, n_jobs=n_jobs, progress=progress)
    with whole_file(path) as part:
        table.to_parquet(part, index=False)
    return table, False


def draw(
    cell: Cell, *, n_jobs: int | None = None, progress: Progress | None = None
) -> pd.DataFrame:
    """Hold a graph against its null.

    Returns
    -------
    DataFrame, one row for each number
        ``dataset``, ``null_model``, ``error_model`` (as declared, empty without); ``kind`` (measure, triad,
        four_node, colored_triad, rich_club) and ``name``; ``observed``; ``null_mean``, ``null_sd``,
        ``null_low``, ``null_high`` (2.5th and 97.5th percentile); ``ratio`` observed / null_mean with
        ``ratio_low``, ``ratio_high`` (over the percentiles); ``z``; ``p_value`` (empirical, +1 rule;
        two-sided, of the rich club one-sided); ``q_value`` (Benjamini and Hochberg 1995 within the
        kind); ``n_samples``; ``seed``; ``keeps``; ``proposals``, ``accepted``, ``edges_kept``: means
        over samples. Colored triads that neither graph nor sample has are left out.
    """
    from connectome_analysis.motifs.colors import node_colors
    from connectome_analysis.motifs.statistics import ColoredTriadCounts
    from connectome_analysis.null_models.beside_null import beside_null, false_discovery
    from connectome_analysis.null_models.ensemble import ensemble

    g, colored = cell.graph, None
    names: tuple[str, ...] = ()
    if cell.colors is not None:
        given = node_colors(g, cell.colors)
        names = given.labels
        colored = ColoredTriadCounts(given.codes, len(names))
    counting = Counting.of(g, four_nodes=cell.four_nodes, colored=colored)
    with warnings.catch_warnings():
        # What an error model warns of stands in the report beside every number of it.
        if cell.error_model is not None:
            warnings.simplefilter("ignore", UserWarning)
        nulls = ensemble(
            g,
            cell.null_model,
            counting,
            cell.n_samples,
            rng=cell.own_seed,
            n_jobs=n_jobs,
            progress=progress,
            error_model=cell.error_model,
            **dict(cell.options),
        )
    table = beside_null(counting.rows(names), nulls)
    rich = (table["kind"] == "rich_club").to_numpy()
    table["p_value"] = np.where(rich, nulls.comparison.p_over, table["p_value"])
    unseen = (
        (table["kind"] == "colored_triad") & (table["observed"] == 0) & (table["null_mean"] == 0)
    )
    table = table[~unseen].reset_index(drop=True)
    for kind in table["kind"].unique():
        chosen = table["kind"] == kind
        table.loc[chosen, "q_value"] = false_discovery(table.loc[chosen, "p_value"].to_numpy())
    low, high = table["null_low"].to_numpy(), table["null_high"].to_numpy()
    observed = table["observed"].to_numpy()
    table["ratio_low"], table["ratio_high"] = _over(observed, high), _over(observed, low)
    table = table.assign(
        dataset=cell.dataset,
        error_model=cell.error_name,
        seed=cell.own_seed,
        keeps=nulls.keeps,
        proposals=nulls.mixing.proposals,
        accepted=nulls.mixing.accepted,
        edges_kept=nulls.mixing.edges_kept,
    )
    first = ["dataset", "null_model", "error_model", "kind", "name", "observed"]
    ratio = ["ratio", "ratio_low", "ratio_high"]
    others = [name for name in table.columns if name not in (*first, *ratio)]
    at = others.index("z")
    return table[[*first, *others[:at], *ratio, *others[at:]]]


def _over(observed: Any, base: Any) -> Any:
    result = np.full(len(observed), np.nan)
    np.divide(observed, base, out=result, where=base > 0)
    return result


def graph_hash(g: Graph, colors: str | None = None) -> str:
    """Hash of the neurons, connections, weights and, where asked for, colors of a graph."""
    found = hashlib.sha256()
    arrays: list[Any] = [g.node_ids, g.out_indptr, g.out_indices, g.weights]
    if colors is not None:
        from connectome_analysis.motifs.colors import node_colors

        given = node_colors(g, colors)
        found.update(json.dumps(given.labels).encode())
        arrays.append(given.codes)
    for array in arrays:
        found.update(f"{array.dtype.str}{array.shape}".encode())
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()


@cache
def code_version() -> str:
    """Hash of the code that draws, counts and compares."""
    root = files("connectome_analysis")
    own = files(__package__)
    found = hashlib.sha256()
    for place in [*(root.joinpath(name) for name in _CODE), own.joinpath("counting.py")]:
        for name, content in sorted(_sources(place)):
            found.update(f"{name}\n{len(content)}\n".encode())
            found.update(content)
    return found.hexdigest()


def _sources(place: Any) -> Iterable[tuple[str, bytes]]:
    if place.is_file():
        if place.name.endswith(".py"):
            yield place.name, place.read_bytes()
        return
    for one in place.iterdir():
        if one.name != "__pycache__":
            yield from ((f"{place.name}/{name}", text) for name, text in _sources(one))
