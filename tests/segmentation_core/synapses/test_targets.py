"""Targets and the network: what is asked for lies where the synapses are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from segmentation_core.network.unet import StandardisedConv
from segmentation_core.synapses.channels import CLEFT, INHIBITORY, SENDER, SIDE
from segmentation_core.synapses.net import Sections, SynapseDesign, SynapseNet
from segmentation_core.synapses.prediction import predict_maps
from segmentation_core.synapses.targets import synapse_targets

VOXEL = (40.0, 4.0, 4.0)
SMALL = SynapseDesign(voxel_sizes_nm=(VOXEL,), features=(4, 6, 8))


def planted(sign: int = 1):
    labels = np.ones((6, 160, 160), np.uint64)
    labels[:, 80:] = 2
    cleft = np.zeros(labels.shape, bool)
    cleft[2:4, 78:82, 60:100] = True
    row = {"site_id": [1], "pre_id": [1], "post_id": [2], "sign": [sign]}
    place = {"z_nm": [100.0], "y_nm": [320.0], "x_nm": [320.0]}
    return labels, cleft, pd.DataFrame({**row, **place})


def test_sides_lie_on_their_side_of_the_cleft():
    targets = synapse_targets(*planted(), voxel_size_nm=VOXEL, stem=(1, 4, 4))
    answer = targets.answer
    assert answer.shape == (4, 6, 40, 40)
    assert answer[CLEFT, 2:4, 20, 17:23].all()
    assert answer[SIDE, 2, [15, 24], 20].all()
    assert answer[SENDER, 2, 15, 20]
    assert not answer[SENDER, :, 20:].any()
    np.testing.assert_array_equal(targets.counts[SENDER], answer[SIDE])
    assert not answer[INHIBITORY].any()
    assert not targets.counts[INHIBITORY, :, 0].any()
    inhibitory = synapse_targets(*planted(-1), voxel_size_nm=VOXEL, stem=(1, 4, 4)).answer
    np.testing.assert_array_equal(inhibitory[INHIBITORY], answer[SIDE])


def test_a_cleft_whose_partners_are_unknown_is_not_asked_for():
    labels, cleft, table = planted()
    targets = synapse_targets(labels, cleft, table[:0], voxel_size_nm=VOXEL, stem=(1, 4, 4))
    assert not targets.answer.any()
    assert not targets.counts[CLEFT, 2, 20, 20]
    assert targets.counts[CLEFT, 2, 2, 2]


@pytest.mark.parametrize("kernel", [(1, 3, 3), (3, 3, 3), (1, 1, 1), (3, 1, 1)])
def test_section_by_section_is_the_same_convolution(kernel):
    torch.manual_seed(0)
    quick = Sections(3, 5, kernel)
    x = torch.randn(2, 3, 6, 8, 9)
    plain: StandardisedConv = quick.conv
    expected = torch.nn.functional.conv3d(
        x, plain.folded_weight(), plain.bias, padding=[k // 2 for k in kernel]
    )
    found = quick(x.transpose(1, 2).flatten(0, 1).contiguous(), 6)
    torch.testing.assert_close(found.view(2, 6, 5, 8, 9).transpose(1, 2), expected)


@pytest.mark.parametrize("strides", [((1, 2, 2), (1, 2, 2)), ((2, 2, 2), (1, 2, 2))])
def test_maps_do_not_depend_on_the_tiles(strides):
    torch.manual_seed(1)
    net = SynapseNet(SynapseDesign(voxel_sizes_nm=(VOXEL,), features=(4, 6, 8), strides=strides))
    torch.nn.init.zeros_(net.head.conv.bias)
    raw = np.random.default_rng(0).integers(0, 256, (19, 170, 203)).astype(np.uint8)
    whole = predict_maps(raw, net, tile=raw.shape, device="cpu")
    tiled = predict_maps(raw, net, tile=(5, 48, 64), device="cpu")
    assert whole.shape == (4, 19, 43, 51)
    assert np.ptp(whole) > 10
    assert np.abs(whole.astype(int) - tiled).max() <= 1
    part = predict_maps(raw, net, window=((2, 32, 16), (9, 96, 203)), device="cpu")
    assert np.abs(whole[:, 2:9, 8:24, 4:].astype(int) - part).max() <= 1


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_says_the_same():
    torch.manual_seed(1)
    net = SynapseNet(SMALL)
    raw = np.random.default_rng(0).integers(0, 256, (8, 96, 96)).astype(np.uint8)
    a = predict_maps(raw, net, device="cpu")
    b = predict_maps(raw, net, device="cuda")
    assert np.abs(a.astype(int) - b).max() <= 3


def test_a_window_off_the_strides_is_refused():
    with pytest.raises(ValueError, match="must start on multiples"):
        predict_maps(
            np.zeros((4, 64, 64), np.uint8), SynapseNet(SMALL), window=((0, 3, 0), (4, 9, 9))
        )
