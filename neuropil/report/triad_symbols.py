"""Triad symbols: the small graphs as inline SVG, defined once and used in every table."""

from __future__ import annotations

from html import escape


def symbol_definitions() -> str:
    """One ``<symbol>`` for each of the 16 classes."""
    from connectome_analysis.motifs import TRIAD_NAMES

    return f'<svg class="defs" aria-hidden="true">{"".join(map(_symbol, TRIAD_NAMES))}</svg>'


def symbol(name: str) -> str:
    """Use the symbol of one class; its name stands beside it in the table."""
    return (
        f'<svg class="triad" viewBox="0 0 100 100" aria-hidden="true">'
        f'<use href="#triad-{escape(name)}"/></svg>'
    )


def _symbol(name: str) -> str:
    from connectome_analysis.plot.look import MUTUAL
    from connectome_analysis.plot.small_graphs import outlines

    drawing = outlines(name)
    parts = []
    for outline, mutual in drawing.arrows:
        points = " ".join(f"{100 * x:.1f},{100 - 100 * y:.1f}" for x, y in outline[::1])
        fill = f' fill="{MUTUAL}"' if mutual else ""
        parts.append(f'<polygon points="{points}"{fill}/>')
    for x, y in drawing.dots:
        radius = 100 * drawing.dot_radius
        parts.append(f'<circle cx="{100 * x:.1f}" cy="{100 - 100 * y:.1f}" r="{radius:.1f}"/>')
    return f'<symbol id="triad-{name}" viewBox="0 0 100 100">{"".join(parts)}</symbol>'
