"""How fast tissue is simulated, on one thread; there is no peer that plants synapses."""

from __future__ import annotations

from collections.abc import Iterator

import segmentation_core as sc

from .measure import Row, processor_seconds

CASES = {
    "cortex, 40 x 4 x 4 nm": ("cortex", (40.0, 4.0, 4.0), (24, 384, 384)),
    "fly, 8 x 8 x 8 nm": ("fly", (8.0, 8.0, 8.0), (96, 160, 160)),
}


def rows(*, quick: bool, slow_peers: bool) -> Iterator[Row]:  # noqa: ARG001
    """A row to each kind of tissue."""
    for name, (tissue, size, whole) in CASES.items():
        shape = (8, 96, 96) if quick else whole
        mega = shape[0] * shape[1] * shape[2] / 1e6

        def make(tissue: str = tissue, size: object = size, shape: object = shape) -> None:
            sc.simulate_volume(shape, voxel_size_nm=size, tissue=tissue, n_jobs=1, rng=0)

        took = processor_seconds(make)
        yield Row(
            job="simulation",
            graph=f"{name}, {mega:.2g} Mvoxel",
            ours=took,
            bound=f"{mega / took:.2f} Mvoxel/s",
        )
