"""Fit completeness: which share of a neuron's sites is attached to it, from the node table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..error_model import ErrorModel
from ..evidence import Evidence
from ..rate_table import Floats
from ..varying import PerColumn

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("pre_completeness", "post_completeness")


def fit_completeness(
    nodes: Any,
    *,
    missing: float | Literal["mean", "error"] = "mean",
    attached: pd.DataFrame | None = None,
    min_synapses: int = 1,
    name: str = "",
    source: str = "",
) -> ErrorModel:
    """Take the completeness of each neuron from the columns of the node table.

    Parameters
    ----------
    nodes : Connectome, Graph or DataFrame
        With a column ``pre_completeness``, ``post_completeness`` or both: the share of a neuron's
        presynaptic (postsynaptic) sites that are attached to it.
    missing : "mean", "error" or float
        For neurons without an entry. "mean": the attached sites of all others over all their sites.
    attached : DataFrame, optional
        Columns ``pre_completeness`` and ``post_completeness`` of *numbers* of attached sites, index
        as the rows of `nodes`: the weights of that mean. A Connectome or Graph weighs by the
        synapses of its edges; a DataFrame without them weighs all neurons alike.

    Returns
    -------
    ErrorModel
        `pre_completeness` and `post_completeness` are read from the columns of the graph they are
        used on. No uncertainty: the columns are taken as measured, each neuron's own scatter and what
        all share alike. Where sites are counted, ``evidence.numbers`` has the standard error of each
        mean, were every site attached or lost by itself.

    Raises
    ------
    ValueError
        Where neither column is there or filled, an entry is not between 0 and 1, or one is missing
        and ``missing="error"``.

    Examples
    --------
    >>> import pandas as pd
    >>> nodes = pd.DataFrame({"node_id": [1, 2, 3], "pre_completeness": [0.9, 0.7, None]})
    >>> fit_completeness(nodes).pre_completeness
    PerColumn(column='pre_completeness', default=0.8)
    """
    import pandas as pd

    table, weights = _table(nodes, attached)
    there = [column for column in COLUMNS if column in table.columns]
    if not there:
        have = ", ".join(map(str, table.columns))
        msg = f"The node table has neither pre_completeness nor post_completeness; it has {have}."
        raise ValueError(msg)
    parts: dict[str, Any] = {}
    numbers: dict[str, float] = {"n_neurons": len(table)}
    notes = []
    for column in there:
        share = pd.to_numeric(table[column], errors="coerce").to_numpy(np.float64, na_value=np.nan)
        known = np.isfinite(share)
        bad = known & ((share < 0) | (share > 1))
        if bad.any():
            msg = f"{column} must be between 0 and 1, got {share[bad][0]:g}."
            raise ValueError(msg)
        if not known.any():
            notes.append(f"{column} is empty and was left out.")
            continue
        n_missing = int((~known).sum())
        mean = _mean(share[known], None if weights is None else weights[column][known])
        numbers |= {f"{column}_mean": mean, f"{column}_missing": n_missing}
        counted = _counts_sites(nodes) and (attached is None or column in attached.columns)
        n_sites = _sites(share, weights[column]) if weights is not None and counted else 0.0
        if n_sites > 0:
            numbers |= {
                f"{column}_sites": n_sites,
                f"{column}_mean_se": float(np.sqrt(mean * (1.0 - mean) / n_sites)),
            }
        if n_missing and missing == "error":
            msg = (
                f"{column} is missing for {n_missing:,} of {len(share):,} neurons; leave them out, "
                'fill them, or take missing="mean" or a number.'
            )
            raise ValueError(msg)
        default = mean if isinstance(missing, str) else float(missing)
        if isinstance(missing, str) and missing not in ("mean", "error"):
            msg = f'missing must be "mean", "error" or a number, got {missing!r}.'
            raise ValueError(msg)
        if n_missing:
            notes.append(f"{n_missing:,} neurons without {column} are given {default:.4g}.")
        parts[column] = PerColumn(column, default)
    if not parts:
        msg = "pre_completeness and post_completeness are empty; there is nothing to fit."
        raise ValueError(msg)
    notes.append("The columns are taken as exact; intervals leave out how well they are known.")
    means = ", ".join(f"{c} {numbers[f'{c}_mean']:.4g} on the mean" for c in parts)
    return ErrorModel(
        **parts,
        min_synapses=min_synapses,
        name=name,
        source=" ".join(filter(None, [source, f"Completeness by neuron: {means}."])),
        evidence=Evidence("completeness of neurons", numbers, None, tuple(notes)),
    )


def _table(nodes: Any, attached: Any) -> tuple[pd.DataFrame, dict[str, Floats] | None]:
    from ...connectome import Connectome
    from ...graph import Graph

    if isinstance(nodes, Connectome):
        table = nodes.nodes.df()
        strength = "syn_count" if "syn_count" in nodes.edges.columns else "weight"
        weights = {}
        for side, column in zip(("pre", "post"), COLUMNS, strict=True):
            sums = nodes.sql(
                f"SELECT {side}_id AS node_id, sum({strength}) AS n FROM edges GROUP BY 1"
            ).df()
            by_id = sums.set_index("node_id")["n"].reindex(table["node_id"]).fillna(0.0)
            weights[column] = by_id.to_numpy(np.float64)
        return table, weights
    if isinstance(nodes, Graph):
        strengths = np.asarray(nodes.weights, dtype=np.float64)
        n = nodes.n_nodes
        return nodes.nodes, {
            "pre_completeness": np.bincount(nodes.out_sources, strengths, n).astype(np.float64),
            "post_completeness": np.bincount(nodes.out_indices, strengths, n).astype(np.float64),
        }
    if not hasattr(nodes, "columns"):
        msg = f"A Connectome, a Graph or a node table is wanted, got {type(nodes).__name__}."
        raise ValueError(msg)
    if attached is None:
        return nodes, None
    aligned = attached.reindex(nodes.index)
    return nodes, {
        c: aligned[c].fillna(0.0).to_numpy(np.float64) for c in COLUMNS if c in aligned.columns
    } | {c: np.ones(len(nodes)) for c in COLUMNS if c not in aligned.columns}


def _counts_sites(nodes: Any) -> bool:
    """Whether weights count synapses, rather than sections or areas."""
    from ...connectome import Connectome
    from ...graph import Graph

    if isinstance(nodes, Connectome):
        return "syn_count" in nodes.edges.columns
    return not isinstance(nodes, Graph) or "synap" in (nodes.weight_meaning or "synapses").lower()


def _sites(share: Floats, n_attached: Floats | None) -> float:
    """Sites, attached or not, behind the mean; 0 where attached ones are not counted in whole numbers."""
    if n_attached is None or np.any(n_attached != np.floor(n_attached)):
        return 0.0
    some = np.isfinite(share) & (share > 0) & (n_attached > 0)
    return float((n_attached[some] / share[some]).sum())


def _mean(share: Floats, n_attached: Floats | None) -> float:
    """Attached sites over all sites; neurons of completeness 0 have an unknown number and none."""
    if n_attached is not None:
        some = (share > 0) & (n_attached > 0)
        total = float((n_attached[some] / share[some]).sum())
        if total > 0:
            return float(n_attached[some].sum()) / total
    return float(np.mean(share))
