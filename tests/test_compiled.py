"""Kernels compile where nothing can be cached, and it is known where they were compiled before."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import pytest
from numba.core import caching

from connectome_analysis.compiled import compiled, kept_on_disk


def test_a_kernel_compiles_where_no_cache_folder_can_be_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])

    @compiled
    def twice(x):
        return 2 * x

    assert twice(21) == 42
    assert not twice.stats.cache_path


KERNEL = """
from connectome_analysis.compiled import compiled


@compiled
def twice(x):
    return 2 * x
"""


def test_a_kernel_is_known_to_be_kept_once_it_was_compiled(tmp_path: Path) -> None:
    source = tmp_path / "kernel_of_a_test.py"
    source.write_text(KERNEL)

    def load() -> Any:
        spec = importlib.util.spec_from_file_location("kernel_of_a_test", source)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.twice

    twice = load()
    assert not kept_on_disk(twice)
    assert twice(2) == 4
    assert kept_on_disk(twice)
    assert kept_on_disk(load())  # as the next process finds it
    later = source.stat().st_mtime + 10
    os.utime(source, (later, later))
    assert not kept_on_disk(load())


def test_the_first_run_says_that_it_compiles_and_later_ones_do_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from neuropil.compiling import tell_of_compiling

    for kept, lines in ((False, 1), (True, 0)):
        monkeypatch.setattr("connectome_analysis.compiled.kept_on_disk", lambda _, kept=kept: kept)
        tell_of_compiling()
        out, err = capsys.readouterr()
        assert (out, len(err.splitlines())) == ("", lines)
