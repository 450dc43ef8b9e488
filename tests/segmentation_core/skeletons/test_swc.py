"""SWC: lines that other programs read, and units that are said."""

from __future__ import annotations

import numpy as np
import pytest

import segmentation_core as sc

from .shapes import ID, forked_neurite


def test_every_point_is_written_with_its_parent_above_it(tmp_path):
    labels, voxel, _ = forked_neurite()
    skeleton = sc.skeletonize(labels, voxel_size_nm=voxel)[ID]
    sc.write_swc(skeleton, tmp_path / "fork.swc", root_is_soma=True)
    lines = (tmp_path / "fork.swc").read_text().splitlines()
    assert lines[0] == f"# neuron {ID}; positions and radii in um"
    rows = np.loadtxt(tmp_path / "fork.swc")
    assert rows[0, 6] == -1
    assert rows[0, 1] == 1
    assert (rows[1:, 6] < rows[1:, 0]).all()
    np.testing.assert_allclose(rows[:, 2:5], skeleton.points_nm[:, ::-1] / 1000, rtol=1e-5)
    np.testing.assert_allclose(rows[:, 5], skeleton.radius_nm / 1000, rtol=1e-4)
    assert [path.name for path in tmp_path.iterdir()] == ["fork.swc"]


def test_nanometres_are_written_when_asked_for(tmp_path):
    skeleton = sc.Skeleton(1, np.array([[3.0, 2.0, 1.0]]), np.array([-1]), np.array([7.0]))
    sc.write_swc(skeleton, tmp_path / "a.swc", unit="nm")
    assert (tmp_path / "a.swc").read_text().splitlines()[-1] == "1 0 1 2 3 7 -1"
    with pytest.raises(ValueError, match="unit must be 'um' or 'nm', got 'mm'"):
        sc.write_swc(skeleton, tmp_path / "b.swc", unit="mm")


def test_strahler_numbers_of_a_tree_drawn_by_hand():
    #  0 - 1 - 2, 1 - 3; 0 - 4 - 5, 4 - 6: two forks of order 2 meet in the root.
    parent = np.array([-1, 0, 1, 1, 0, 4, 4])
    tree = sc.Skeleton(1, np.arange(21.0).reshape(7, 3), parent, np.ones(7))
    assert tree.strahler.tolist() == [3, 2, 1, 1, 2, 1, 1]
    assert tree.branch_points.tolist() == [1, 4]
    assert tree.endpoints.tolist() == [2, 3, 5, 6]
