"""Recognised releases: ``neuropil ingest auto`` says which format it is and why, or what to do."""

from __future__ import annotations

import shutil
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from connectome_analysis.tables import ContractError, check
from ingest.known_formats import FORMATS, read
from ingest.recognised_release import read_recognised, recognise_release
from ingest.simulated_releases import WRITERS, simulate_release

from .releases import (
    h01_record,
    write_catmaid,
    write_ciona,
    write_cook,
    write_h01,
    write_larva,
    write_witvliet,
)
from .sources import edges, rows, text


def _names(path: Path) -> list[str]:
    return [one.format.name for one in recognise_release(path)]


def test_each_format_is_recognised_as_itself_alone(tmp_path: Path) -> None:
    sources = {
        "larva": write_larva(tmp_path / "larva"),
        "cook2019": write_cook(tmp_path),
        "witvliet2021": write_witvliet(tmp_path / "witvliet"),
        "ciona": write_ciona(tmp_path / "ciona"),
        "catmaid": write_catmaid(tmp_path / "catmaid"),
        "h01": write_h01(tmp_path / "h01", [h01_record(1, 2)]),
        "platynereis": text(
            tmp_path,
            "adjacency_matrix_connectome_2cells.csv",
            '"Neurons","a","b"\n"a",0,1\n"b",0,0\n',
        ),
        "celegans": text(
            tmp_path, "white_1986_jsh.csv", "pre\tpost\ttype\tsynapses\nADAL\tADFL\telectrical\t2\n"
        ),
        "cect": text(tmp_path, "TestDataReader.json", '{"nodes": ["A"], "connections": {}}'),
        "cave": text(tmp_path, "syn.csv", "id,pre_pt_root_id,post_pt_root_id\n1,2,3\n"),
        "swc": text(tmp_path, "5.swc", "1 0 0 0 0 1 -1\n"),
        "table": text(tmp_path, "edges.csv", "pre,post,n_syn\n1,2,3\n"),
    }
    for name, source in sources.items():
        found = recognise_release(source)
        assert [one.format.name for one in found] == [name]
        assert found[0].reason


@pytest.mark.parametrize("release", sorted(WRITERS))
def test_every_simulated_release_is_recognised_as_one_format(release: str, tmp_path: Path) -> None:
    folder = simulate_release(release, tmp_path / "r", n_neurons=20, n_connections=30)
    assert len(_names(folder)) == 1, recognise_release(folder)


def test_the_first_decision_says_the_format_and_why(tmp_path: Path) -> None:
    source = write_h01(tmp_path / "h01", [h01_record(1, 2)])
    result = read_recognised(source, tmp_path / "out", min_synapses=1)
    assert result.decisions[0] == (
        "recognised as h01: export000000000000.ndjson is NDJSON with records of pre_synaptic_site, as "
        "H01's c3 has them"
    )
    assert edges(result) == {(1, 2): 1.0}


def test_two_that_fit_are_both_named_with_the_way_to_choose(tmp_path: Path) -> None:
    folder = write_larva(tmp_path / "both")
    text(folder, "5.swc", "1 0 0 0 0 1 -1\n")
    with pytest.raises(
        ContractError,
        match=r"both could be larva \(holds all-all.*\); swc \(holds 1 \.swc files\)\. Choose: neuropil "
        r"ingest larva .*--option format=larva",
    ):
        read_recognised(folder, tmp_path / "out")
    assert len(rows(read_recognised(folder, tmp_path / "out", format="larva"), "edges")) == 5


def test_none_that_fits_is_told_with_what_the_folder_holds(tmp_path: Path) -> None:
    folder = tmp_path / "ciona_data"
    folder.mkdir()
    text(folder, "notes.md", "words")
    with pytest.raises(
        ContractError, match=r"no format that is known \(it holds notes\.md\)\. See"
    ):
        read_recognised(folder, tmp_path / "out")
    with pytest.raises(ContractError, match="does not exist"):
        recognise_release(tmp_path / "nothing")


WHITE = "pre\tpost\ttype\tsynapses\nADAL\tADFL\telectrical\t2\n"


def test_a_folder_is_read_as_the_one_file_in_it_that_is_known(tmp_path: Path) -> None:
    folder = tmp_path / "worm"
    folder.mkdir()
    file = text(folder, "white_1986_jsh.csv", WHITE)
    text(folder, "README.md", "words")
    result = read_recognised(folder, tmp_path / "out")
    assert result.decisions[0].startswith("recognised as celegans: ")
    assert result.decisions[1] == "not read: README.md"
    assert edges(result) == edges(read_recognised(file, tmp_path / "alone"))
    text(folder, "white_1986_n2u.csv", WHITE)
    with pytest.raises(
        ContractError,
        match=r"worm holds white_1986_jsh\.csv \(celegans\), white_1986_n2u\.csv \(celegans\), which "
        r"are read one at a time\. Give one: neuropil ingest auto worm/white_1986_jsh\.csv OUT",
    ):
        read_recognised(folder, tmp_path / "out2")


def _tar(folder: Path, name: str) -> Path:
    with tarfile.open(folder.parent / name, "w:gz") as archive:
        archive.add(folder, arcname=folder.name)
    return folder.parent / name


