"""Net: a small U-Net on a coarse grid that shows clefts and the two sides of each.

A cleft is some 20 nm wide, a vesicle 40, a bouton 500: nothing here needs pixels of 4 nm one by
one. The stem moves blocks of pixels into channels, and all that follows happens on a grid of some
16 nm in the plane, sixteen times fewer points; where exactly a neuron ends is the segmentation's
business. As in the affinity network no layer takes statistics of its input, so what is said of a
point depends on what is within reach of it, not on how the volume was cut into tiles.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from segmentation_core.network.unet import StandardisedConv, space_to_depth

from .channels import CHANNELS

Triple = tuple[int, int, int]


@dataclasses.dataclass(frozen=True, kw_only=True)
class SynapseDesign:
    """The shape of a synapse network.

    Parameters
    ----------
    voxel_sizes_nm : (z, y, x) floats, one or more
        Those it was trained on.
    stem : (z, y, x) ints
        Voxels per point of the grid.
    strides : (z, y, x) ints, one to a level below the first
        Grid points pooled into one.
    kernels : L pairs of (z, y, x) ints
        The two convolutions of each level.
    features : L ints
        Channels of each level.
    channels : tuple of str
        What is predicted.
    """

    voxel_sizes_nm: tuple[tuple[float, float, float], ...]
    stem: Triple = (1, 4, 4)
    strides: tuple[Triple, ...] = ((1, 2, 2), (1, 2, 2))
    kernels: tuple[tuple[Triple, Triple], ...] = (
        ((1, 3, 3), (1, 3, 3)),
        ((3, 3, 3), (1, 3, 3)),
        ((3, 3, 3), (3, 3, 3)),
    )
    features: tuple[int, ...] = (16, 32, 48)
    channels: tuple[str, ...] = CHANNELS

    @property
    def multiple(self) -> Triple:
        """What the shape of an input must be a multiple of, per axis."""
        z, y, x = self.stem
        for stride in self.strides:
            z, y, x = z * stride[0], y * stride[1], x * stride[2]
        return z, y, x

    @property
    def reach(self) -> Triple:
        """Voxels, per axis, beyond which nothing touches what is said of a point; a bound."""
        total = []
        for axis in range(3):
            cell = self.stem[axis]
            reach = cell  # the stem's kernel
            for level, pair in enumerate(self.kernels):
                if level:
                    cell *= self.strides[level - 1][axis]
                    reach += cell  # pooling, and its undoing
                twice = 1 if level == len(self.kernels) - 1 else 2  # on the way down and up
                reach += twice * cell * sum(kernel[axis] // 2 for kernel in pair)
            step = self.multiple[axis]
            total.append(-(-reach // step) * step)
        return total[0], total[1], total[2]

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers and lists, for the weights file."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> SynapseDesign:
        """The design that `to_dict` wrote."""

        def triple(row: Any) -> Triple:
            z, y, x = (int(v) for v in row)
            return z, y, x

        sizes = [tuple(float(v) for v in row) for row in values["voxel_sizes_nm"]]
        return cls(
            voxel_sizes_nm=tuple((z, y, x) for z, y, x in sizes),
            stem=triple(values["stem"]),
            strides=tuple(triple(row) for row in values["strides"]),
            kernels=tuple((triple(a), triple(b)) for a, b in values["kernels"]),
            features=tuple(int(f) for f in values["features"]),
            channels=tuple(str(c) for c in values["channels"]),
        )


class Sections(nn.Module):
    """A 3-D convolution computed section by section, "same" size.

    Sections are folded into the batch and those above and below into channels, so that one 2-D
    convolution does it: the same sums, up to five times faster on a processor where channels are
    few. Kernels span 1 or 3 sections.
    """

    def __init__(self, n_in: int, n_out: int, kernel: Triple, **options: float) -> None:
        super().__init__()
        self.kernel = kernel
        self.conv = StandardisedConv(n_in, n_out, kernel, **options)

    def forward(self, x: torch.Tensor, n_sections: int) -> torch.Tensor:
        """Convolve (B * n_sections, n_in, y, x)."""
        weight = self.conv.folded_weight()
        if self.kernel[0] == 3:
            stack = x.view(-1, n_sections, *x.shape[1:])
            none = torch.zeros_like(stack[:, :1])
            above = torch.cat([none, stack[:, :-1]], dim=1)
            below = torch.cat([stack[:, 1:], none], dim=1)
            x = torch.cat([above, stack, below], dim=2).flatten(0, 1)
        flat = weight.transpose(1, 2).flatten(1, 2)
        half = [k // 2 for k in self.kernel[1:]]
        result: torch.Tensor = F.conv2d(x, flat, self.conv.bias, padding=half)
        return result


class Residual(nn.Module):
    """Two convolutions beside a shortcut; starts near the shortcut alone."""

    def __init__(self, n: int, first: Triple, second: Triple) -> None:
        super().__init__()
        self.first = Sections(n, n, first)
        self.second = Sections(n, n, second)
        self.strength = nn.Parameter(torch.tensor(0.2))

    def forward(self, x: torch.Tensor, n_sections: int) -> torch.Tensor:
        """Add what the pair has to say."""
        inner = self.first(F.relu(x), n_sections)
        result: torch.Tensor = x + self.strength * self.second(F.relu(inner), n_sections)
        return result


class SynapseNet(nn.Module):
    """Residual U-Net of a `SynapseDesign`.

    Input: (B, 1, z, y, x) standardised grey values, each side a multiple of ``design.multiple``.
    Output: logits (B, channels, z, y, x) on the grid, one point to ``design.stem`` voxels.
    """

    def __init__(self, design: SynapseDesign) -> None:
        super().__init__()
        self.design = design
        n = design.features
        levels = range(len(n))
        point = (1, 1, 1)
        self.stem = Sections(math.prod(design.stem), n[0], (1, 3, 3), gain=1.0)
        self.down = nn.ModuleList(Sections(n[i], n[i + 1], point) for i in levels[:-1])
        self.up = nn.ModuleList(Sections(n[i + 1], n[i], point) for i in levels[:-1])
        self.encoders = nn.ModuleList(Residual(n[i], *design.kernels[i]) for i in levels)
        self.decoders = nn.ModuleList(Residual(n[i], *design.kernels[i]) for i in levels[:-1])
        self.head = Sections(n[0], len(design.channels), point)
        # Synapses are rare: begin by saying so.
        nn.init.constant_(self.head.conv.bias, -3.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits of the channels."""
        batch = len(x)
        x = space_to_depth(x, self.design.stem).transpose(1, 2).contiguous()
        depth = [x.shape[1]]
        x = self.stem(x.flatten(0, 1), depth[0])
        x = self.encoders[0](x, depth[0])
        skips = [x]
        for i, stride in enumerate(self.design.strides):
            x = F.max_pool2d(x, stride[1:])
            if stride[0] > 1:
                x = x.view(-1, stride[0], *x.shape[1:]).amax(dim=1)
            depth.append(depth[-1] // stride[0])
            x = self.encoders[i + 1](self.down[i](F.relu(x), depth[-1]), depth[-1])
            skips.append(x)
        for i in range(len(self.design.strides) - 1, -1, -1):
            stride = self.design.strides[i]
            x = self.up[i](F.relu(x), depth[i + 1])
            x = F.interpolate(x, scale_factor=[float(s) for s in stride[1:]], mode="nearest")
            if stride[0] > 1:
                x = x.repeat_interleave(stride[0], dim=0)
            x = self.decoders[i]((x + skips[i]) * math.sqrt(0.5), depth[i])
        logits: torch.Tensor = self.head(F.relu(x), depth[0])
        return logits.view(batch, depth[0], *logits.shape[1:]).transpose(1, 2)
