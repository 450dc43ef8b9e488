"""The benchmarks run, so that they cannot rot; what they print is judged by people."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("igraph")

import connectome_analysis as ca
from benchmarks import __main__ as benchmarks
from benchmarks import block_models, graphblas_census, synthetic, tables_at_scale
from benchmarks.measure import Row
from benchmarks.reconstruction import ratio_words
from tests import graphs

# More than ten seconds even on the worm.
LONG = ("graphlets", "memory", "participation")


# Peers leave files open.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "job",
    [
        pytest.param(name, marks=pytest.mark.slow) if name in LONG else name
        for name in benchmarks.JOBS
    ],
)
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


# The table of scores takes a few seconds of each job, so it is gone through with the slow tests.
QUICK = ("metrics",)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "job",
    [
        name if name in QUICK else pytest.param(name, marks=pytest.mark.slow)
        for name in benchmarks.SEGMENTATION
    ],
)
def test_each_benchmark_of_voxels_prints_its_table_on_crumbs(
    job: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch")
    benchmarks.main(["--job", job, "--quick"])
    head, *lines = capsys.readouterr().out.splitlines()
    assert "cores" in head
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    assert rows[0] == list(benchmarks.HEADER)
    wanted = {
        "reconstruction": "adapted Rand error",
        "volumes": ("trained on it", "NEUROPIL_DATA"),
        "synapses": "partners right",
        "sections": ("membranes", "NEUROPIL_DATA"),
        "blocks": "2 workers: the same as 1 worker; last block first: the same as 1 worker",
        "skeletons": "of the truth",
        "alignment": "planted",
    }.get(job, "Mvoxel/s")
    some = (wanted,) if isinstance(wanted, str) else wanted
    assert any(word in cell for row in rows[1:] for cell in row for word in some), rows


def test_real_data_that_is_not_there_has_its_row_and_no_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch")
    monkeypatch.setenv("NEUROPIL_DATA", str(tmp_path))
    benchmarks.main(["--job", "volumes"])
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| real")]
    assert len(rows) == len(benchmarks.real_volumes.VOLUMES)
    assert all("not at hand: set NEUROPIL_DATA" in row for row in rows)


def test_counts_without_a_denominator_are_said_in_words() -> None:
    assert ratio_words(2, 4, 3) == "precision 0.67, recall 0.50, F 0.57; 4 planted, 3 found"
    assert ratio_words(0, 4, 0) == "no precision, recall 0.00, F 0.00; 4 planted, 0 found"
    assert ratio_words(0, 0, 0) == "nothing planted, nothing found"


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


@pytest.mark.slow
def test_tables_at_scale_prints_all_targets(capsys: pytest.CaptureFixture[str]) -> None:
    tables_at_scale.main([])
    lines = capsys.readouterr().out.splitlines()
    jobs = [line.split(" | ")[0].strip("| ") for line in lines if line.startswith("| ")][1:]
    assert "cores" in lines[0]
    assert {"FlyWire CSVs to tables", "synapses to edges by region", "bytes per synapse"} <= set(
        jobs
    )
    assert {"partners of a neuron with types", "open and ask for a count"} <= set(jobs)


@pytest.mark.slow
def test_block_models_print_both_tables(capsys: pytest.CaptureFixture[str]) -> None:
    block_models.main(["--quick"])
    out = capsys.readouterr().out
    assert out.count("| celegans-witvliet2021-1 |") >= 4
    assert "nested, synapses" in out
    assert "cosine of all pairs, 500 neurons" in out
