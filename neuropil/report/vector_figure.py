"""Vector figure: a picture as SVG and PDF, the same bytes for the same numbers."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from ..whole_file import whole_file
from .build import file_stem
from .html_parts import PIXELS_PER_INCH, linked

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, kw_only=True)
class VectorFigure:
    """A figure for a page and for a paper.

    Attributes
    ----------
    name : str
        Stem of its files' names.
    title, caption, alt : str
    width_in, height_in : float
    svg, pdf : bytes
        Without a PDF empty.
    """

    name: str
    title: str
    caption: str
    alt: str
    width_in: float
    height_in: float
    svg: bytes
    pdf: bytes

    def html(self) -> str:
        """The figure with the picture in it."""
        data = base64.b64encode(self.svg).decode("ascii")
        width, height = (round(side * PIXELS_PER_INCH) for side in (self.width_in, self.height_in))
        return (
            f'<figure><img src="data:image/svg+xml;base64,{data}" width="{width}" height="{height}" '
            f'alt="{escape(self.alt)}">'
            f"<figcaption><b>{escape(self.title)}.</b> {linked(self.caption)}</figcaption></figure>"
        )

    def write(self, folder: Path) -> None:
        """Write ``NAME.svg`` and, where there is one, ``NAME.pdf``."""
        for suffix, content in (("svg", self.svg), ("pdf", self.pdf)):
            if content:
                with whole_file(folder / f"{file_stem(self.name)}.{suffix}") as part:
                    part.write_bytes(content)


def drawn_figure(
    name: str,
    draw: Callable[[Axes], object],
    *,
    title: str,
    caption: str,
    alt: str,
    width_in: float,
    height_in: float,
    pdf: bool = True,
) -> VectorFigure:
    """Draw on the axes of a figure of its own, apart from any display and the user's settings."""
    import matplotlib as mpl
    from matplotlib import style
    from matplotlib.figure import Figure

    with style.context("default"), mpl.rc_context({"svg.hashsalt": "neuropil"}):
        figure = Figure(figsize=(width_in, height_in), layout="constrained")
        draw(figure.subplots())
        as_svg, as_pdf = io.BytesIO(), io.BytesIO()
        # Laid out once, not again for each file: that is most of the time.
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        # Without dates and versions the same numbers give the same bytes.
        figure.savefig(as_svg, format="svg", metadata={"Date": None, "Creator": None})
        if pdf:
            nothing = {"CreationDate": None, "Producer": None, "Creator": None}
            figure.savefig(as_pdf, format="pdf", metadata=nothing)
    return VectorFigure(
        name=name,
        title=title,
        caption=caption,
        alt=alt,
        width_in=width_in,
        height_in=height_in,
        svg=as_svg.getvalue(),
        pdf=as_pdf.getvalue(),
    )
