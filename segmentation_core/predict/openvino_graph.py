"""OpenVINO graph: the folded network written in OpenVINO's operations, layer for layer.

Written out instead of traced from torch, whose tracer is deprecated and whose exporter takes longer than
predicting a small volume.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from segmentation_core.network.design import Triple


def _convolution(ops: Any, x: Any, layer: Any) -> Any:
    weight = layer.weight.detach().float().cpu().numpy()
    bias = layer.bias.detach().float().cpu().numpy().reshape(1, -1, 1, 1, 1)
    ones = [1, 1, 1]
    pads = [k // 2 for k in weight.shape[2:]]
    y = ops.convolution(x, ops.constant(weight), ones, pads, pads, ones)
    return ops.add(y, ops.constant(bias))


def _pair(ops: Any, x: Any, pair: Any) -> Any:
    y = _convolution(ops, ops.relu(x), pair.first)
    return ops.add(x, _convolution(ops, ops.relu(y), pair.second))


def _reshape(ops: Any, x: Any, shape: list[int]) -> Any:
    return ops.reshape(x, ops.constant(np.array(shape, np.int64)), False)


def _transpose(ops: Any, x: Any, order: list[int]) -> Any:
    return ops.transpose(x, ops.constant(np.array(order, np.int64)))


def openvino_graph(network: Any, shape: Triple) -> Any:
    """Build the model of a folded network for tiles of one shape.

    Parameters
    ----------
    network : FoldedNetwork
        Its filters become constants.
    shape : (z, y, x) ints
        Of the tiles, multiples of ``network.design.multiple``.

    Returns
    -------
    openvino.Model
        (1, 1, z, y, x) float32 to (1, C, z, y, x) uint8.
    """
    import openvino
    import openvino.opset13 as ops

    strides = network.design.strides
    bz, by, bx = strides[0]
    z, y, w = (n // b for n, b in zip(shape, strides[0], strict=True))
    entry = ops.parameter([1, 1, *shape], np.float32)
    x = _reshape(ops, entry, [1, 1, z, bz, y, by, w, bx])
    x = _transpose(ops, x, [0, 1, 3, 5, 7, 2, 4, 6])
    x = _reshape(ops, x, [1, bz * by * bx, z, y, w])
    x = _pair(ops, _convolution(ops, x, network.stem), network.encoders[0])
    skips = [x]
    nothing = [0, 0, 0]
    for i in range(1, network.design.n_levels):
        step = list(strides[i])
        x = ops.max_pool(x, step, [1, 1, 1], nothing, nothing, step).output(0)
        x = _pair(ops, _convolution(ops, ops.relu(x), network.down[i - 1]), network.encoders[i])
        skips.append(x)
    for i in range(network.design.n_levels - 2, -1, -1):
        x = _convolution(ops, ops.relu(x), network.up[i])
        x = ops.interpolate(
            x,
            ops.constant(np.array(strides[i + 1], np.float32)),
            "nearest",
            "scales",
            axes=ops.constant(np.array([2, 3, 4], np.int64)),
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )
        half = ops.constant(np.array(math.sqrt(0.5), np.float32))
        x = _pair(ops, ops.multiply(ops.add(x, skips[i]), half), network.decoders[i])
    x = ops.sigmoid(_convolution(ops, ops.relu(x), network.head))
    x = ops.round(ops.multiply(x, ops.constant(np.array(255, np.float32))), "half_to_even")
    x = ops.convert(x, np.uint8)
    n_channels = len(network.design.offsets)
    x = _reshape(ops, x, [1, n_channels, bz, by, bx, z, y, w])
    x = _transpose(ops, x, [0, 1, 5, 2, 6, 3, 7, 4])
    x = _reshape(ops, x, [1, n_channels, *shape])
    return openvino.Model([ops.result(x)], [entry], "affinities")
