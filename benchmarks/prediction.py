"""Prediction and training of affinities, voxels a second on one core, and on a GPU where there is one.

The peer is the plain network that most projects train: three levels of two 3 x 3 x 3 convolutions with
GroupNorm, twelve features on the finest, in torch. It sees the same tile.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import segmentation_core as sc

from .measure import Row, installed, processor_seconds

TILES = {
    "isotropic": ((10.0, 10.0, 10.0), (96, 128, 128)),
    "thick sections": ((40.0, 4.0, 4.0), (24, 256, 256)),
}


def grey(shape: tuple[int, int, int]) -> Any:
    """Noise: what is in the picture does not change how long it takes."""
    return np.random.default_rng(0).integers(60, 200, shape).astype(np.uint8)


def plain_network(n_channels: int = 12) -> Any:
    """Residual U-Net with GroupNorm, 12, 24 and 48 features."""
    import torch
    import torch.nn.functional as F
    from torch import nn

    class Block(nn.Module):
        def __init__(self, n_in: int, n_out: int) -> None:
            super().__init__()
            self.first = nn.Conv3d(n_in, n_out, 3, padding=1)
            self.second = nn.Conv3d(n_out, n_out, 3, padding=1)
            self.norms = nn.ModuleList(nn.GroupNorm(4, n_out) for _ in range(2))
            self.skip = nn.Conv3d(n_in, n_out, 1)

        def forward(self, x: Any) -> Any:
            y = F.relu(self.norms[0](self.first(x)))
            return F.relu(self.norms[1](self.second(y)) + self.skip(x))

    class Plain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.down = nn.ModuleList([Block(1, 12), Block(12, 24), Block(24, 48)])
            self.up = nn.ModuleList([Block(24 + 48, 24), Block(12 + 24, 12)])
            self.head = nn.Conv3d(12, n_channels, 1)

        def forward(self, x: Any) -> Any:
            a = self.down[0](x)
            b = self.down[1](F.max_pool3d(a, 2))
            c = self.down[2](F.max_pool3d(b, 2))
            b = self.up[0](torch.cat([b, F.interpolate(c, scale_factor=2.0)], 1))
            return self.head(self.up[1](torch.cat([a, F.interpolate(b, scale_factor=2.0)], 1)))

    return Plain().eval()


def plain_prediction(raw: Any) -> Callable[[], Any]:
    """What the peer does with a tile."""
    import torch

    network = plain_network()
    x = torch.from_numpy(raw.astype(np.float32))[None, None]

    def run() -> Any:
        with torch.inference_mode():
            return (torch.sigmoid(network(x)) * 255).to(torch.uint8).numpy()

    return run


def gpu_seconds(call: Callable[[], Any], runs: int = 5) -> float:
    """Least time by the clock of some runs that end on the CPU."""
    call()
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best


def training_seconds(steps: int = 2, device: str = "cpu") -> tuple[float, float]:
    """Time of a training step by the clock, and the Mvoxel in it."""
    rng = np.random.default_rng(0)
    volume = sc.TrainingVolume(grey((64, 96, 96)), rng.integers(1, 50, (64, 96, 96)))
    plan = sc.TrainingPlan(steps=steps + 1)
    took: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        sc.train_network(
            [volume],
            Path(folder),
            voxel_size_nm=(10, 10, 10),
            plan=plan,
            device=device,
            on_step=lambda row: took.append(row["seconds"]),
        )
    return min(took[1:]), plan.batch * 48 * 80 * 80 / 1e6


def rows(*, quick: bool, slow_peers: bool) -> Iterator[Row]:  # noqa: ARG001
    """Processor time of one tile on one thread, halo not counted; GPU by the clock."""
    if not installed("torch"):
        yield Row(job="affinities", graph="", ours=float("nan"), peer="torch")
        return
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for name, (size, whole) in TILES.items():
            raw = grey((whole[0] // 3, 64, 64) if quick else whole)
            mega = raw.size / 1e6
            theirs = processor_seconds(plain_prediction(raw))
            engines: list[tuple[str, dict[str, Any]]] = [("torch", {"device": "cpu"})]
            if installed("openvino"):
                engines.append(("openvino", {"runtime": "openvino", "n_threads": 1}))
            for engine, settings in engines:
                predictor = sc.Predictor(size, **settings)

                def block(predictor: Any = predictor, raw: Any = raw) -> Any:
                    return predictor.block(raw, (0, 0, 0), raw.shape)

                took = processor_seconds(block)
                yield Row(
                    job=f"affinities, {engine}",
                    graph=f"{name} {mega:.2g} Mvoxel",
                    ours=took,
                    peer="GroupNorm U-Net, torch",
                    theirs=theirs,
                    bound=f"{mega / took:.2f} Mvoxel/s a core; theirs {mega / theirs:.2f}",
                )
            if torch.cuda.is_available():
                predictor = sc.Predictor(size, device="cuda")
                took = gpu_seconds(lambda p=predictor, r=raw: p.block(r, (0, 0, 0), r.shape))
                yield Row(
                    job="affinities, GPU",
                    graph=f"{name} {mega:.2g} Mvoxel",
                    ours=took,
                    bound=f"{mega / took:.1f} Mvoxel/s on {torch.cuda.get_device_name()}",
                )
        # A step of training has one size, that of its patches, and takes a while.
        for device in [] if quick else ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]:
            took, mega = training_seconds(device=device)
            yield Row(
                job=f"one training step, {device}",
                graph=f"isotropic {mega:.1f} Mvoxel",
                ours=took,
                bound=f"{mega / took:.2f} Mvoxel/s by the clock",
            )
    finally:
        torch.set_num_threads(threads)
