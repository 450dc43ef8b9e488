"""The benchmarks run, so that they cannot rot; what they print is judged by people."""

from __future__ import annotations

import pytest

pytest.importorskip("igraph")

import connectome_analysis as ca
from benchmarks import __main__ as benchmarks
from benchmarks import graphblas_census, synthetic
from benchmarks.measure import Row
from tests import graphs


# Peers leave files open.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("job", benchmarks.JOBS)
def test_each_benchmark_prints_its_table_on_the_worm(
    job: str, capsys: pytest.CaptureFixture[str]
) -> None:
    benchmarks.main(["--job", job, "--graph", "worm"])
    lines = capsys.readouterr().out.splitlines()
    table = [line for line in lines if line.startswith("| ")]
    assert table[0].startswith("| job | graph | ours | peer |")
    assert len(table) >= 2
    # Some jobs have no peer, and say what they cost beside the bound.
    wanted = {"memory": "MB beyond the graph", "participation": "roles of"}.get(job, "x |")
    assert any(wanted in line for line in table[1:]), table


def test_a_peer_that_is_missing_is_said_not_to_be_installed() -> None:
    row = Row(job="census", graph="worm", ours=0.002, peer="GraphBLAS")
    assert benchmarks.cells(row)[3:6] == ("GraphBLAS", "not installed", "")
    assert benchmarks.cells(Row(job="census", graph="worm", ours=0.002))[3:6] == ("", "", "")


@pytest.mark.parametrize("census", [graphblas_census.by_class, graphblas_census.by_degree])
def test_the_census_in_graphblas_counts_what_ours_counts(census) -> None:
    pytest.importorskip("graphblas")
    for seed in range(5):
        g = graphs.random_graph(30, 0.2, seed=seed)
        assert census(g)() == ca.motifs.triad_census(g).to_dict()


def test_synthetic_graphs_are_what_their_recipes_say() -> None:
    g = synthetic.make(synthetic.RECIPES["2k/60k"])
    assert (g.n_nodes, g.n_edges) == (2000, 60_000)
    assert ca.measures.reciprocity(g) == pytest.approx(0.14, abs=0.01)
    assert g.equals(synthetic.make(synthetic.RECIPES["2k/60k"]))


def test_an_unknown_graph_is_named() -> None:
    with pytest.raises(SystemExit, match="no graph is called 'whale'; there are worm"):
        benchmarks.main(["--graph", "whale"])
