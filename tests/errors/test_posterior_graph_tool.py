"""Posterior of graph-tool: a stochastic block model's true graphs."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import connectome_analysis as ca
from connectome_analysis.errors.error_model import ErrorModel
from connectome_analysis.errors.imputation.imputation import impute
from connectome_analysis.errors.imputation.posterior import Posterior
from connectome_analysis.errors.imputation.posterior_graph_tool import GraphToolPosterior

MODEL = ErrorModel(alpha=0.01, beta=0.2, could_touch="all")


def two_groups() -> ca.Graph:
    rng = np.random.default_rng(3)
    groups = np.repeat([0, 1], 20)
    chance = np.where(groups[:, None] == groups[None, :], 0.4, 0.03)
    return ca.Graph.from_adjacency((rng.random((40, 40)) < chance).astype(int))


def test_without_graph_tool_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "graph_tool", None)
    monkeypatch.setitem(sys.modules, "graph_tool.inference", None)
    with pytest.raises(ImportError, match="conda-forge"):
        impute(two_groups(), MODEL, lambda g: g.n_edges, prior="graph-tool")


@pytest.mark.graph_tool
def test_block_models_of_both_put_back_as_many_connections_and_in_the_same_groups() -> None:
    truth = two_groups()
    seen = ca.errors.corrupt(truth, MODEL, rng=1)
    theirs = GraphToolPosterior(seen, MODEL, warm_up=200, sweeps=10)
    ours = Posterior(seen, MODEL, prior="blocks", groups=np.repeat([0, 1], 20), closure=False)

    def measured(posterior: GraphToolPosterior | Posterior) -> np.ndarray:
        drawn = [posterior.draw(k) for k in range(40)]
        within = [((d.out_sources < 20) == (d.out_indices < 20)).mean() for d in drawn]
        return np.array([np.mean([d.n_edges for d in drawn]), np.mean(within)])

    edges, within = measured(theirs) / measured(ours)
    # Its chain cannot be repeated, and its prior of degrees puts back a little less: .89 to .96.
    assert 0.8 < edges < 1.1
    assert 0.9 < within < 1.1


@pytest.mark.graph_tool
def test_without_errors_its_draws_are_the_graph() -> None:
    g = two_groups()
    drawn = GraphToolPosterior(g, ErrorModel(), warm_up=20).draw(1)
    same = np.intersect1d(
        drawn.out_sources * 40 + drawn.out_indices, g.out_sources * 40 + g.out_indices
    )
    assert len(same) >= g.n_edges - 1
    assert drawn.n_edges <= g.n_edges + 1


@pytest.mark.graph_tool
def test_it_serves_impute_and_says_what_it_is() -> None:
    table = impute(two_groups(), MODEL, lambda g: g.n_edges, prior="graph-tool", n_draws=5)
    assert table.attrs["prior"] == "graph-tool"
    assert "block model" in table.attrs["notes"][0]


@pytest.mark.graph_tool
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": ErrorModel(beta=np.eye(40)[::-1] / 2)}, "graph-tool knows one alpha"),
        ({"model": ErrorModel(split=ca.errors.Split(probability=0.1))}, "splits or merges"),
        ({"sweeps": 0}, "sweeps must be a whole number"),
    ],
)
def test_what_it_cannot_do_is_said(options: dict[str, object], message: str) -> None:
    given = {"model": MODEL} | options
    with pytest.raises(ValueError, match=message):
        GraphToolPosterior(two_groups(), given.pop("model"), **given)
