"""Planted warps are found again to a pixel, with noise, gaps and destroyed sections."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import segmentation_core as sc

from .planted import left_over, photographed, tissue, warps


def aligned(given: np.ndarray, **options: Any) -> Any:
    return sc.align(sc.open_volume(given, voxel_size_nm=(40, 8, 8)), n_neighbours=2, **options)


@pytest.mark.parametrize("model", ["translation", "affine"])
def test_planted_warps_are_found(model: Any) -> None:
    stack, maps = tissue(7, 160), warps(7, 160, model)
    given = photographed(stack, maps, noise=15, drift=0.15)
    before = left_over(
        maps,
        sc.Alignment((maps[0].identity(),) * 7, (), (), (160, 160), (160, 160), (0, 0), None),
        160,
    )
    left = left_over(maps, aligned(given, model=model, drift="stage"), 160)
    assert np.median(before) > 2
    assert np.median(left) < 0.6
    assert np.median(left, axis=1).max() < 1


@pytest.mark.slow
# Of nine sections it cannot be known that no tissue drifts, which costs a part of a pixel.
@pytest.mark.parametrize(("drift", "limit_px"), [("stage", 1.0), ("tissue", 1.5)])
def test_planted_bends_are_found(drift: Any, limit_px: float) -> None:
    stack, maps = tissue(9, 256), warps(9, 256, "elastic")
    given = photographed(stack, maps, noise=15, drift=0.1)
    assert np.median(left_over(maps, aligned(given, drift=drift), 256)) < limit_px


def test_missing_and_destroyed_sections_are_skipped_over() -> None:
    stack, maps = tissue(8, 160), warps(8, 160, "translation")
    given = photographed(stack, maps)
    given[3] = 0
    given[5] = np.random.default_rng(5).integers(1, 255, (160, 160), dtype=np.uint8)
    alignment = aligned(given, model="translation", drift="stage")
    assert (alignment.missing, alignment.damaged) == ((3,), (5,))
    assert np.median(left_over(maps, alignment, 160)) < 0.6
    drawn = alignment.render(sc.open_volume(given, voxel_size_nm=(40, 8, 8)))
    assert drawn.missing_sections == (3, 5)
    assert (drawn[3].max(), drawn[5].max()) == (0, 0)
    assert drawn[4].max() > 0
    # The transform of a skipped section lies between its neighbours'.
    ends = [alignment.transforms[z].matrix for z in (2, 4)]
    np.testing.assert_allclose(alignment.transforms[3].matrix, np.mean(ends, axis=0))


def test_the_result_is_lazy_saved_and_the_same_in_boxes(tmp_path: Path) -> None:
    stack, maps = tissue(4, 128), warps(4, 128, "translation")
    given = photographed(stack, maps)
    volume = sc.open_volume(given, voxel_size_nm=(40, 8, 8))
    alignment = sc.align(volume, n_neighbours=2, canvas="union", model="affine")
    loaded = sc.Alignment.load(alignment.save(tmp_path / "a.npz"))
    drawn = pickle.loads(pickle.dumps(loaded.render(volume)))
    assert drawn.shape[1] > 128
    assert drawn.offset_nm == (0, alignment.start[0] * 8, alignment.start[1] * 8)
    whole = alignment.render(volume).read()
    np.testing.assert_array_equal(drawn.read(), whole)
    for block in drawn.blocks((3, 50, 40)):
        box = tuple(slice(a, b) for a, b in zip(block.start, block.stop, strict=True))
        np.testing.assert_array_equal(block.volume.read(), whole[box])
    # Nothing is lost in the wider frame: as many pixels with an image as before, to the border's.
    assert abs((whole > 0).sum() / (given > 0).sum() - 1) < 0.05
    assert list(alignment.matches.columns) == list(loaded.matches.columns)
    (tmp_path / "a.npz").write_bytes((tmp_path / "a.npz").read_bytes()[:500])
    with pytest.raises(ValueError, match="not a whole alignment"):
        sc.Alignment.load(tmp_path / "a.npz")


def test_labels_are_drawn_without_mixing() -> None:
    stack, maps = tissue(4, 128), warps(4, 128, "affine")
    labels = (stack // 100).astype(np.uint64) * 2**40
    alignment = aligned(photographed(stack, maps), model="affine")
    assert set(np.unique(alignment.render(labels).read())) <= set(np.unique(labels))


def test_threads_change_nothing_and_the_reference_stays() -> None:
    stack, maps = tissue(4, 128), warps(4, 128, "translation")
    given = photographed(stack, maps)
    one = aligned(given, model="translation", reference=1)
    two = aligned(given, model="translation", reference=1, n_jobs=2)
    np.testing.assert_allclose(one.transforms[1].matrix, np.eye(2, 3), atol=1e-12)
    for a, b in zip(one.transforms, two.transforms, strict=True):
        np.testing.assert_array_equal(a.matrix, b.matrix)


def test_turning_the_stack_by_a_quarter_turns_the_transforms() -> None:
    stack, maps = tissue(4, 128), warps(4, 128, "translation")
    given = photographed(stack, maps)
    one = aligned(given, model="translation", drift="stage")
    two = aligned(np.rot90(given, axes=(1, 2)).copy(), model="translation", drift="stage")
    for a, b in zip(one.transforms, two.transforms, strict=True):
        y, x = a.matrix[:, 2]
        np.testing.assert_allclose(b.matrix[:, 2], [-x, y], atol=0.3)


@pytest.mark.parametrize(
    ("sections", "options", "words"),
    [
        (np.zeros((3, 100, 100), np.uint8), {}, "0 of 3 sections have an image"),
        (np.ones((3, 20, 100), np.uint8), {}, "at least 64 px"),
        (np.ones((3, 100, 100), np.float32), {}, "intensity_range="),
        (np.ones((3, 100, 100), np.uint8), {"model": "rubber"}, "model must be"),
        (np.ones((3, 100, 100), np.uint8), {"drift": "none"}, "drift must be"),
        (np.ones((3, 100, 100), np.uint8), {"canvas": "all"}, "canvas must be"),
        (np.ones((3, 100, 100), np.uint8), {"reference": 3}, "none of the sections 0 to 2"),
        ([np.ones((70, 70), np.uint8), np.ones((70, 71), np.uint8)], {}, "one shape"),
    ],
)
def test_what_cannot_be_aligned_is_said(sections: Any, options: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        sc.align(sections, **options)
    assert "\n" not in str(caught.value)


def test_another_volume_is_not_drawn() -> None:
    alignment = sc.Alignment((), (), (), (5, 5), (5, 5), (0, 0), None)
    with pytest.raises(ValueError, match=r"the alignment is of \(0, 5, 5\)"):
        alignment.render(np.zeros((1, 5, 5), np.uint8))
