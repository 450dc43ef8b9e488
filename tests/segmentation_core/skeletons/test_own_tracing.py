"""Own tracing: the kernels agree with slow twins and scipy, and both engines tell of one object alike."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

import segmentation_core as sc
from segmentation_core.skeletons.engines import Tracing, trace_with_bioimage
from segmentation_core.skeletons.middle_paths import (
    best_paths,
    neighbours_of,
    steps,
    traced_voxels,
)
from segmentation_core.skeletons.own_tracing import trace_here
from tests.reference.skeletons import reached_from

from .shapes import ID, forked_neurite, rods

VOXEL = np.array([40.0, 8.0, 9.0])
TRACING = Tracing(scale=1.5, constant_nm=60.0, threads=1)


def as_kernels_take_it(inside):
    """Voxels, their neighbours and the lengths of the steps."""
    zyx = np.argwhere(inside)
    place = np.full(inside.shape, -1, np.int32)
    place[tuple(zyx.T)] = np.arange(len(zyx))
    shifts, lengths = steps(VOXEL)
    return zyx, neighbours_of(place, zyx, shifts), lengths


@pytest.fixture(params=range(4))
def blob(request):
    """Random voxels that hang together or not, their neighbours, and a radius of each."""
    rng = np.random.default_rng(request.param)
    zyx, neighbours, lengths = as_kernels_take_it(rng.random((5, 9, 9)) < 0.35)
    return zyx, neighbours, lengths, rng.uniform(4, 60, len(zyx))


def test_steps_are_the_26_neighbours_with_their_lengths():
    shifts, lengths = steps(VOXEL)
    assert len({tuple(shift) for shift in shifts}) == 26
    np.testing.assert_allclose(lengths, np.linalg.norm(shifts * VOXEL, axis=1))
    assert lengths[0] == 8


def test_neighbours_are_those_one_voxel_away(blob):
    zyx, neighbours, _, _ = blob
    for v, row in enumerate(neighbours):
        near = np.flatnonzero(np.abs(zyx - zyx[v]).max(axis=1) == 1)
        assert sorted(row[row >= 0]) == near.tolist()


def test_best_paths_are_those_of_scipy(blob):
    _, neighbours, lengths, radius = blob
    n, degree = neighbours.shape
    a, b = np.repeat(np.arange(n), degree), neighbours.ravel()
    of = np.tile(lengths, n)[b >= 0]
    a, b = a[b >= 0], b[b >= 0]
    cost = of * (0.5 / radius[a] ** 2 + 0.5 / radius[b] ** 2)
    wanted = dijkstra(sp.csr_array((cost, (a, b)), shape=(n, n)), indices=3)
    above, length_nm = best_paths(neighbours, lengths, radius, 3)
    np.testing.assert_array_equal(np.isfinite(wanted), np.isfinite(length_nm))
    assert above[3] == -1
    paid = {(i, j): c for i, j, c in zip(a, b, cost, strict=True)}
    step = {(i, j): c for i, j, c in zip(a, b, of, strict=True)}
    for v in np.flatnonzero(np.isfinite(wanted)):
        way, at = [], v
        while at != 3:
            way.append((above[at], at))
            at = above[at]
        assert sum(paid[pair] for pair in way) == pytest.approx(wanted[v])
        assert sum(step[pair] for pair in way) == pytest.approx(length_nm[v])


@pytest.mark.parametrize("seed", range(4))
def test_paths_are_those_that_the_slow_twin_keeps(seed):
    # Where an object is convex, the voxel that reaches farthest beyond another also does on the way to it.
    at = np.indices((7, 15, 17)) - np.array([3, 7, 8])[:, None, None, None]
    zyx, neighbours, lengths = as_kernels_take_it((np.square(at / 7.9).sum(axis=0)) <= 1)
    radius = np.random.default_rng(seed).uniform(10, 60, len(zyx))
    above, length_nm = best_paths(neighbours, lengths, radius, 0)
    tips = np.flatnonzero(np.isfinite(length_nm))
    tips = tips[np.argsort(-length_nm[tips], kind="stable")].astype(np.int32)
    points = zyx * VOXEL
    required = 2
    for scale in (0.0, 0.5, 2.0):
        kept = traced_voxels(neighbours, points, above, tips, required, scale * radius)
        covered, slow = set(), set()
        for rank, tip in enumerate(tips):
            if tip in covered and rank >= required:
                continue
            path, at = [], tip
            while at >= 0 and at not in slow:
                path.append(at)
                slow.add(at)
                at = above[at]
            for voxel in path:
                covered |= reached_from(voxel, neighbours, points, scale * radius[voxel])
        assert set(np.flatnonzero(kept)) == slow


def test_a_path_in_the_middle_costs_less_than_one_along_the_wall():
    labels = np.zeros((3, 21, 60), np.uint64)
    labels[:, 1:20, 1:59] = 7
    points, edges, _ = trace_here(labels, VOXEL, TRACING, start=(0, 0, 0), open_faces=[])[7]
    far = points[(points[:, 2] > 15) & (points[:, 2] < 45)]
    assert (np.abs(far[:, 1] - 10) <= 1).all()
    assert (far[:, 0] == 1).all()
    assert len(edges) == len(points) - 1


@pytest.mark.parametrize("voxel", [(40.0, 4.0, 4.0), (50.0, 4.6, 4.6)])
def test_a_thick_rod_across_thick_sections_is_traced_once_and_straight(voxel):
    length, radius = 900.0, 150.0
    middle = np.array([600.0, 212.0, 209.0])
    half = np.array([length / 2, 0, 0])
    shape = [int(n / v) for n, v in zip(2 * middle, voxel, strict=True)]
    inside = rods(shape, voxel, [(middle - half, middle + half, radius)]).astype(np.uint8)
    found = sc.skeletonize(inside, voxel_size_nm=voxel)[1]
    assert len(found.endpoints) == 2
    assert found.cable_length_nm == pytest.approx(length + 2 * radius, rel=0.05)


def test_both_engines_find_the_same_fork_and_the_same_middle_of_a_cut_face():
    labels, voxel, _ = forked_neurite()
    ours, theirs = (
        sc.skeletonize(labels, voxel_size_nm=voxel, engine=engine)[ID]
        for engine in ("neuropil", "bioimage-cpp")
    )
    assert len(ours.endpoints) == len(theirs.endpoints) == 3
    assert ours.cable_length_nm == pytest.approx(theirs.cable_length_nm, rel=0.05)
    rod = rods((10, 41, 61), VOXEL, [((180, 164, -200), (180, 164, 900), 70.0)]).astype(np.uint64)
    for face in ((2, "low"), (2, "high")):
        ends = [
            {tuple(p) for p in how(rod, VOXEL, TRACING, start=(5, 0, 0), open_faces=[face])[1][0]}
            for how in (trace_here, trace_with_bioimage)
        ]
        at = 0 if face[1] == "low" else 60
        a, b = ({p for p in points if p[2] == at} for points in ends)
        assert a
        assert np.abs(np.subtract(min(a), min(b))).max() <= 1


def test_only_cut_leaves_out_what_no_open_face_cuts():
    labels = np.zeros((4, 9, 20), np.uint64)
    labels[:, 1:4, :9], labels[:, 5:8, 3:19] = 3, 4
    for how in (trace_here, trace_with_bioimage):
        found = how(labels, VOXEL, TRACING, start=(0, 0, 0), open_faces=[(2, "low")], only_cut=True)
        assert list(found) == [3]


def test_pieces_of_one_label_are_trees_of_one_label_on_any_number_of_threads():
    labels = np.zeros((4, 20, 20), np.uint64)
    labels[:, 1:4], labels[:, 8:12], labels[:, 15:19, :7] = 3, 3, 9
    one, many = (
        trace_here(
            labels,
            VOXEL,
            Tracing(scale=1.5, constant_nm=60.0, threads=threads),
            start=(0, 0, 0),
            open_faces=[],
        )
        for threads in (1, 4)
    )
    assert sorted(one) == [3, 9]
    points, edges, _ = one[3]
    assert len(points) - len(edges) == 2
    for label in (3, 9):
        for a, b in zip(one[label], many[label], strict=True):
            np.testing.assert_array_equal(a, b)


def test_a_box_without_labels_has_no_skeletons():
    assert (
        trace_here(np.zeros((2, 3, 4), np.uint64), VOXEL, TRACING, start=(0, 0, 0), open_faces=[])
        == {}
    )
