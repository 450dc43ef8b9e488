"""Bad input gets one line that names the file, what is wrong and the way out."""

from __future__ import annotations

import gzip
import json
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

import segmentation_core as sc

from .example_files import FORMATS, VOXELS, gzip_chunks, precomputed_store

SIZE = {"voxel_size_nm": (40, 4, 4)}


def said(action: Callable[[], Any]) -> str:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - what it says is checked by callers
        action()
    message = str(caught.value)
    assert "\n" not in message
    return message


def array(*shape: int, dtype: Any = np.uint8) -> Any:
    return np.zeros(shape, dtype)


@pytest.mark.parametrize(
    ("source", "options", "words"),
    [
        (array(4, 5, 6), {}, r"voxel_size_nm=(40, 4, 4)"),
        (array(4, 5, 6), {"voxel_size_nm": (4, 4)}, "three positive numbers"),
        (array(4, 5, 6), {"voxel_size_nm": (0, 4, 4)}, "three positive numbers"),
        (array(4, 5, 6), {"voxel_size_nm": (0.04, 0.004, 0.004)}, "another unit"),
        (array(5, 6), SIZE, "single section"),
        (array(4, 5, 6, 3), SIZE, "color image"),
        (array(2, 4, 5, 6), SIZE, "axes="),
        (array(2, 4, 5, 6), {**SIZE, "axes": "czyx"}, "channel="),
        (array(2, 4, 5, 6), {**SIZE, "axes": "czyx", "channel": 2}, "channels 0 to 1"),
        (array(2, 4, 5, 6), {**SIZE, "axes": "tzyx"}, "2 time points"),
        (array(4, 5, 6), {**SIZE, "axes": "zzx"}, "do not fit"),
        (array(4, 5, 6), {**SIZE, "axes": "xy"}, "do not fit"),
        (array(0, 5, 6), SIZE, "empty"),
        (array(4, 5, 6, dtype=np.float32), SIZE, "intensity_range="),
        (array(4, 5, 6, dtype=complex), SIZE, "complex128"),
        (array(4, 5, 6, dtype=np.uint16), {**SIZE, "kind": "image"}, "intensity_range="),
        (array(4, 5, 6), {**SIZE, "kind": "picture"}, "kind must be one of"),
        (array(4, 5, 6), {**SIZE, "intensity_range": (5, 5)}, "from low to high"),
        ("/no/such/place", SIZE, "no such file"),
        (17, SIZE, "path or an array, got int"),
    ],
)
def test_one_line_says_what_is_wrong(source: Any, options: Any, words: str) -> None:
    assert words in said(lambda: sc.open_volume(source, **options))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_is_found_and_its_section_named(value: float) -> None:
    voxels = np.zeros((4, 5, 6), np.float32)
    voxels[2, 3, 4] = value
    volume = sc.open_volume(voxels, **SIZE, intensity_range=(0, 1))
    assert volume[:2].max() == 0
    assert "section 2 has NaN" in said(volume.read)
    assert "section 2 has NaN" in said(volume.crop(z=(1, 3)).read)


def test_axes_that_contradict_the_file(tmp_path: Path) -> None:
    precomputed_store(tmp_path / "a")
    message = said(lambda: sc.open_volume(tmp_path / "a", axes="zyx"))
    assert "says that its axes are 'xyzc'" in message


def test_an_unknown_format_lists_the_known(tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_bytes(b"something else")
    assert "Neuroglancer precomputed" in said(lambda: sc.open_volume(tmp_path / "a.xyz"))
    (tmp_path / "a.tif").write_bytes(b"")
    assert "the file is empty" in said(lambda: sc.open_volume(tmp_path / "a.tif"))
    (tmp_path / "empty").mkdir()
    assert "no volume of a known format" in said(lambda: sc.open_volume(tmp_path / "empty"))


FILES = [write for write in FORMATS if write.__name__.startswith(("tiff", "hdf5", "mrc", "npy"))]


@pytest.mark.parametrize("write", FILES, ids=lambda write: write.__name__)
@pytest.mark.parametrize("share", [0.001, 0.3, 0.6, 0.95])
def test_a_truncated_file_never_passes_for_a_smaller_volume(
    write: Any, share: float, tmp_path: Path
) -> None:
    path, options = write(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: max(9, int(share * len(data)))])
    message = said(lambda: sc.open_volume(path, **options).read())
    assert str(path) in message


