"""Segments of a label volume as rows of nodes."""

import numpy as np
import pytest

from connectome_analysis.tables import ContractError
from ingest.voxels import segment_nodes
from ingest.voxels.segment_nodes import measure_segments, nodes_of

BIG = 2**62 + 12345678901


def slow(labels):
    rows = {}
    for name in np.unique(labels[labels > 0]).tolist():
        where = np.argwhere(labels == name)
        last = np.array(labels.shape) - 1
        faces = sum(
            bool((where[:, a] == 0).any()) + bool((where[:, a] == last[a]).any()) for a in range(3)
        )
        rows[name] = (len(where), *where.mean(0), faces)
    return rows


@pytest.fixture
def labels(rng_seed=3):
    rng = np.random.default_rng(rng_seed)
    names = np.array([0, 5, 17, BIG, 2**53 + 1], np.uint64)
    return names[rng.integers(0, 5, (6, 5, 4))]


@pytest.mark.parametrize("slab_voxels", [1 << 24, 40, 1])
def test_every_segment_is_measured_as_by_hand(labels, slab_voxels, monkeypatch):
    monkeypatch.setattr(segment_nodes, "_SLAB_VOXELS", slab_voxels)
    measured = measure_segments(labels)
    wanted = slow(labels)
    assert measured.labels.tolist() == sorted(wanted)
    for place, name in enumerate(measured.labels.tolist()):
        voxels, z, y, x, faces = wanted[name]
        assert measured.voxels[place] == voxels
        assert measured.centre[place] == pytest.approx((z, y, x))
        assert measured.faces[place] == faces


def test_the_centroid_of_one_voxel_is_its_middle_and_the_first_lies_at_the_offset():
    labels = np.zeros((2, 2, 2), np.uint64)
    labels[1, 0, 1] = BIG
    row = nodes_of(measure_segments(labels), voxel_size_nm=(40, 4, 4), offset_nm=(100, 0, 0)).loc[0]
    assert (row.z_nm, row.y_nm, row.x_nm) == (140, 0, 4)
    assert row.volume_nm3 == 640
    assert row.node_id == BIG
    assert row.faces_touched == 3


def test_a_segment_within_the_volume_touches_no_face():
    labels = np.zeros((3, 3, 3), np.uint32)
    labels[1, 1, 1] = 4
    assert measure_segments(labels).faces.tolist() == [0]


def test_no_segment_at_all_gives_no_rows():
    nodes = nodes_of(measure_segments(np.zeros((2, 2, 2), np.uint8)), voxel_size_nm=(1, 1, 1))
    assert len(nodes) == 0
    assert nodes["node_id"].dtype == np.int64


def test_a_label_beyond_int64_is_refused():
    with pytest.raises(ContractError, match=r"does not fit int64.*Renumber"):
        measure_segments(np.full((1, 1, 1), 2**63, np.uint64))
