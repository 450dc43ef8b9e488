"""Kernels compile where nothing can be cached, as in a container without a writable folder."""

from __future__ import annotations

import pytest
from numba.core import caching

from connectome_analysis.compiled import compiled


def test_a_kernel_compiles_where_no_cache_folder_can_be_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])

    @compiled
    def twice(x):
        return 2 * x

    assert twice(21) == 42
    assert not twice.stats.cache_path
