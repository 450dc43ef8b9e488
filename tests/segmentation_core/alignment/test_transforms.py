"""Transforms compose and invert; warping agrees with scipy, in one piece or in boxes."""

from __future__ import annotations

import numpy as np
import pytest

from segmentation_core.alignment import SectionTransform
from segmentation_core.alignment.section_alignment import enlarged, reduced
from segmentation_core.alignment.warping import warped
from tests.reference.bilinear_warp import warped_slowly

RNG = np.random.default_rng(0)
POINTS = RNG.random((50, 2)) * 60


def affine(seed: int) -> SectionTransform:
    rng = np.random.default_rng(seed)
    return SectionTransform(np.eye(2, 3) + rng.normal(0, [[0.05, 0.05, 4]] * 2))


def bent(seed: int) -> SectionTransform:
    rng = np.random.default_rng(seed)
    return SectionTransform(affine(seed).matrix, rng.normal(0, 1.0, (5, 6, 2)), 16.0, (-3.0, -2.0))


def test_a_shift_by_hand() -> None:
    shift = SectionTransform(np.array([[1.0, 0, 2], [0, 1, -1]]))
    section = np.arange(12, dtype=np.uint8).reshape(3, 4)
    box, inside = warped(section, shift, (0, 0), (3, 4))
    assert box.tolist() == [[0, 8, 9, 10], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert inside[0].tolist() == [False, True, True, True]


def test_halves_are_mixed_and_rounded() -> None:
    half = SectionTransform(np.array([[1.0, 0, 0], [0, 1, 0.5]]))
    box, _ = warped(np.array([[10, 21, 30]], np.uint8), half, (0, 0), (1, 3))
    assert box.tolist() == [[16, 26, 0]]


@pytest.mark.parametrize("make", [affine, bent])
def test_the_inverse_goes_back(make: object) -> None:
    transform = make(3)  # type: ignore[operator]
    back = transform.inverse()
    # Exact at the nodes of the inverse; in between as far as the mesh bends.
    np.testing.assert_allclose(
        back(transform(POINTS)), POINTS, atol=1e-9 if make is affine else 1.5
    )
    if make is bent:
        nodes = back.nodes()
        np.testing.assert_allclose(transform(back(nodes)), nodes, atol=1e-6)


def test_composition_is_one_after_the_other() -> None:
    one, two = affine(1), affine(2)
    np.testing.assert_allclose(two.after(one)(POINTS), two(one(POINTS)))
    mesh = bent(4)
    np.testing.assert_allclose(one.after(mesh)(POINTS), one(mesh(POINTS)))
    composed = bent(5).after(mesh)
    np.testing.assert_allclose(composed(mesh.nodes()), bent(5)(mesh(mesh.nodes())))
    same = SectionTransform.identity()
    np.testing.assert_allclose(mesh.after(same)(POINTS), mesh(POINTS))


def test_shrunk_sections_are_mapped_alike() -> None:
    transform, factor = bent(7), 3
    small = (POINTS - 1) / factor
    np.testing.assert_allclose(reduced(transform, factor)(small), (transform(POINTS) - 1) / factor)
    np.testing.assert_allclose(reduced(enlarged(affine(1), 4), 4)(small), affine(1)(small))


@pytest.mark.parametrize("nearest", [False, True])
@pytest.mark.parametrize("make", [affine, bent])
def test_warping_agrees_with_scipy(make: object, nearest: bool) -> None:
    transform = make(11)  # type: ignore[operator]
    dtype = np.uint64 if nearest else np.float32
    section = RNG.integers(1, 250, (50, 60)).astype(dtype) + (2**60 if nearest else 0)
    for start, shape in (((0, 0), (50, 60)), ((-7, 20), (30, 55))):
        box, inside = warped(section, transform, start, shape, nearest=nearest)
        slow, inside_slow = warped_slowly(section, transform, start, shape, nearest=nearest)
        np.testing.assert_array_equal(inside, inside_slow)
        if nearest:
            np.testing.assert_array_equal(box, slow.astype(np.uint64))
        else:
            np.testing.assert_allclose(box, slow, atol=1e-3)