@pytest.mark.parametrize(
    "write", [write for write in FORMATS if write not in FILES], ids=lambda write: write.__name__
)
def test_a_truncated_chunk_or_section_is_an_error(write: Any, tmp_path: Path) -> None:
    path, options = write(tmp_path)
    chunks = [
        p
        for p in path.rglob("*")
        if p.is_file() and p.suffix != ".json" and p.name != "info" and p.name[:2] != ".z"
    ]
    largest = max(chunks, key=lambda p: (p.stat().st_size, p.name))
    largest.write_bytes(largest.read_bytes()[: largest.stat().st_size // 2])
    said(lambda: sc.open_volume(path, **options).read())


def test_a_damaged_info_or_json_is_named(tmp_path: Path) -> None:
    precomputed_store(tmp_path / "a")
    info = json.loads((tmp_path / "a" / "info").read_text())
    (tmp_path / "a" / "info").write_text(json.dumps(info)[:-20])
    assert "not whole JSON" in said(lambda: sc.open_volume(tmp_path / "a"))
    del info["scales"][0]["resolution"]
    (tmp_path / "a" / "info").write_text(json.dumps(info))
    assert "lacks what the format asks for" in said(lambda: sc.open_volume(tmp_path / "a"))
    info["scales"][0] |= {"resolution": [1, 1, 1], "encoding": "crackle"}
    (tmp_path / "a" / "info").write_text(json.dumps(info))
    assert "'crackle', which is none of raw" in said(lambda: sc.open_volume(tmp_path / "a"))


def test_pickles_are_not_opened(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "exploded",))

    np.save(tmp_path / "a.npy", np.array([Bomb()], object), allow_pickle=True)
    assert "not unpickled" in said(lambda: sc.open_volume(tmp_path / "a.npy", **SIZE))
    (tmp_path / "b.npy").write_bytes(pickle.dumps(Bomb()))
    said(lambda: sc.open_volume(tmp_path / "b.npy", **SIZE))
    assert not (tmp_path / "exploded").exists()


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    precomputed_store(tmp_path / "a")
    gzip_chunks(tmp_path / "a" / "fine")
    chunk = next((tmp_path / "a" / "fine").iterdir())
    chunk.write_bytes(gzip.compress(bytes(50_000_000)))
    assert "unpacks to more than" in said(sc.open_volume(tmp_path / "a").read)


def test_a_header_that_asks_for_all_memory_is_refused(tmp_path: Path) -> None:
    import zarr

    zarr.create_array(tmp_path / "a.zarr", shape=(50_000,) * 3, chunks=(50_000,) * 3, dtype="u1")
    assert "GiB" in said(lambda: sc.open_volume(tmp_path / "a.zarr", **SIZE))
    header = np.lib.format.header_data_from_array_1_0(array(1, 1, 1)) | {"shape": (10**6,) * 3}
    with (tmp_path / "a.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
    assert "truncated" in said(lambda: sc.open_volume(tmp_path / "a.npy", **SIZE))


def test_a_tiff_that_points_to_its_own_page_ends(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", VOXELS[0])
    data = bytearray((tmp_path / "a.tif").read_bytes())
    first = struct.unpack("<I", data[4:8])[0]
    entries = struct.unpack("<H", data[first : first + 2])[0]
    link = first + 2 + 12 * entries
    data[link : link + 4] = struct.pack("<I", first)
    (tmp_path / "a.tif").write_bytes(data)
    assert "damaged" in said(lambda: sc.open_volume(tmp_path / "a.tif", **SIZE))


def test_color_and_mixed_pages(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((4, 5, 6, 3), np.uint8), photometric="rgb")
    assert "color" in said(lambda: sc.open_volume(tmp_path / "a.tif", **SIZE))
    with tifffile.TiffWriter(tmp_path / "b.tif") as file:
        file.write(np.zeros((5, 6), np.uint8), contiguous=False)
        file.write(np.zeros((5, 7), np.uint8), contiguous=False)
    assert "page 1 is (5, 7)" in said(lambda: sc.open_volume(tmp_path / "b.tif", **SIZE))
    tifffile.imwrite(tmp_path / "c.tif", np.zeros((5, 6), np.uint8))
    assert "single section" in said(lambda: sc.open_volume(tmp_path / "c.tif", **SIZE))


def test_hdf5_lists_its_volumes(tmp_path: Path) -> None:
    path, _ = FORMATS[[write.__name__ for write in FORMATS].index("hdf5")](tmp_path)
    message = said(lambda: sc.open_volume(path))
    assert "volumes/raw (7x33x50 uint8)" in message
    assert "volumes/labels/neuron_ids" in message
    assert "no dataset 'rwa'" in said(lambda: sc.open_volume(path, dataset="rwa"))


def sections(folder: Path, *numbers: int) -> Path:
    for number in numbers:
        tifffile.imwrite(folder / f"s{number:04}.tif", np.full((8, 9), number, np.uint8))
    return folder


def test_a_missing_section_is_named_or_masked(tmp_path: Path) -> None:
    sections(tmp_path, 9, 10, 11, 13)
    assert "section 12 is missing" in said(lambda: sc.open_volume(tmp_path, **SIZE))
    volume = sc.open_volume(tmp_path, **SIZE, missing="mask")
    assert volume[:, 0, 0].tolist() == [9, 10, 11, 0, 13]
    assert volume.missing_sections == (3,)
    assert volume.crop(z=(2, 5)).missing_sections == (1,)
    assert "1 sections missing" in repr(volume)


def test_numbers_in_steps_are_no_gaps(tmp_path: Path) -> None:
    sections(tmp_path, 10, 20, 30)
    assert sc.open_volume(tmp_path, **SIZE)[:, 0, 0].tolist() == [10, 20, 30]


def test_a_damaged_section_is_named_or_masked(tmp_path: Path) -> None:
    sections(tmp_path, 1, 2, 3)
    (tmp_path / "s0002.tif").write_bytes(b"")
    assert "s0002.tif" in said(lambda: sc.open_volume(tmp_path, **SIZE))
    assert sc.open_volume(tmp_path, **SIZE, missing="mask").missing_sections == (1,)


def test_a_section_of_another_shape_is_named(tmp_path: Path) -> None:
    sections(tmp_path, 1, 2, 3)
    tifffile.imwrite(tmp_path / "s0004.tif", np.zeros((8, 8), np.uint8))
    message = said(lambda: sc.open_volume(tmp_path, **SIZE))
    assert "s0004.tif: the section is (8, 8) uint8" in message


def test_a_truncated_picture_is_named(tmp_path: Path) -> None:
    for z in range(3):
        Image.fromarray(VOXELS[z]).save(tmp_path / f"{z}.png")
    data = (tmp_path / "1.png").read_bytes()
    (tmp_path / "1.png").write_bytes(data[: len(data) // 2])
    volume = sc.open_volume(tmp_path, **SIZE)
    assert (volume[0] == VOXELS[0]).all()
    assert "1.png" in said(volume.read)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("a1.tif", "a2.png"), "files of one kind"),
        (("a1.tif", "b2.tif"), "must differ in one number"),
        (("s1_1.tif", "s2_2.tif"), "must differ in one number"),
    ],
)
def test_names_that_tell_no_order(names: tuple[str, ...], words: str, tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    assert words in said(lambda: sc.open_volume(tmp_path, **SIZE))
