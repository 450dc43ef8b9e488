"""``neuropil ingest``: what it prints, what it makes, and its one clear line on mistakes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from connectome_analysis.tables import check, read_manifest
from ingest import command
from ingest.account import Ingested
from ingest.known_formats import Format

from .sources import text

ENDS = ("--map", "pre_id=a", "--map", "post_id=b")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def neuropil(neuropil: Run) -> Run:
    """``neuropil ingest``, as the fixture of all tests runs ``neuropil``."""
    return lambda *arguments: neuropil("ingest", *arguments)


@pytest.fixture
def edge_list(tmp_path: Path) -> Path:
    return text(tmp_path, "e.csv", "a,b,n,hemi\n1,2,3,L\n1,2,4,R\n2,9,1,L\n")


def test_a_connectome_is_made_and_every_decision_is_told(
    neuropil: Run, tmp_path: Path, edge_list: Path
) -> None:
    listed = text(tmp_path, "n.csv", "root_id,hemi\n1,L\n2,R\n3,L\n9,R\n")
    code, out, err = neuropil(
        "table",
        edge_list,
        tmp_path / "fly",
        *("--nodes", listed, "--map", "pre_id=a", "--map", "post_id=b"),
        *("--map", "syn_count=n", "--map", "nodes.side=hemi", "--min-synapses", "5"),
        *("--name", "toy fly", "--species", "Drosophila", "--licence", "CC0"),
        *("--citation", "A 2020", "--citation", "B 2021"),
    )
    assert (code, err) == (0, "")
    for line in (
        "e.csv is read as a list of edges",
        "edges.pre_id is column 'a' of e.csv",
        "nodes.side is column 'hemi' of n.csv",
        "edges need at least 5 synapses, counted over all rows of the pair",
        "1  pairs below min synapses",
    ):
        assert line in out
    manifest = read_manifest(tmp_path / "fly")
    assert (manifest.name, manifest.species, manifest.licence) == ("toy fly", "Drosophila", "CC0")
    assert manifest.citation == ("A 2020", "B 2021")
    assert manifest.made_by["command"].startswith("neuropil ingest table ")
    assert "--min-synapses 5" in manifest.made_by["command"]
    assert check(tmp_path / "fly") == []


def test_json_is_for_scripts(neuropil: Run, tmp_path: Path, edge_list: Path) -> None:
    code, out, _ = neuropil(
        "table", edge_list, tmp_path / "fly", "--map", "pre_id=a", "--map", "post_id=b", "--json"
    )
    answer = json.loads(out)
    assert code == 0
    assert answer["path"] == str((tmp_path / "fly").resolve())
    assert answer["rows"] == {"nodes": 3, "edges": 2}
    assert answer["buckets"]["edge_rows_in"] == 3
    assert len(answer["warnings"]) == 3
    assert "(--map weight=n)" in answer["warnings"][0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "4 columns ('a', 'b', 'n', 'hemi') and no pair of neurons among them"),
        (("--map", "pre_id"), "--map wants NAME=VALUE, got 'pre_id'"),
        (("--map", "pre_id=a", "--map", "pre_id=b"), "--map: 'pre_id' is given twice"),
        (("--kind", "graph"), "kind must be 'edges' or 'synapses' or"),
        (("--voxel-size-nm", "4,4"), "--voxel-size-nm wants three lengths in nm, Z,Y,X"),
        (
            (*ENDS, "--orientation", "rows"),
            "orientation must be 'rows-are-pre' or 'columns-are-pre'",
        ),
        ((*ENDS, "--nodes", "nothing.csv"), "nothing.csv does not exist"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_1(
    neuropil: Run, tmp_path: Path, edge_list: Path, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = neuropil("table", edge_list, tmp_path / "fly", *arguments)
    assert (code, out) == (1, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "fly").exists()


def test_a_contract_column_can_be_left_out_and_a_missing_value_named(
    neuropil: Run, tmp_path: Path
) -> None:
    file = text(tmp_path, "e.csv", "pre,post,weight,size\n1,2,x,3\n-1,2,x,1\n")
    code, out, err = neuropil(
        "table",
        file,
        tmp_path / "fly",
        *("--map", "weight=", "--missing", "pre_id=-1", "--missing", "pre_id=-2", "--json"),
    )
    assert (code, err) == (0, "")
    assert json.loads(out)["buckets"]["edge_rows_unattached"] == 1


def test_every_option_reaches_the_reader(neuropil: Run, tmp_path: Path) -> None:
    file = text(tmp_path, "m.txt", "0;1.5\n-2;0\n")
    names = text(tmp_path, "n.txt", "a\nb\n")
    code, out, err = neuropil(
        "table",
        file,
        tmp_path / "fly",
        *("--kind", "matrix", "--orientation", "columns-are-pre", "--delimiter", ";"),
        *("--no-header", "--no-row-names", "--nodes", names, "--no-nodes-header"),
        *("--map", "name=column_1", "--negative-weights", "sign", "--on-self-loops", "drop"),
        *("--weight-meaning", "strength", "--weight-unit", "mV", "--edge-type", "model"),
        *("--zero-is-a-neuron", "--unknown-neurons", "drop", "--note", "made up", "--json"),
    )
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert answer["rows"] == {"nodes": 2, "edges": 2}
    assert any("columns-are-pre" in line for line in answer["decisions"])
    manifest = read_manifest(tmp_path / "fly")
    assert manifest.weights == {"model": {"meaning": "strength", "unit": "mV"}}
    assert manifest.notes[0] == "made up"


@pytest.mark.parametrize("counted", [True, False])
def test_synapses_are_cut_by_score_and_kept_or_only_counted(
    neuropil: Run, tmp_path: Path, counted: bool
) -> None:
    file = text(
        tmp_path, "s.csv", "pre,post,x_nm,y_nm,z_nm,score\n1,2,0,0,0,9\n1,2,0,0,0,4\n2,1,0,0,0,8\n"
    )
    code, out, err = neuropil(
        *("table", file, tmp_path / "fly", "--kind", "synapses", "--min-score", "5", "--json"),
        *(["--count-synapses"] if counted else []),
    )
    assert (code, err) == (0, "")
    answer = json.loads(out)
    kept = {} if counted else {"synapses": 2}
    assert answer["rows"] == {"nodes": 2, "edges": 2, **kept}
    assert answer["buckets"]["synapse_rows_below_min_score"] == 1


def test_formats_are_listed(neuropil: Run) -> None:
    for arguments in (("--list",), ("formats",)):
        code, out, _ = neuropil(*arguments)
        assert code == 0
        assert "table" in out
        assert "matrix" in out
    _, out, _ = neuropil("formats", "--json")
    assert json.loads(out)[0]["name"] == "table"


def test_help_has_examples(neuropil: Run) -> None:
    code, out, _ = neuropil("table", "--help")
    assert code == 0
    assert "Examples" in out
    assert "--nodes neurons.csv --min-synapses 5" in " ".join(out.split())


def _read_two_neurons(
    source: Path, out: Path, *, both: bool = False, overwrite: bool, command: str, progress: object
) -> Ingested:
    assert (overwrite, callable(progress)) == (False, True)
    edges = {"edge_rows_in": 2 if both else 1}
    told = (f"{source.name} by {command.split()[2]}",)
    return Ingested(path=out, rows={"nodes": 2}, buckets=edges, decisions=told, warnings=())


def test_a_new_format_has_a_command_without_writing_one(
    neuropil: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Format(
        name="two", what="two neurons", example="neuropil ingest two SRC OUT", reader="x:y"
    )
    monkeypatch.setattr(Format, "load", lambda _: _read_two_neurons)
    monkeypatch.setattr(command.app, "registered_commands", list(command.app.registered_commands))
    command._mount([known])
    code, out, _ = neuropil("two", "src", tmp_path / "o", "--option", "both=True", "--json")
    answer = json.loads(out)
    assert (code, answer["buckets"]) == (0, {"edge_rows_in": 2})
    assert answer["decisions"] == ["src by two"]
    code, _, err = neuropil("two", "src", tmp_path / "o", "--option", "bath=True")
    assert (code, err.strip()) == (
        1,
        "neuropil: --option: 'bath' is no option of two; there are both.",
    )
