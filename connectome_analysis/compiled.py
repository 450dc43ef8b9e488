"""Compiled: numba for kernels, with a cache on disk where there is a place for one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a kernel that releases the GIL and does not check bounds.

    What it compiles is kept on disk for the next process. Where neither the package nor a cache
    folder of the user can be written, as in many containers, it is compiled anew each time.
    """
    kernel: Callable[..., Any]
    try:
        kernel = njit(cache=True, nogil=True, boundscheck=False)(function)
    except RuntimeError:  # numba: "no locator available"
        kernel = njit(nogil=True, boundscheck=False)(function)
    return kernel


def kept_on_disk(kernel: Any) -> bool:
    """Whether a kernel was compiled before and kept, or is compiled in this process.

    Parameters
    ----------
    kernel
        From `compiled`.
    """
    if kernel.signatures:
        return True
    folder = kernel.stats.cache_path
    if folder is None:
        return False
    source = Path(kernel.py_func.__code__.co_filename)
    kept = Path(folder).glob(f"{source.stem}.{kernel.py_func.__qualname__}-*.nbi")
    return any(one.stat().st_mtime >= source.stat().st_mtime for one in kept)