def _zip(folder: Path, name: str) -> Path:
    with zipfile.ZipFile(folder.parent / name, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    return folder.parent / name


@pytest.mark.parametrize(("pack", "name"), [(_tar, "adjacencies.tar.gz"), (_zip, "a.zip")])
def test_an_archive_is_read_as_the_folder_in_it(
    tmp_path: Path, pack: Callable[[Path, str], Path], name: str
) -> None:
    folder = simulate_release("neuprint", tmp_path / "r", n_neurons=20, n_connections=30)
    source = pack(folder, name)
    assert _names(source) == ["neuprint"]
    result = read_recognised(source, tmp_path / "out")
    assert f"unpacked from {name}" in result.decisions
    assert edges(result) == edges(read_recognised(folder, tmp_path / "plain"))
    assert check(result.path) == []


def test_an_archive_that_leads_outside_or_links_is_not_unpacked(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("words")
    for member, kind, said in (
        ("../out.csv", tarfile.REGTYPE, "leads outside its folder"),
        ("traced-neurons.csv", tarfile.SYMTYPE, "a link or device"),
    ):
        source = tmp_path / "a.tar"
        with tarfile.open(source, "w") as archive:
            info = tarfile.TarInfo(member)
            info.type, info.linkname = kind, str(tmp_path / "secret")
            archive.addfile(info)
        with pytest.raises(ContractError, match=said):
            read_recognised(source, tmp_path / "out")
    (tmp_path / "b.tar.gz").write_bytes(b"no archive")
    with pytest.raises(ContractError, match=r"b\.tar\.gz is not a readable archive"):
        read_recognised(tmp_path / "b.tar.gz", tmp_path / "out")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.tar", "b.tar.gz", "secret"]


def test_a_workbook_is_known_by_the_names_of_its_sheets(tmp_path: Path) -> None:
    source = write_cook(tmp_path)
    assert _names(source.rename(tmp_path / "SI5.xlsx")) == ["cook2019"]


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ContractError, match="is an empty folder; give the files of a release"):
        read_recognised(tmp_path / "empty", tmp_path / "out")
    with pytest.raises(ContractError, match="there is no table at all"):
        read("flywire", tmp_path / "empty", tmp_path / "out")


def test_an_option_of_another_format_is_refused(tmp_path: Path) -> None:
    source = write_ciona(tmp_path / "ciona")
    with pytest.raises(
        ContractError, match=r"'gap' is no option of ciona; there are unit, directed"
    ):
        read_recognised(source, tmp_path / "out", gap="symmetric")


def test_the_command_reads_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from neuropil.command_line import main

    source, out = write_ciona(tmp_path / "ciona"), tmp_path / "out"
    command = ["neuropil", "ingest", "auto", str(source), str(out), "--option", "unit=um"]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code in (0, None)
    assert "recognised as ciona: holds ciona.json" in capsys.readouterr().out
    assert check(out) == []


# Counted in the files by other means; see their sources' descriptions.
COUNTS = {
    "ciona_ryan2016": ("ciona", {"nodes": 222, "edges": 3_105}),
    "flywire783_mushroom_body": ("labelled-npz", {"nodes": 2_935, "edges": 24_777 + 303}),
    "flywire783_optic_lobe_types": ("optic-lobe-types", {"nodes": 742, "edges": 72_954}),
    "hemibrain_da1": ("swc", {"nodes": 5, "edges": 0, "synapses": 14_836, "skeletons": 23_221}),
    "larva_winding2023": ("larva", {"nodes": 3_591, "edges": 119_010}),
    "mouse_cerebellum_nguyen2022": (
        "mouse-cerebellum",
        {"nodes": 5_126, "edges": 12_387 + 3_543, "synapses": 8_876},
    ),
}


@pytest.mark.parametrize("folder", sorted(COUNTS))
def test_every_folder_of_real_data_becomes_a_connectome(
    folder: str, large_data: Path, tmp_path: Path
) -> None:
    name, counts = COUNTS[folder]
    source = large_data / "connectomes" / folder
    if not source.is_dir():
        pytest.skip(f"no {folder} in {large_data / 'connectomes'}")
    result = read_recognised(source, tmp_path / "out")
    assert result.decisions[0].startswith(f"recognised as {name}: ")
    assert {table: result.rows[table] for table in counts} == counts
    assert check(result.path) == []
    shutil.rmtree(result.path)


def test_no_folder_of_real_data_is_forgotten(large_data: Path) -> None:
    there = {item.name for item in (large_data / "connectomes").iterdir() if item.is_dir()}
    assert there <= set(COUNTS)


def test_auto_is_a_format_like_the_others() -> None:
    assert any(known.name == "auto" for known in FORMATS)


def test_a_folder_of_one_ordinary_file_is_read_as_that_file(tmp_path: Path) -> None:
    (tmp_path / "lone").mkdir()
    (tmp_path / "lone" / "typed.csv").write_text(
        "pre,post,type,synapses\nA,B,chemical,3\nA,B,electrical,2\n"
    )
    result = read_recognised(tmp_path / "lone", tmp_path / "out")
    assert result.decisions[0] == "recognised as table: typed.csv is an ordinary file of edges"
    (tmp_path / "lone" / "more.csv").write_text("pre,post\nA,B\n")
    with pytest.raises(ContractError, match="lone is no format that is known"):
        read_recognised(tmp_path / "lone", tmp_path / "two")
