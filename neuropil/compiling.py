"""Compiling: one line where a command is silent for a while because it runs for the first time."""

from __future__ import annotations

from typing import Any

import typer

_LINE = (
    "Compiling, once: up to a minute of processor time before the first numbers; later runs start "
    "at once."
)


def tell_of_compiling(kernel: Any = None) -> None:
    """Say on stderr that kernels will be compiled, where they will be.

    Parameters
    ----------
    kernel : optional
        One that what follows needs; by default that of corrections and aware tests.
    """
    from connectome_analysis.compiled import kept_on_disk
    from connectome_analysis.errors.correction.triad_sums import triangle_products

    # Corrections and aware tests come to this kernel, and the first of them compiles all they need.
    if not kept_on_disk(triangle_products if kernel is None else kernel):
        typer.echo(_LINE, err=True)
