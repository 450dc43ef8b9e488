"""U-Net: a residual 3-D network whose answer at a voxel depends on the voxels around it and on nothing else.

No layer takes statistics of its input, so a voxel's affinities do not depend on how the volume was
cut into tiles (beyond the reach of the network, see `predict`). Weights are standardised instead:
each filter has zero mean and unit gain, as in Brock et al. 2021 (arXiv:2101.08692), and folds into a
plain convolution for prediction.

The first step moves blocks of voxels into channels (space to depth) and the last moves them back, so
that nearly all arithmetic happens on the coarser grid, in wide layers a processor is good at.
"""

from __future__ import annotations

import math

from segmentation_core.network.design import NetworkDesign, Triple
from segmentation_core.network.needs_torch import F, nn, torch

# Gain that keeps the variance of a ReLU's output at one (Brock et al. 2021).
_RELU_GAIN = math.sqrt(2 / (1 - 1 / math.pi))

DESCRIPTOR_CHANNELS = 10


def convolve(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """Convolution of "same" size; where the kernel is one voxel, a matrix product.

    Channels lie last in memory, so the product needs no copy; torch's own path for such kernels
    on one CPU thread takes three times as long.
    """
    kernel = weight.shape[2:]
    if math.prod(kernel) == 1:
        return F.linear(x.permute(0, 2, 3, 4, 1), weight.flatten(1), bias).permute(0, 4, 1, 2, 3)
    y: torch.Tensor = F.conv3d(x, weight, bias, padding=[k // 2 for k in kernel])
    return y


class StandardisedConv(nn.Module):
    """Convolution, "same" size, whose filters are standardised before use.

    Parameters
    ----------
    n_in, n_out : int
        Channels.
    kernel : triple of odd ints
        Size of the filters.
    gain : float
        Factor on unit-variance filters: `_RELU_GAIN` after a ReLU, 1 elsewhere.
    """

    def __init__(self, n_in: int, n_out: int, kernel: Triple, gain: float = _RELU_GAIN) -> None:
        super().__init__()
        # Their size does not matter to the answer, only to how far one step of the optimiser turns
        # them: at unit variance training was ten times slower.
        fan_in = n_in * math.prod(kernel)
        self.weight = nn.Parameter(torch.randn(n_out, n_in, *kernel) / math.sqrt(fan_in))
        self.scale = nn.Parameter(torch.full((n_out, 1, 1, 1, 1), gain))
        self.bias = nn.Parameter(torch.zeros(n_out))

    def folded_weight(self) -> torch.Tensor:
        """The filters a plain convolution would use, (n_out, n_in, z, y, x)."""
        w = self.weight
        axes = (1, 2, 3, 4)
        mean = w.mean(axes, keepdim=True)
        variance = w.var(axes, keepdim=True, unbiased=False)
        folded: torch.Tensor = (w - mean) * torch.rsqrt(variance * w[0].numel() + 1e-8) * self.scale
        return folded

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Convolve (B, n_in, z, y, x)."""
        return convolve(x, self.folded_weight(), self.bias)


class ResidualPair(nn.Module):
    """Two convolutions beside a shortcut; starts as the shortcut alone."""

    def __init__(self, n: int, first_kernel: Triple, second_kernel: Triple) -> None:
        super().__init__()
        self.first = StandardisedConv(n, n, first_kernel)
        self.second = StandardisedConv(n, n, second_kernel)
        self.strength = nn.Parameter(torch.tensor(0.2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Add what the pair has to say to (1, n, z, y, x)."""
        y: torch.Tensor = x + self.strength * self.second(F.relu(self.first(F.relu(x))))
        return y


def space_to_depth(x: torch.Tensor, block: Triple) -> torch.Tensor:
    """(1, C, z, y, x) to (1, C * block volume, z / bz, y / by, x / bx)."""
    b, c, z, y, w = x.shape
    bz, by, bx = block
    x = x.view(b, c, z // bz, bz, y // by, by, w // bx, bx)
    x = x.permute(0, 1, 3, 5, 7, 2, 4, 6)
    return x.reshape(b, c * bz * by * bx, z // bz, y // by, w // bx)


def depth_to_space(x: torch.Tensor, block: Triple) -> torch.Tensor:
    """Undo `space_to_depth`."""
    b, c, z, y, w = x.shape
    bz, by, bx = block
    x = x.view(b, c // (bz * by * bx), bz, by, bx, z, y, w)
    x = x.permute(0, 1, 5, 2, 6, 3, 7, 4)
    return x.reshape(b, c // (bz * by * bx), z * bz, y * by, w * bx)


class UNet(nn.Module):
    """Residual U-Net of a `NetworkDesign`.

    Input: (1, 1, z, y, x) standardised intensities, each side a multiple of ``design.multiple``.
    Output: logits of the affinities (1, C, z, y, x) and the local shape descriptors
    (1, 10, ...) on the grid of ``design.descriptor_level``, both before the sigmoid.
    """

    def __init__(self, design: NetworkDesign) -> None:
        super().__init__()
        self.design = design
        n = design.features
        block = math.prod(design.strides[0])
        self.stem = StandardisedConv(block, n[0], (3, 3, 3), gain=1.0)
        self.down = nn.ModuleList(
            StandardisedConv(n[i], n[i + 1], (1, 1, 1)) for i in range(len(n) - 1)
        )
        self.encoders = nn.ModuleList(
            ResidualPair(n[i], design.encoder_kernels[i], design.encoder_kernels[i])
            for i in range(len(n))
        )
        self.up = nn.ModuleList(
            StandardisedConv(n[i + 1], n[i], (1, 1, 1)) for i in range(len(n) - 1)
        )
        self.decoders = nn.ModuleList(
            ResidualPair(n[i], design.decoder_kernels[i], design.encoder_kernels[i])
            for i in range(len(n) - 1)
        )
        self.descriptor_head = StandardisedConv(
            n[design.descriptor_level], DESCRIPTOR_CHANNELS, (1, 1, 1)
        )
        self.affinity_head = StandardisedConv(n[0], len(design.offsets) * block, (1, 1, 1))

    def features(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What the heads read: channels on the finest grid, and on that of the descriptors."""
        strides = self.design.strides
        x = space_to_depth(x, strides[0]).contiguous(memory_format=torch.channels_last_3d)
        x = self.encoders[0](self.stem(x))
        skips = [x]
        for i in range(1, self.design.n_levels):
            x = F.max_pool3d(x, strides[i])
            x = self.encoders[i](self.down[i - 1](F.relu(x)))
            skips.append(x)
        coarse = x
        for i in range(self.design.n_levels - 2, -1, -1):
            x = self.up[i](F.relu(x))
            x = F.interpolate(x, scale_factor=[float(s) for s in strides[i + 1]], mode="nearest")
            x = self.decoders[i]((x + skips[i]) * math.sqrt(0.5))
            if i == self.design.descriptor_level:
                coarse = x
        return F.relu(x), F.relu(coarse)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits of affinities and descriptors."""
        fine, coarse = self.features(x)
        affinities = depth_to_space(self.affinity_head(fine), self.design.strides[0])
        return affinities, self.descriptor_head(coarse)
