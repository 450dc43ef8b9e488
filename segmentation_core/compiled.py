"""Compiled: numba for kernels, with a cache on disk where there is a place for one."""

from __future__ import annotations

from collections.abc import Callable
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
