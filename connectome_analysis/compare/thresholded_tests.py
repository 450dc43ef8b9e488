"""Thresholded tests: do two graphs still differ in density when weak connections are left out?

Pedigo et al. 2023, doi:10.7554/eLife.83739, repeat their tests for rising thresholds, once of the number of
synapses and once of the share of the receiver's input: by the first the larva's hemispheres go on to differ,
by the second they soon do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from ..graph import Graph
from ..measures.choice import require_choice
from ..measures.fractions import input_fraction
from ..measures.per_neuron import labels_of
from .density_tests import between_densities, between_groups
from .given import Given, One, two_graphs
from .raw_counts import warn_of_mixed_counts
from .two_binomials import Method

if TYPE_CHECKING:
    import pandas as pd

Weight: TypeAlias = Literal["weight", "input_fraction"]


def density_by_threshold(
    a: One,
    b: One,
    thresholds: Sequence[float],
    *,
    groups: Any = None,
    by: Weight = "weight",
    total_input: str | None = None,
    method: Method = "score",
    **options: Any,
) -> pd.DataFrame:
    """Repeat the density tests for connections from each of several strengths on.

    Parameters
    ----------
    a, b : Graph, Connectome, folder or name
    thresholds : sequence of float
        Connections of at least this strength are kept.
    groups : optional
        As for `group_density_test`; without it only whole graphs are compared.
    by : {"weight", "input_fraction"}
        What is meant by strength: the weight, or its share of all that the receiver receives.
    total_input : str, optional
        Column of the node tables with all that each neuron receives, also from outside the graph; the
        sum within the graph by default. Neurons that receive nothing by it count as 1.
    method : {"score", "chi2", "fisher"}
    **options
        ``edge_type``, ``min_synapses``, ``where`` of connectomes.

    Returns
    -------
    DataFrame, index ``threshold``
        ``removed``, share of the connections of both graphs left out; ``edges_a``, ``edges_b``,
        ``ratio`` of densities, ``p_density``; with groups ``p_group``, and ``p_adjusted`` allowing
        for the densities of the whole graphs (not for "chi2"). NaN where a graph is left empty.

    Warns
    -----
    MixedCountsWarning

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> sides = (ca.open(f"larva-mushroom-body-{side}").graph() for side in ("left", "right"))
    >>> table = density_by_threshold(*sides, [1, 2, 5], groups="cell_type")
    >>> bool(table["removed"].is_monotonic_increasing), bool(table["p_group"].notna().all())
    (True, True)
    """
    import pandas as pd

    require_choice("method", method, get_args(Method))
    require_choice("by", by, get_args(Weight))
    if not len(thresholds):
        msg = "thresholds must hold one number at least, got none."
        raise ValueError(msg)
    given = two_graphs(a, b, **options)
    warn_of_mixed_counts(given)
    graphs = [one.graph for one in given]
    strengths = [_strength(g, by, total_input) for g in graphs]
    edges = sum(g.n_edges for g in graphs)
    rows = []
    for threshold in thresholds:
        one, two = (
            Given(whose.name, g.edges_kept(strength >= threshold), None)
            for whose, g, strength in zip(given, graphs, strengths, strict=True)
        )
        density = between_densities(one, two, method=method, level=0.95)
        left = one.graph.n_edges + two.graph.n_edges
        row: dict[str, Any] = {
            "threshold": threshold,
            "removed": 1 - left / edges if edges else np.nan,
            "edges_a": one.graph.n_edges,
            "edges_b": two.graph.n_edges,
            "ratio": density["ratio"],
            "p_density": density["p_value"],
        }
        if groups is not None:
            row["p_group"] = between_groups(one, two, groups, method=method).p_value
            can = method != "chi2" and min(one.graph.n_edges, two.graph.n_edges) > 0
            row["p_adjusted"] = (
                between_groups(one, two, groups, method=method, adjust=True).p_value
                if can
                else np.nan
            )
        rows.append(row)
    return pd.DataFrame(rows).set_index("threshold")


def _strength(g: Graph, by: Weight, total_input: str | None) -> NDArray[np.float64]:
    if by == "weight":
        if total_input is not None:
            msg = "total_input is for by='input_fraction'; leave it out, or ask for fractions."
            raise ValueError(msg)
        return np.asarray(g.weights, np.float64)
    if total_input is None:
        return input_fraction(g)
    received = labels_of(g, total_input).fillna(0).to_numpy(np.float64)
    received = np.where(received > 0, received, 1.0)
    result: NDArray[np.float64] = g.weights / received[g.out_indices]
    return result
