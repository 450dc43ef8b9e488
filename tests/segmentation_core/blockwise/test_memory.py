"""Memory: a process that works by blocks holds a block and the region graph, not the volume."""

from __future__ import annotations

import sys

import numpy as np
import pytest

BLOCK = (16, 64, 64)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc, of Linux only")
def test_four_times_the_volume_needs_less_than_its_labels_alone_would():
    """The graph grows with the tissue; affinities (12 bytes a voxel) and labels (8) must not stay."""
    pytest.importorskip("zarr")
    from benchmarks.affinities_to_segments import volume
    from benchmarks.blocks import peak_bytes

    _, affinities = volume((32, 128, 128))
    many = np.tile(affinities, (1, 1, 1, 4))
    few_bytes, many_bytes = peak_bytes(affinities, BLOCK), peak_bytes(many, BLOCK)
    added_voxels = (many.size - affinities.size) // len(affinities)
    assert few_bytes > 0
    assert many_bytes - few_bytes < 8 * added_voxels
    assert many_bytes < many.nbytes
