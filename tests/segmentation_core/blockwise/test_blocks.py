"""Block-wise: the volume in one piece and in blocks; runs that stop; blocks that are not there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import segmentation_core as sc
from segmentation_core.blockwise import block_steps
from segmentation_core.blockwise.block_folder import BlockFolder
from segmentation_core.blockwise.grid import Grid
from tests.segmentation_core.neurites import OFFSETS, neurites

VOXEL = (10.0, 10.0, 10.0)
COLUMNS = ("fragment_id", "voxels", "first", "second", "sums", "counts", "places", "histogram")


@pytest.fixture(scope="module")
def volume():
    """Truth and affinities."""
    return neurites((24, 40, 56), n=12, seed=4)


def in_blocks(affinities, folder, **options):
    given = {"voxel_size_nm": VOXEL, "block": (16, 24, 32)} | options
    return sc.segment_by_blocks(affinities, OFFSETS, folder=folder, **given)


def test_one_block_is_the_volume_in_one_piece(volume, tmp_path):
    _, affinities = volume
    result = in_blocks(affinities, tmp_path / "run", block=(99, 99, 99))
    fragments = sc.watershed(affinities, OFFSETS, voxel_size_nm=VOXEL)
    tree = sc.agglomerate(fragments, affinities, OFFSETS)
    assert np.array_equal(result.fragments[...], fragments)
    assert np.array_equal(result.segments[...], tree.segments(fragments))


@pytest.mark.parametrize(
    ("block", "weights"),
    [((16, 24, 32), None), ((7, 40, 19), [1, 2, 1] + [0] * (len(OFFSETS) - 3))],
)
def test_statistics_of_blocks_are_to_the_bit_those_of_the_whole(volume, tmp_path, block, weights):
    _, affinities = volume
    options = {"linkage": "quantile", "quantile": 0.7, "channel_weights": weights}
    result = in_blocks(affinities, tmp_path / "run", block=block, agglomeration_options=options)
    whole = sc.region_graph(
        result.fragments[...], affinities, OFFSETS, histogram=True if weights is None else weights
    )
    for name in COLUMNS:
        assert np.array_equal(getattr(result.tree.graph, name), getattr(whole, name)), name
    tree = sc.agglomerate_graph(whole, **options)
    assert np.array_equal(result.segments[...], tree.segments(result.fragments[...]))


@pytest.mark.parametrize(
    ("voxel", "block", "options"),
    [
        ((10.0, 10.0, 10.0), (16, 24, 32), {}),
        ((10.0, 10.0, 10.0), (9, 40, 11), {"narrowing": 1.0, "least_voxels": 1}),
        ((20.0, 10.0, 10.0), (24, 9, 56), {"cap_voxels": 5.0, "boundary": 0.4}),
        ((40.0, 4.0, 4.0), (5, 17, 30), {}),
    ],
)
def test_blocks_give_to_the_bit_what_one_piece_gives(volume, tmp_path, voxel, block, options):
    _, affinities = volume
    fragments = sc.watershed(affinities, OFFSETS, voxel_size_nm=voxel, **options)
    tree = sc.agglomerate(fragments, affinities, OFFSETS)
    result = in_blocks(
        affinities, tmp_path / "run", voxel_size_nm=voxel, block=block, fragment_options=options
    )
    assert np.array_equal(result.fragments[...], fragments)
    for name in COLUMNS:
        assert np.array_equal(getattr(result.tree.graph, name), getattr(tree.graph, name)), name
    assert np.array_equal(result.segments[...], tree.segments(fragments))


@pytest.mark.parametrize("kind", ["noise", "few values", "nearly all inside"])
def test_hills_of_any_shape_are_put_together_over_faces(tmp_path, kind):
    """Plateaus across many blocks, ways that cross several faces, hills of one voxel."""
    rng = np.random.default_rng(3)
    shape = (len(OFFSETS), 12, 14, 16)
    affinities = {
        "noise": rng.integers(0, 256, shape),
        "few values": rng.integers(0, 3, shape) * 127,
        "nearly all inside": 255 * (rng.random(shape) > 0.002),
    }[kind].astype(np.uint8)
    fragments = sc.watershed(affinities, OFFSETS, voxel_size_nm=VOXEL)
    options = {"block": (5, 3, 7), "empty_blocks": True}
    result = in_blocks(affinities, tmp_path / "run", **options)
    assert np.array_equal(result.fragments[...], fragments)


def test_one_snake_through_all_blocks_is_one_fragment(tmp_path):
    """A way that leaves a block and comes back, many times."""
    inside = np.zeros((1, 20, 24), np.bool_)
    for k in range(0, 20, 4):
        inside[0, k : k + 3] = True
        inside[0, k : k + 4, -3:] |= k % 8 == 0
        inside[0, k : k + 4, :3] |= k % 8 == 4
    affinities = np.zeros((3, *inside.shape), np.uint8)
    for axis in range(3):
        both = inside & np.roll(inside, 1, axis)
        affinities[axis][both] = 255
    options = {"narrowing": 0.0}
    whole = sc.watershed(affinities, voxel_size_nm=VOXEL, **options)
    assert set(np.unique(whole[inside])) == {1}
    result = sc.segment_by_blocks(
        affinities,
        voxel_size_nm=VOXEL,
        folder=tmp_path / "run",
        block=(1, 7, 5),
        fragment_options=options,
        empty_blocks=True,
    )
    assert np.array_equal(result.fragments[...], whole)


def test_weights_of_no_use_are_refused_before_any_block_is_made(volume, tmp_path):
    _, affinities = volume
    options = {"linkage": "quantile", "channel_weights": [1, 2]}
    with pytest.raises(ValueError, match="channel_weights must be"):
        in_blocks(affinities, tmp_path / "run", agglomeration_options=options)
    assert not (tmp_path / "run").exists()


def test_workers_change_nothing(volume, tmp_path):
    _, affinities = volume
    one = in_blocks(affinities, tmp_path / "one")
    two = in_blocks(affinities, tmp_path / "two", n_workers=3)
    assert np.array_equal(one.segments[...], two.segments[...])
    assert np.array_equal(one.tree.graph.sums, two.tree.graph.sums)


def test_a_run_that_fails_goes_on_where_it_was(volume, tmp_path, monkeypatch):
    _, affinities = volume
    expected = in_blocks(affinities, tmp_path / "whole").segments[...]
    real = block_steps.block_hills
    calls = []

    def failing(*args, **options):
        calls.append(1)
        if len(calls) == 4:
            raise MemoryError
        return real(*args, **options)

    monkeypatch.setattr(block_steps, "block_hills", failing)
    with pytest.raises(MemoryError):
        in_blocks(affinities, tmp_path / "run")
    monkeypatch.undo()
    counted = []
    monkeypatch.setattr(
        block_steps, "block_hills", lambda *a, **o: counted.append(1) or real(*a, **o)
    )
    result = in_blocks(affinities, tmp_path / "run")
    assert len(counted) == len(result.fragments.grid) - 3
    assert np.array_equal(result.segments[...], expected)
    counted.clear()
    in_blocks(affinities, tmp_path / "run")
    assert not counted


def test_other_settings_and_other_affinities_are_not_mixed(volume, tmp_path):
    _, affinities = volume
    in_blocks(affinities, tmp_path / "run")
    with pytest.raises(
        ValueError, match=r"other settings: block was \[16, 24, 32\], is \[9, 9, 9\]"
    ):
        in_blocks(affinities, tmp_path / "run", block=(9, 9, 9))
    with pytest.raises(ValueError, match="other settings: affinities was"):
        in_blocks(255 - affinities, tmp_path / "run")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").touch()
    with pytest.raises(ValueError, match="not empty and holds no settings"):
        in_blocks(affinities, tmp_path / "full")


def test_another_threshold_is_another_cut_of_the_same_tree(volume, tmp_path, monkeypatch):
    _, affinities = volume
    first = in_blocks(affinities, tmp_path / "run")
    monkeypatch.setattr(block_steps, "block_hills", None)
    second = in_blocks(affinities, tmp_path / "run", threshold=0.99)
    assert second.segments[...].max() > 12
    expected = first.tree.segments(first.fragments[...], 0.99)
    assert np.array_equal(second.segments[...], expected)


def test_a_missing_block_is_an_error(volume, tmp_path):
    _, affinities = volume
    result = in_blocks(affinities, tmp_path / "run")
    result.segments.path(2).unlink()
    assert result.segments.missing() == [2]
    with pytest.raises(ValueError, match=r"block \(0, 1, 0\) of segments is missing"):
        result.segments[...]
    again = in_blocks(affinities, tmp_path / "run")
    assert again.segments.missing() == []


@pytest.mark.parametrize("damage", ["cut short", "other bytes", "another shape"])
@pytest.mark.parametrize(
    "file", ["fragments/block_0000_0001_0000.npy", "pairs/block_0000_0001_0000.npz"]
)
def test_a_damaged_block_says_which_and_what_to_do(volume, tmp_path, file, damage):
    _, affinities = volume
    in_blocks(affinities, tmp_path / "run")
    path = tmp_path / "run" / file
    if damage == "cut short":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif damage == "other bytes":
        path.write_bytes(b"not an array")
    elif path.suffix == ".npy":
        np.save(path, np.zeros((2, 2, 2)))
    else:
        np.savez(path, fragment_id=np.zeros(1, np.uint64))
    for entry in (*(tmp_path / "run").glob("tree_*"), *(tmp_path / "run/segments").glob("*")):
        entry.unlink()
    with pytest.raises(
        ValueError, match=r"block \(0, 1, 0\) of \w+ is damaged .* delete "
    ) as caught:
        in_blocks(affinities, tmp_path / "run")
    assert "\n" not in str(caught.value)
    path.unlink()


def test_affinities_that_were_never_predicted_are_an_error(volume, tmp_path):
    _, affinities = volume
    broken = affinities.copy()
    broken[:, 16:, :24, 32:] = 0
    with pytest.raises(ValueError, match=r"block \(1, 0, 1\) .* are all 0"):
        in_blocks(broken, tmp_path / "run")
    in_blocks(broken, tmp_path / "empty", empty_blocks=True)


def test_an_array_that_cuts_blocks_short_is_an_error(volume, tmp_path):
    class Short:
        shape, dtype = volume[1].shape, volume[1].dtype

        def __getitem__(self, key):
            return volume[1][key][:, :, :, :20]

    with pytest.raises(ValueError, match="gave a block of shape"):
        in_blocks(Short(), tmp_path / "run")


def test_zarr_in_and_out(volume, tmp_path):
    zarr = pytest.importorskip("zarr")
    _, affinities = volume
    stored = zarr.create_array(
        tmp_path / "a.zarr", shape=affinities.shape, chunks=(7, 16, 24, 32), dtype="u1"
    )
    stored[...] = affinities
    out = zarr.create_array(
        tmp_path / "s.zarr", shape=affinities.shape[1:], chunks=(16, 24, 32), dtype="u8"
    )
    result = in_blocks(stored, tmp_path / "run", out=out)
    expected = in_blocks(affinities, tmp_path / "memory").segments[...]
    assert result.segments is out
    assert np.array_equal(out[...], expected)


def test_a_block_folder_is_sliced_like_an_array(tmp_path):
    grid = Grid((5, 7, 9), (2, 3, 4))
    array = np.arange(5 * 7 * 9, dtype=np.uint64).reshape(5, 7, 9)
    folder = BlockFolder(tmp_path, grid, array.dtype)
    for number in range(len(grid)):
        begin, end = grid.box(number)
        folder.write(number, array[tuple(slice(a, b) for a, b in zip(begin, end, strict=True))])
    for key in [
        (),
        3,
        (slice(1, 4), slice(None), slice(2, 9, 3)),
        (Ellipsis, 8),
        (-1, slice(-3, None), 0),
    ]:
        assert np.array_equal(folder[key], array[key])
    assert np.array_equal(np.asarray(folder), array)
    with pytest.raises(ValueError, match="block 0 must be uint64"):
        folder.write(0, np.zeros((1, 1, 1), np.uint64))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"block": (0, 4, 4)}, "block must be three whole numbers"),
        ({"fragment_options": {"mask": np.ones((24, 40, 56), bool)}}, "mask= is of the volume"),
        ({"fragment_options": {"narrowing": 2}}, "narrowing must be a share"),
        ({"n_workers": 0}, "n_workers must be 1 or more"),
        ({"out": np.zeros((1, 2, 3))}, "out must be of shape"),
        ({"voxel_size_nm": None}, "voxel_size_nm must be"),
    ],
)
def test_bad_options_get_one_line(volume, tmp_path, change, message):
    with pytest.raises(ValueError, match=message) as caught:
        in_blocks(volume[1], tmp_path / "run", **change)
    assert "\n" not in str(caught.value)


SCRIPT = """
import sys, time
import numpy as np
import segmentation_core as sc
from tests.segmentation_core.neurites import OFFSETS, neurites
_, affinities = neurites((24, 40, 56), n=12, seed=4)
sc.segment_by_blocks(
    affinities, OFFSETS, voxel_size_nm=(10.0, 10.0, 10.0), folder=sys.argv[1], block=(8, 8, 8),
    on_block=lambda *told: (print(*told, flush=True), time.sleep(0.02)),
)
"""


@pytest.mark.slow
@pytest.mark.parametrize("step", ["hills", "fragments", "pairs", "segments"])
def test_a_killed_run_goes_on_and_gives_the_same(volume, tmp_path, step):
    _, affinities = volume
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "run")], stdout=subprocess.PIPE, text=True
    )
    for line in process.stdout:
        if line.startswith(f"{step} 20 "):
            os.kill(process.pid, signal.SIGKILL)
            break
    process.wait()
    process.stdout.close()
    assert process.returncode == -signal.SIGKILL
    told = []
    options = {"block": (8, 8, 8)}
    again = in_blocks(
        affinities, tmp_path / "run", on_block=lambda *a: told.append((time.time(), a)), **options
    )
    whole = in_blocks(affinities, tmp_path / "whole", **options)
    assert np.array_equal(again.segments[...], whole.segments[...])
    assert not list((tmp_path / "whole").rglob(".*"))


@pytest.mark.slow
def test_a_killed_worker_of_a_cluster_changes_nothing(tmp_path):
    distributed = pytest.importorskip("dask.distributed")
    zarr = pytest.importorskip("zarr")
    _, affinities = neurites((24, 40, 56), n=12, seed=4)
    stored = zarr.create_array(
        tmp_path / "a.zarr", shape=affinities.shape, chunks=(7, 8, 24, 32), dtype="u1"
    )
    stored[...] = affinities
    expected = in_blocks(affinities, tmp_path / "alone", block=(8, 8, 8)).segments[...]
    killed = []

    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):

        def kill_one(step, done, _):
            if step == "fragments" and done == 10 and not killed:
                killed.append(next(iter(client.run(os.getpid).values())))
                os.kill(killed[0], signal.SIGKILL)

        result = in_blocks(
            stored, tmp_path / "run", block=(8, 8, 8), client=client, on_block=kill_one
        )
        with pytest.raises(ValueError, match="cannot be shared with a cluster"):
            in_blocks(affinities, tmp_path / "no", client=client, out=np.zeros((24, 40, 56)))
    assert killed
    assert np.array_equal(result.segments[...], expected)
