"""Wrapped text: words broken over lines by the width they have when drawn."""

from __future__ import annotations

from functools import lru_cache


def wrapped(text: str, size_pt: float, width_pt: float) -> str:
    """Break text between words so that each line is at most `width_pt` wide where it can be.

    Line breaks in the text stay.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.append("")
        for word in paragraph.split():
            longer = f"{lines[-1]} {word}" if lines[-1] else word
            if not lines[-1] or text_width_pt(longer, size_pt) <= width_pt:
                lines[-1] = longer
            else:
                lines.append(word)
    return "\n".join(lines)


@lru_cache(maxsize=1024)
def text_width_pt(text: str, size_pt: float) -> float:
    """Width of one line in points."""
    from matplotlib.textpath import TextPath

    x = TextPath((0, 0), text.replace("$", r"\$"), size=size_pt).vertices[:, 0]
    return float(x.max() - x.min()) if len(x) else 0.0
