"""Declared: what a file may say, and what is said of a file that says something else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import connectome_analysis as ca
from neuropil.species_benchmark import add_dataset, read_plan
from neuropil.species_benchmark.at_hand import graph_of, open_dataset

ENTRY = "[[dataset]]\nname = 'a'\nconnectome = 'celegans-white1986'\n"


def test_every_bundled_dataset_is_in_the_benchmark() -> None:
    declared = {one.connectome for one in read_plan().datasets}
    assert set(ca.datasets.names()) <= declared


def test_an_own_file_adds_datasets_and_goes_before_the_settings(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text(
        "[settings]\nsamples = 7\n[[dataset]]\nname = 'mine'\nconnectome = 'celegans-white1986'\n"
        "[[dataset]]\nname = 'worm male'\nconnectome = 'celegans-varshney2011'\n"
    )
    plan, usual = read_plan(own), read_plan()
    assert plan.settings.samples == 7
    assert plan.settings.null_models == usual.settings.null_models
    assert [one.name for one in plan.datasets] == [*(one.name for one in usual.datasets), "mine"]
    assert plan.only(["worm male"]).datasets[0].connectome == "celegans-varshney2011"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[settings]\nsample = 3", "Did you mean samples?"),
        ("[settings]\nsamples = 1", "whole number of at least 2, got 1"),
        ("[[dataset]]\nconnectome = 'a'", "needs a name"),
        ("[[dataset]]\nname = 'a'", "needs either connectome, or source with format"),
        ("[[dataset]]\nname = 'a'\nsource = 'b'", "need a format"),
        ("[[dataset]]\nname = 'a'\nconnectome = 'b'\ncolour = 'sign'", "Did you mean colors?"),
        (
            "[[dataset]]\nname='a'\nconnectome='b'\n[[dataset]]\nname='a'\nconnectome='b'",
            "two datasets",
        ),
        ("samples =", "is not TOML"),
        ("[settings]\nnull_models = ['conf']", "null_models of .*Did you mean 'configuration'"),
        ("[settings]\nnull_models = 'dyad'", "must be a list of strings, got 'dyad'"),
        ("[settings]\nerror_models = ['no such']", "error_models of .*no such"),
        ("[settings]\nerror_null_model = 'spatial'", "cannot be seen with errors: spatial"),
        (
            ENTRY + "null_models = ['conf']",
            "null_models of the dataset 'a' of .*no null model 'conf'",
        ),
        (ENTRY + "null_options = {dyad = {x = 1}}", "dyad null 'x'; its options: "),
        (ENTRY + "null_options = {dyadic = {x = 1}}", "Did you mean 'dyad'"),
        (ENTRY + "where = 3", "where of .* must be a string, got 3"),
        (ENTRY + "min_synapses = 0", "min_synapses of .* at least 1, got 0"),
        (ENTRY + "published = 3", "must be a table"),
    ],
)
def test_a_file_that_means_nothing_is_one_line_of_error(
    tmp_path: Path, text: str, said: str
) -> None:
    own = tmp_path / "mine.toml"
    own.write_text(text)
    with pytest.raises(ValueError, match=r"(?i)mine.toml") as error:
        read_plan(own)
    assert said in str(error.value) or re.search(said, str(error.value))
    assert "\n" not in str(error.value)


def test_a_dataset_that_is_none_is_told_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="Did you mean 'worm male'"):
        read_plan().only(["worm mail"])


def test_adding_writes_an_entry_that_is_read_back(tmp_path: Path) -> None:
    own = tmp_path / "species.toml"
    add_dataset('my "worm"', "celegans-white1986", own, colors="sign")
    add_dataset("strong", "celegans-white1986", own, min_synapses=3, where="cell_class = 'motor'")
    found = {one.name: one for one in read_plan(own).datasets}
    assert found['my "worm"'].colors == "sign"
    assert found["strong"].min_synapses == 3
    assert found["strong"].where == "cell_class = 'motor'"


def test_adding_a_folder_keeps_its_place_beside_the_file(tmp_path: Path) -> None:
    with ca.open("celegans-white1986-jsh") as worm:
        from neuropil.demo import write_tables

        write_tables(worm, tmp_path / "worm", command="by hand")
    own = tmp_path / "species.toml"
    add_dataset("mine", str(tmp_path / "worm"), own)
    assert 'connectome = "worm"' in own.read_text()
    assert read_plan(own).datasets[-1].connectome == str(tmp_path / "worm")


def test_adding_a_mistake_writes_nothing(tmp_path: Path) -> None:
    own = tmp_path / "species.toml"
    for arguments in (
        {"connectome": "celegans-white1985"},
        {"connectome": "celegans-white1986", "colors": "typo"},
    ):
        with pytest.raises(ValueError, match=r"White|white|typo"):
            add_dataset("a", file=own, **arguments)  # type: ignore[arg-type]
        assert not own.exists()
    add_dataset("a", "celegans-white1986", own)
    with pytest.raises(ValueError, match="has a dataset 'a' already"):
        add_dataset("a", "celegans-white1986", own)


def sizes_beside_published(name: str, folder: Path) -> tuple[int, int]:
    """Neurons and connections more than are published."""
    one = read_plan().only([name]).datasets[0]
    with open_dataset(one, folder) as connectome:
        g = graph_of(one, connectome)
    return g.n_nodes - one.published["neurons"], g.n_edges - one.published["connections"]


def test_published_sizes_are_those_of_the_graphs(tmp_path: Path) -> None:
    # Witvliet 2021 (doi:10.1038/s41586-021-03778-8), Varshney 2011 (doi:10.1371/journal.pcbi.1001066).
    # Two animals have a neuron without a chemical synapse.
    more = {"worm 5, L2": (1, 0), "worm 7, adult": (1, 0)}
    names = [
        one.name
        for one in read_plan().datasets
        if one.source is None and "Lin 2024" not in one.published.get("source", "Lin 2024")
    ]
    assert len(names) == 9
    for name in names:
        assert sizes_beside_published(name, tmp_path) == more.get(name, (0, 0)), name


@pytest.mark.slow
def test_the_larva_is_the_published_brain(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, large_data: Path
) -> None:
    # Winding 2023, doi:10.1126/science.add9330, whose count has 528 connections of a neuron to itself.
    monkeypatch.setenv("NEUROPIL_DATA", str(large_data))
    assert sizes_beside_published("larva brain", tmp_path) == (0, -528)
