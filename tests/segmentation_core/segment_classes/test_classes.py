"""Segment classes: shapes whose numbers follow from a ruler, and classes that follow from shapes."""

from __future__ import annotations

import json

import numpy as np
import pytest

import segmentation_core as sc
from segmentation_core.segment_classes.classes import _WEIGHTS, FEATURES
from segmentation_core.segment_classes.morphology import segment_morphology

VOXEL = (40.0, 16.0, 16.0)


def drawn():
    """A rod (7), a sheet one voxel thick (18 digits) and a block that fills a corner (9)."""
    labels = np.zeros((24, 80, 120), np.uint64)
    labels[8:13, 30:42, 5:115] = 7
    labels[18, 4:76, 4:116] = 864_691_135_000_000_123
    labels[0:4, 0:10, 0:10] = 9
    return labels


def test_volume_surface_and_cable_of_a_rod():
    rod = segment_morphology(drawn(), voxel_size_nm=VOXEL, n_jobs=1).loc[7]
    z, y, x = 5 * 40, 12 * 16, 110 * 16
    assert rod["volume_nm3"] == z * y * x
    assert rod["surface_nm2"] == 2 * (z * y + z * x + y * x)
    assert rod["cable_nm"] == pytest.approx(x, rel=0.1)
    assert rod["branch_points"] == 0
    assert rod["inscribed_nm"] == pytest.approx(96, abs=16)


def test_a_sheet_is_sheetlike_and_thin_and_a_rod_is_not():
    rows = segment_morphology(drawn(), voxel_size_nm=VOXEL, n_jobs=1)
    sheet, rod = rows.loc[864_691_135_000_000_123], rows.loc[7]
    assert sheet["sheetness"] > 1.5 * rod["sheetness"]
    assert sheet["thin_60"] == 1
    assert rod["thin_240"] == 1
    assert rod["thin_30"] < 0.5


def test_faces_on_the_border_of_the_volume_are_no_surface():
    corner = segment_morphology(drawn(), voxel_size_nm=VOXEL, n_jobs=1).loc[9]
    z, y, x = 4 * 40, 10 * 16, 10 * 16
    assert corner["surface_nm2"] == z * y + z * x + y * x


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_mirroring_keeps_volume_surface_and_thickness(axis):
    a = segment_morphology(drawn(), voxel_size_nm=VOXEL, n_jobs=1)
    b = segment_morphology(np.flip(drawn(), axis), voxel_size_nm=VOXEL, n_jobs=1)
    exact = ["volume_nm3", "surface_nm2", "inscribed_nm", "thin_30", "thin_120"]
    np.testing.assert_allclose(a[exact], b[exact])
    np.testing.assert_allclose(a["cable_nm"], b["cable_nm"], rtol=0.05)


def test_chances_add_up_and_a_cell_body_is_a_soma():
    labels = np.zeros((60, 60, 60), np.uint8)
    z, y, x = np.indices(labels.shape) - 30
    labels[z**2 + y**2 + x**2 < 24**2] = 1
    labels[2:5, 2:5, 2:58] = 2
    rows = sc.classify_segments(labels, voxel_size_nm=(100, 100, 100), n_jobs=1)
    np.testing.assert_allclose(rows[["neuron", "glia", "soma"]].sum(axis=1), 1)
    assert rows.loc[1, "segment_class"] == "soma"
    assert rows.loc[2, "segment_class"] != "soma"
    assert rows.loc[1, "soma"] > 0.95
    assert rows.loc[2, "soma"] < 0.01


def test_nothing_gives_no_rows():
    rows = sc.classify_segments(np.zeros((2, 3, 4), int), voxel_size_nm=VOXEL, n_jobs=1)
    assert len(rows) == 0
    assert "segment_class" in rows


def test_the_bundled_regression_says_what_it_was_trained_on():
    held = json.loads(_WEIGHTS.read_text())
    assert "simulated" in held["card"]["trained_on"]
    assert tuple(held["regression"]["features"]) == FEATURES


@pytest.mark.slow
def test_simulated_glia_is_told_from_simulated_neurons():
    volume = sc.simulate_volume((40, 160, 160), voxel_size_nm=VOXEL, n_jobs=1, rng=7001)
    rows = sc.classify_segments(volume.labels, voxel_size_nm=VOXEL, n_jobs=1)
    kinds = volume.segments.set_index("segment_id")
    large = kinds.index[kinds["n_voxels"] >= 300]
    is_glia = (kinds.loc[large, "kind"] == "glia").to_numpy()
    said = (rows.loc[large.astype(np.uint64), "segment_class"] == "glia").to_numpy()
    assert (said == is_glia).mean() > 0.9
