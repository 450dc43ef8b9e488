"""Stopping early decides as endless samples would."""

from __future__ import annotations

import numpy as np
import pytest

import connectome_analysis as ca
from connectome_analysis.null_models.decided import decided
from connectome_analysis.null_models.running import Running
from tests import graphs


def test_far_out_middling_and_open_cases_are_told_apart() -> None:
    running = Running(np.array([100.0, 0.0, -100.0, 1.96]), most_samples=2000)
    rng = np.random.default_rng(1)
    for _ in range(700):
        running.add(np.full(4, rng.standard_normal()))
    assert decided(running, 0.05).tolist() == ["over", "no", "under", "open"]


def test_nothing_is_decided_by_a_few_samples() -> None:
    running = Running(np.array([100.0]), most_samples=100)
    for _ in range(100):
        running.add(np.array([0.0]))
    assert decided(running, 0.05).tolist() == ["open"]


def test_decisions_looked_at_after_every_sample_are_rarely_wrong() -> None:
    # A true p-value of 0.02 in the upper tail lies below half of 0.05: "no" would be wrong. At a
    # bound of 0.001 a tail, 100 runs see a wrong decision with probability 0.1 at most; two never.
    rng = np.random.default_rng(2)
    wrong = 0
    for _ in range(100):
        running = Running(np.array([0.98]), most_samples=1500)
        for count in range(1500):
            running.add(rng.random(1))
            if count % 20 == 19 and (said := decided(running, 0.05)[0]) != "open":
                wrong += said != "over"
                break
    assert wrong <= 1


def test_significance_stops_when_all_is_decided() -> None:
    # Every triad of a graph with one three-cycle is far out or never varies.
    with ca.open("celegans-varshney2011") as worm:
        g = worm.graph()
    table = ca.motifs.significance(g, n_samples=20_000, decide_at=0.05, rng=3)
    assert table["n_samples"].iloc[0] < 20_000
    assert set(table["verdict"]) <= {"over", "under", "no"}
    assert table.loc["300", "verdict"] == "over"
    # What was drawn is what a shorter run would have drawn.
    short = ca.motifs.significance(g, n_samples=int(table["n_samples"].iloc[0]), rng=3)
    assert short["null_mean"].tolist() == pytest.approx(table["null_mean"].tolist())
    assert short["p_value"].tolist() == table["p_value"].tolist()


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_where_it_stops_does_not_depend_on_threads(n_jobs: int) -> None:
    g = graphs.random_graph(25, 0.2, seed=4)
    table = ca.motifs.significance(g, n_samples=2000, decide_at=0.2, rng=5, n_jobs=n_jobs)
    other = ca.motifs.significance(g, n_samples=2000, decide_at=0.2, rng=5, n_jobs=2)
    assert table.equals(other)


@pytest.mark.parametrize("level", [0, 1, -0.1, 5])
def test_a_level_that_is_none_is_refused(level: float) -> None:
    g = graphs.random_graph(10, 0.2, seed=4)
    with pytest.raises(ValueError, match="decide_at must be a level between 0 and 1"):
        ca.motifs.significance(g, n_samples=10, decide_at=level)
