"""Pictures of segmentations: colors, overlays and surfaces."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from segmentation_core.pictures import label_colors, show_neurons, show_section
from segmentation_core.pictures.surface_view import _surface

mpl.use("Agg")
SIZE = (40.0, 4.0, 4.0)


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def test_a_label_has_one_color_wherever_it_stands():
    labels = np.array([[0, 3], [2**62 + 1, 3]], np.uint64)
    colors = label_colors(labels)
    assert (colors[0, 1] == colors[1, 1]).all()
    assert (colors[0, 0] == 0).all()
    assert (label_colors(np.uint64(2**62 + 1)) == colors[1, 0]).all()


def test_neighbouring_numbers_have_colors_that_can_be_told_apart():
    colors = label_colors(np.arange(1, 13))
    apart = np.linalg.norm(colors[:, None] - colors[None], axis=-1)[~np.eye(12, dtype=bool)]
    assert np.median(apart) > 0.4


def test_an_overlay_leaves_voxels_of_no_neuron_as_they_were():
    raw = np.full((2, 8, 8), 128, np.uint8)
    labels = np.zeros(raw.shape, np.uint64)
    labels[1, 2:6, 2:6] = 5
    picture = show_section(raw, labels, section=1, voxel_size_nm=SIZE).images[0].get_array()
    assert np.allclose(picture[7, 7], 128 / 255)
    assert not np.allclose(picture[3, 3], 128 / 255)


def test_only_synapses_near_the_section_are_drawn():
    raw = np.zeros((9, 8, 8), np.uint8)
    synapses = pd.DataFrame({"x_nm": [8.0, 9.0], "y_nm": [8.0, 9.0], "z_nm": [20.0, 340.0]})
    ax = show_section(raw, section=0, voxel_size_nm=SIZE, synapses=synapses)
    (spots,) = [line for line in ax.lines if line.get_marker() == "o"]
    assert spots.get_xdata().tolist() == [8.0]


def test_a_section_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="no section 9: the volume has 2"):
        show_section(np.zeros((2, 4, 4), np.uint8), section=9, voxel_size_nm=SIZE)


def test_shapes_must_agree():
    with pytest.raises(ValueError, match=r"one shape, got \(2, 4, 4\) and \(2, 4, 5\)"):
        show_section(
            np.zeros((2, 4, 4), np.uint8), np.zeros((2, 4, 5), np.uint8), voxel_size_nm=SIZE
        )


def test_the_surface_of_a_block_is_all_but_its_inside():
    labels = np.zeros((7, 7, 7), np.uint8)
    labels[1:6, 1:6, 1:6] = 3
    assert _surface(labels).sum() == 5**3 - 3**3


def test_the_outside_of_the_volume_counts_as_surface():
    assert _surface(np.ones((5, 5, 5), np.uint8)).sum() == 5**3 - 3**3


def test_a_neuron_is_seen_in_its_color():
    labels = np.zeros((10, 30, 30), np.uint32)
    labels[3:7, 5:25, 5:25] = 9
    picture = np.asarray(show_neurons(labels, voxel_size_nm=SIZE).images[0].get_array())
    seen = picture[(picture < 0.999).any(-1)]
    color = label_colors(9)
    assert len(seen) > 1000
    hue = seen / seen.max(1, keepdims=True)
    assert np.abs(np.median(hue, 0) - color / color.max()).max() < 0.05


def test_neurons_that_are_not_there_are_an_error():
    with pytest.raises(ValueError, match="no voxel belongs"):
        show_neurons(np.ones((3, 3, 3), np.uint8), voxel_size_nm=SIZE, ids=[7])
