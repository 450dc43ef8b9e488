"""Folded: a trained network as prediction runs it, plain convolutions and bytes out."""

from __future__ import annotations

import copy
import math

from segmentation_core.network import unet
from segmentation_core.network.needs_torch import F, nn, torch
from segmentation_core.network.unet import ResidualPair, StandardisedConv, UNet


class PlainConv(nn.Module):
    """A convolution with fixed filters."""

    weight: torch.Tensor
    bias: torch.Tensor

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__()
        memory = torch.channels_last_3d
        self.register_buffer("weight", weight.detach().clone().contiguous(memory_format=memory))
        self.register_buffer("bias", bias.detach().clone())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Convolve (1, n_in, z, y, x)."""
        return unet.convolve(x, self.weight, self.bias)


def plain(conv: nn.Module, strength: float = 1.0) -> PlainConv:
    """`StandardisedConv` as a convolution with fixed filters, times `strength`."""
    assert isinstance(conv, StandardisedConv)
    return PlainConv(conv.folded_weight() * strength, conv.bias * strength)


class FoldedPair(nn.Module):
    """`ResidualPair` with its strength inside the filters."""

    def __init__(self, pair: nn.Module) -> None:
        super().__init__()
        assert isinstance(pair, ResidualPair)
        self.first = plain(pair.first)
        self.second = plain(pair.second, pair.strength.item())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Add what the pair has to say to (1, n, z, y, x)."""
        y: torch.Tensor = x + self.second(F.relu(self.first(F.relu(x))))
        return y


class FoldedNetwork(nn.Module):
    """Affinities as bytes of a trained `UNet`; descriptors are left out.

    Input (1, 1, z, y, x) standardised grey values; output (1, C, z, y, x) uint8, 255 for certainly
    the same neuron.
    """

    def __init__(self, net: UNet) -> None:
        super().__init__()
        net = copy.deepcopy(net).float().cpu()
        self.design = net.design
        with torch.no_grad():
            self.stem = plain(net.stem)
            self.down = nn.ModuleList(plain(c) for c in net.down)
            self.up = nn.ModuleList(plain(c) for c in net.up)
            self.encoders = nn.ModuleList(FoldedPair(p) for p in net.encoders)
            self.decoders = nn.ModuleList(FoldedPair(p) for p in net.decoders)
            self.head = plain(net.affinity_head)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Affinities of one tile."""
        strides = self.design.strides
        x = unet.space_to_depth(x, strides[0])
        x = self.encoders[0](self.stem(x))
        skips = [x]
        for i in range(1, self.design.n_levels):
            x = F.max_pool3d(x, strides[i])
            x = self.encoders[i](self.down[i - 1](F.relu(x)))
            skips.append(x)
        for i in range(self.design.n_levels - 2, -1, -1):
            x = self.up[i](F.relu(x))
            x = F.interpolate(x, scale_factor=[float(s) for s in strides[i + 1]], mode="nearest")
            x = self.decoders[i]((x + skips[i]) * math.sqrt(0.5))
        # Bytes before the move from channels to voxels: a quarter of the traffic.
        x = torch.round(torch.sigmoid(self.head(F.relu(x)).float()) * 255).to(torch.uint8)
        return unet.depth_to_space(x, strides[0])
