"""Commands on volumes: what a new user gets wrong ends in one line and exit code 1, and destroys nothing."""

from __future__ import annotations

import json
import shlex
import sys
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuropil.command_line import main

SIZE = ("--voxel-size-nm", "40,4,4")


@pytest.fixture
def volumes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with volumes of all kinds, in which the commands run."""
    monkeypatch.chdir(tmp_path)
    good = np.random.default_rng(0).integers(60, 200, (6, 32, 40)).astype(np.uint8)
    labels = np.repeat(np.arange(1, 5, dtype=np.uint32), 10)[None, None].repeat(6, 0).repeat(32, 1)
    holed = good / 255.0
    holed[0, 0, 0] = np.nan
    for name, array in {
        "good": good,
        "labels": labels,
        "fewer": labels[:3],
        "none": labels * 0,
        "negative": labels.astype(np.int64) - 9,
        "float": good / 255.0,
        "nan": holed,
        "section": good[0],
        "black": good * 0,
        "white": good * 0 + 255,
        "channels": np.stack([good] * 3),
        "empty": good[:0],
    }.items():
        np.save(f"{name}.npy", array)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("kept")
    (tmp_path / "syn.csv").write_text("pre_id,post_id,x_nm,y_nm,z_nm\n1,two,3,4,5\n")
    return tmp_path


def failure(arguments: tuple[str, ...], capsys, monkeypatch) -> str:
    """The one line of a command that ends with exit code 1."""
    monkeypatch.setattr(sys, "argv", ["neuropil", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    out, err = capsys.readouterr()
    assert (stop.value.code, out) == (1, "")
    lines = [line for line in err.splitlines() if line.startswith("neuropil: ")]
    assert len(lines) == 1
    assert "Traceback" not in err
    return lines[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ingest", "em", "good.npy", "out"), "does not state its voxel size"),
        (("ingest", "em", "good.npy", "out", "--voxel-size-nm", "4,4"), "three positive numbers"),
        (("ingest", "em", "float.npy", "out", *SIZE), "voxels are float64, wanted uint8"),
        (("ingest", "em", "nan.npy", "out", *SIZE), "voxels are float64, wanted uint8"),
        (("ingest", "em", "section.npy", "out", *SIZE), "is no volume (z, y, x)"),
        (("ingest", "em", "channels.npy", "out", *SIZE), "is no volume (z, y, x)"),
        (("ingest", "em", "empty.npy", "out", *SIZE), "the volume is empty"),
        (("ingest", "em", "gone.npy", "out", *SIZE), "there is no such file or folder"),
        (("ingest", "em", "good.npy", "mine", *SIZE), "is no connectome, so it is left alone"),
        (("ingest", "em", "good.npy", "syn.csv", *SIZE), "is no connectome, so it is left alone"),
        (
            ("ingest", "em", "good.npy", "out", *SIZE, "--labels", "labels.npy", "--truth",
             "labels.npy", "--true-synapses", "syn.csv"),
            "syn.csv: pre_id and post_id must be whole numbers",
        ),
        (("ingest", "em", "float.npy", "out", *SIZE, "--intensity-range", "1,0"), "BLACK,WHITE"),
        (("segment", "good.npy", "out.tif", *SIZE), "must end in .zarr or .npy"),
        (("segment", "good.npy", "labels.npy", *SIZE), "labels.npy exists"),
        (("segment", "good.npy", "out.npy", *SIZE, "--device", "gpu"), "got 'gpu'"),
        (("segment", "good.npy", "out.npy", "--voxel-size-nm", "4,4,40"), "no bundled weights fit"),
        (("segment", "black.npy", "out.npy", *SIZE), "every voxel of black.npy is 0"),
        (("ingest", "em", "white.npy", "out", *SIZE), "every voxel of white.npy is 255"),
        (("ingest", "em", "good.npy", "out", *SIZE, "--weights", "good.npy"), "wanted weights of a seg"),
        (("segment", "good.npy", "out.npy", *SIZE, "--weights", "gone.pt"), "gone.pt"),
        (
            ("train", "good.npy", "labels.npy", "run", *SIZE, "--start-from", "good.npy"),
            "such as weights.pt of a `neuropil train` run.",
        ),
        (("evaluate", "labels.npy", "fewer.npy"), "must have one shape"),
        (("evaluate", "labels.npy", "none.npy"), "none.npy has no labelled voxel"),
        (("evaluate", "negative.npy", "labels.npy"), "no negative label"),
        (("evaluate", "float.npy", "labels.npy"), "integers for labels"),
        (("evaluate", "labels.npy", "labels.npy", "--run-length"), "does not state its voxel size"),
        (("evaluate", "labels.npy", "labels.npy", "--axes", "zy"), "axes 'zy' do not fit"),
        (("evaluate", "labels.npy", "labels.npy", "--truth-axes", "zy"), "axes 'zy' do not fit"),
        (("evaluate", "labels.npy", "precomputed://ftp://host/a"), "neuropil: ftp://host/a: "),
        (("view", "gone"), "there is no such folder"),
        (("view", "mine"), "no OME-Zarr or precomputed volume to show"),
        (("train", "good.npy", "fewer.npy", "run", *SIZE), "must have one shape"),
        (("train", "good.npy", "none.npy", "run", *SIZE), "fewer than two neurons"),
        (("train", "black.npy", "labels.npy", "run", *SIZE), "every voxel of black.npy is 0"),
        (("train", "good.npy", "labels.npy", "mine", *SIZE, "--held-out", "0"), "is no run of this"),
        (("train", "good.npy", "labels.npy", "run", *SIZE, "--patch", "a"), "3 whole numbers"),
        (("train", "good.npy", "labels.npy", "run", *SIZE, "--start-from", "no.pt"), "no such file"),
    ],
)  # fmt: skip
def test_a_mistake_ends_in_one_line(
    arguments: tuple[str, ...], words: str, volumes: Path, capsys, monkeypatch
) -> None:
    pytest.importorskip("torch")
    assert words in failure(arguments, capsys, monkeypatch)
    assert not any((volumes / name).exists() for name in ("out", "out.npy", "out.tif", "run"))
    assert (volumes / "mine" / "thesis.txt").read_text() == "kept"


def test_overwrite_leaves_a_folder_alone_that_holds_no_volume(
    volumes: Path, capsys, monkeypatch
) -> None:
    pytest.importorskip("torch")
    arguments = ("segment", "good.npy", "mine", *SIZE, "--overwrite")
    assert "mine: the folder holds no volume" in failure(arguments, capsys, monkeypatch)
    assert (volumes / "mine" / "thesis.txt").read_text() == "kept"


def test_evaluate_prints_every_score(volumes: Path, capsys, monkeypatch) -> None:
    pytest.importorskip("bioimage_cpp")
    labels = np.load("labels.npy")
    np.save("merged.npy", np.where(labels == 2, 1, labels))
    monkeypatch.setattr(
        sys,
        "argv",
        ["neuropil", "evaluate", "merged.npy", "labels.npy", *SIZE, "--run-length", "--json"],
    )
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    scores = json.loads(capsys.readouterr().out)
    # Two of four equal neurons are one: log2(2) bits for half of the voxels.
    assert scores["voi_merge_bits"] == pytest.approx(0.5)
    assert scores["voi_split_bits"] == 0
    # Pairs in one segment: 4 + 1 + 1 of 16ths, in one neuron 4 of 16: precision 4/6, recall 1.
    assert scores["adapted_rand_error"] == pytest.approx(0.2, abs=1e-3)
    assert scores["cremi_score"] == pytest.approx((0.5 * 0.2) ** 0.5, rel=1e-3)
    assert scores["merges_per_neuron"] == pytest.approx(0.25)
    # Cable of the two merged neurons counts for nothing, and they are half of it.
    assert scores["expected_run_length_nm"] == pytest.approx(
        scores["possible_run_length_nm"] / 2, rel=0.05
    )


def test_labels_of_another_order_of_axes_are_the_same_labels(
    volumes: Path, capsys, monkeypatch
) -> None:
    np.save("turned.npy", np.load("labels.npy").T)
    for given in (
        ["turned.npy", "labels.npy", "--axes", "xyz"],
        ["labels.npy", "turned.npy", "--truth-axes", "xyz"],
    ):
        monkeypatch.setattr(sys, "argv", ["neuropil", "evaluate", *given, "--json"])
        with pytest.raises(SystemExit) as stop:
            main()
        assert not stop.value.code
        assert json.loads(capsys.readouterr().out)["voi_bits"] == 0


def test_a_port_that_cannot_be_is_refused(volumes: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(sys, "argv", ["neuropil", "view", "mine", "--port", "99999"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--jobs", "2"), "give a folder for the blocks (--blocks)"),
        (("--cluster", "tcp://127.0.0.1:1"), "give a folder for the blocks (--blocks)"),
        (("--blocks", "b", "--jobs", "2", "--cluster", "tcp://127.0.0.1:1"), "one of the two"),
    ],
)
@pytest.mark.parametrize("command", [("segment",), ("ingest", "em")])
def test_workers_without_blocks_get_one_line(
    command, more, words, volumes: Path, capsys, monkeypatch
) -> None:
    pytest.importorskip("torch")
    assert words in failure((*command, "good.npy", "out", *SIZE, *more), capsys, monkeypatch)


def test_blocks_give_the_file_that_one_piece_gives(volumes: Path, capsys, monkeypatch) -> None:
    pytest.importorskip("torch")
    for out, more in (("one.npy", ()), ("many.npy", ("--blocks", "b", "--jobs", "2"))):
        monkeypatch.setattr(sys, "argv", ["neuropil", "segment", "good.npy", out, *SIZE, *more])
        with pytest.raises(SystemExit) as stop:
            main()
        assert not stop.value.code, capsys.readouterr()
    assert np.array_equal(np.load("one.npy"), np.load("many.npy"))
    assert np.load("many.npy").any()


@pytest.mark.parametrize(
    "arguments",
    [
        ("segment", "good.npy", "out.npy", *SIZE),
        ("ingest", "em", "good.npy", "out", *SIZE, "--no-synapses", "--report", "report"),
    ],
)
def test_a_volume_too_large_for_one_piece_goes_by_blocks_of_which_none_is_left(
    arguments: tuple[str, ...], volumes: Path, capsys, monkeypatch
) -> None:
    pytest.importorskip("torch")
    from segmentation_core import segment_volume

    places: list[Path] = []

    def by_blocks(*given: Any, folder: Path, **more: Any) -> Any:
        places.append(folder)
        return of_blocks(*given, folder=folder, **more)

    of_blocks = segment_volume.segment_by_blocks
    monkeypatch.setattr(segment_volume, "segment_by_blocks", by_blocks)
    monkeypatch.setattr(segment_volume, "IN_ONE_PIECE", 100)
    before = set(volumes.iterdir())
    monkeypatch.setattr(sys, "argv", ["neuropil", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code, capsys.readouterr()
    assert [place.parent.parent for place in places] == [volumes]
    assert {path.name for path in set(volumes.iterdir()) - before} <= {"out.npy", "out", "report"}


@pytest.mark.parametrize("overwrite", [(), ("--overwrite",)])
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("segment", "good.npy", "good.npy", *SIZE), "good.npy is the input good.npy"),
        (("segment", "good.npy", "link.npy", *SIZE), "link.npy is the input good.npy"),
        (("segment", "link.npy", "good.npy", *SIZE), "good.npy is the input link.npy"),
        (("segment", "em.zarr", "em.zarr", "--dataset", "raw"), "em.zarr is the input em.zarr"),
        (("segment", "em.zarr", "em.zarr/new", "--dataset", "raw"), "em.zarr/new lies in the input"),
        (("segment", "em.zarr/raw", "em.zarr"), "em.zarr holds the input em.zarr/raw"),
        (("segment", "good.npy", "em.zarr", *SIZE, "--weights", "em.zarr/w.pt"), "holds the input"),
        (("segment", "good.npy", "out.npy", *SIZE, "--blocks", "good.npy"), "good.npy is the input"),
        (("ingest", "em", "view/image", "out", "--volumes", "view"), "view/image is the input"),
        (("ingest", "em", "view/image", "view"), "view holds the input view/image"),
        (
            ("ingest", "em", "good.npy", "out", *SIZE, "--truth", "view/segments", "--volumes", "view"),
            "view/segments is the input",
        ),
        (
            ("ingest", "em", "good.npy", "out", *SIZE, "--labels", "view/image", "--report",
             "view/image"),
            "view/image is the input",
        ),
    ],
)  # fmt: skip
def test_an_output_never_takes_the_place_of_an_input(
    arguments: tuple[str, ...],
    words: str,
    overwrite: tuple[str, ...],
    volumes: Path,
    capsys,
    monkeypatch,
) -> None:
    import segmentation_core as sc

    pytest.importorskip("torch")
    pytest.importorskip("tensorstore")
    raw, labels = np.load("good.npy"), np.load("labels.npy")
    for name, array in (("view/image", raw), ("view/segments", labels)):
        sc.write_precomputed(array, name, voxel_size_nm=(40, 4, 4))
    sc.write_ome_zarr(raw, "em.zarr/raw", voxel_size_nm=(40, 4, 4))
    Path("em.zarr/zarr.json").write_text('{"zarr_format": 3, "node_type": "group"}')
    Path("em.zarr/w.pt").touch()
    Path("link.npy").symlink_to("good.npy")
    before = {path: path.read_bytes() for path in volumes.rglob("*") if path.is_file()}
    assert words in failure((*arguments, *overwrite), capsys, monkeypatch)
    assert {path: path.read_bytes() for path in volumes.rglob("*") if path.is_file()} == before


def test_a_training_does_not_write_over_the_weights_it_starts_from(
    volumes: Path, capsys, monkeypatch
) -> None:
    pytest.importorskip("torch")
    Path("run").mkdir()
    Path("run/weights.pt").write_bytes(b"weights")
    run = ("train", "good.npy", "labels.npy")
    words = failure((*run, "run", *SIZE, "--start-from", "run/weights.pt"), capsys, monkeypatch)
    assert "run/weights.pt is the input run/weights.pt" in words
    assert "good.npy is the input" in failure((*run, "good.npy", *SIZE), capsys, monkeypatch)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("segment", "good.npy", "out"), "give --voxel-size-nm Z,Y,X in nanometres, as --voxel-size-nm 40,4,4"),
        (("segment", "channels.npy", "out", *SIZE), "give --axes, one letter of zyxct"),
        (("segment", "channels.npy", "out", *SIZE, "--axes", "czyx"), "give --channel, 0 to 2"),
        (("ingest", "em", "wide.npy", "out", *SIZE), "give --intensity-range BLACK,WHITE"),
        (("ingest", "em", "sections", "out", *SIZE), "pass --missing mask"),
        (("ingest", "em", "good.npy", "out", *SIZE, "--missing", "x"), "--missing must be error or mask"),
        (("ingest", "em", "good.npy", "out", *SIZE, "--truth", "two.h5"), "give --truth-dataset NAME"),
        (("train", "two.h5", "two.h5", "out", *SIZE), "give --dataset NAME"),
        (("train", "good.npy", "two.h5", "out", *SIZE), "give --labels-dataset NAME"),
        (("evaluate", "labels.npy", "two.h5"), "give --truth-dataset NAME"),
        (("evaluate", "channels.npy", "labels.npy"), "give --axes, one letter"),
            (("evaluate", "labels.npy", "channels.npy"), "give --truth-axes, one letter"),
        (("segment", "good.npy", "out", "--voxel-size-nm", "4,4,40"), "train your own and pass --weights."),
        (("ingest", "em", "good.npy", "out", "--voxel-size-nm", "9,9,9"), "pass --synapse-model."),
        (("ingest", "em", "good.npy", "out", "--voxel-size-nm", "9,9,9"), "need none: --no-synapses."),
    ],
)  # fmt: skip
def test_errors_name_options_that_the_command_has(
    arguments: tuple[str, ...], words: str, volumes: Path, capsys, monkeypatch
) -> None:
    pytest.importorskip("torch")
    h5py = pytest.importorskip("h5py")
    tifffile = pytest.importorskip("tifffile")
    good = np.load("good.npy")
    np.save("wide.npy", good.astype(np.uint16))
    with h5py.File("two.h5", "w") as file:
        file["a"], file["b"] = good, good
    Path("sections").mkdir()
    for number in (1, 2, 4):
        tifffile.imwrite(f"sections/{number}.tif", good[number])
    assert words in failure(arguments, capsys, monkeypatch)
    assert not Path("out").exists()


def test_the_manifest_and_the_report_hold_the_command_as_it_was_given(
    volumes: Path, capsys, monkeypatch
) -> None:
    pytest.importorskip("bioimage_cpp")
    line = ["ingest", "em", "good.npy", "an out", *SIZE, "--labels", "labels.npy", "--no-synapses",
            "--no-skeletons", "--min-synapses", "2", "--report", "page", "--licence", "CC-BY-4.0",
            "--access", "ask the keeper"]  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["/somewhere/__main__.py", *line])
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    made_by = json.loads(Path("an out/connectome.json").read_text())["made_by"]
    assert made_by["command"] == shlex.join(["neuropil", *line])
    assert [(one["role"], one["file"]) for one in made_by["inputs"]] == [
        ("volume", "good.npy"),
        ("labels", "labels.npy"),
    ]
    page = Path("page/report.html").read_text()
    assert escape(made_by["command"]) in page
    assert "CC-BY-4.0" in page
    assert "ask the keeper" in page
    assert "__main__.py" not in page
