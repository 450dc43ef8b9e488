"""Pictures: the figures of a report, drawn apart from any display and the user's settings."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from .entry import DPI, Entry, Picture
from .findings import less_than_null, more_than_null, nothing_varies, rich_club_in_words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from connectome_analysis import Graph


# A matrix of more types has no room on a page.
_MOST_TYPES = 60


def pictures_of(
    name: str,
    g: Graph,
    triads: pd.DataFrame,
    rich_club: pd.DataFrame,
    group: str | None = None,
) -> tuple[Picture, ...]:
    """Draw the figures of one connectome that have something to show.

    A type matrix where `group` is a column of few types; triads where the null differs at all.
    """
    from connectome_analysis import measures, plot

    size = f"{g.n_nodes:,} neurons and {g.n_edges:,} connections"
    grouped = "cell_class" in g.nodes.columns
    types: tuple[Picture, ...] = ()
    if group is not None and 2 <= g.nodes[group].nunique() <= _MOST_TYPES and g.n_edges:
        table = measures.type_matrix(g, group, value="input_fraction")
        side = 4.6 + 0.12 * len(table)
        words = group.replace("_", " ")
        types = (
            Picture(
                name=f"{name}.types",
                title="Who sends to whom",
                caption=(
                    f"By {words}: the share of all input to the column's neurons that comes from the row's. "
                    "White: none."
                ),
                alt=f"Share of input by {words} of {name}, {len(table)} types.",
                png=_drawn(lambda ax: plot.type_matrix(table, ax), side + 1.3, side),
            ),
        )
    return (
        *_usual(name, g, triads, rich_club, size, grouped=grouped),
        *types,
    )


def _usual(
    name: str,
    g: Graph,
    triads: pd.DataFrame,
    rich_club: pd.DataFrame,
    size: str,
    *,
    grouped: bool,
) -> Iterator[Picture]:
    from connectome_analysis import plot

    if not nothing_varies(triads):
        yield Picture(
            name=f"{name}.triads",
            title="Triads",
            caption=(
                "Every class of three connected neurons beside the null model. Height: how many "
                "there are over the null's mean, on a logarithmic scale. Grey: the null's 95 % "
                "interval. Filled marks are significant (q < 0.05), hollow ones are not."
            ),
            alt=(
                f"Triad profile of {name}. More than in the null: "
                f"{_listed(more_than_null(triads))}. Fewer: {_listed(less_than_null(triads))}."
            ),
            png=_drawn(lambda ax: plot.triad_profile(triads, ax), 10.5, 5.6),
        )
    if len(rich_club):
        yield Picture(
            name=f"{name}.rich_club",
            title="Rich club",
            caption=(
                "Above: density of connections among the neurons whose degree is above k, and the "
                "same in the null. Below: their ratio. Shaded: every k at which the graph "
                "exceeds the null (one-sided p < 0.05 at that k, uncorrected). At the right end a "
                "handful of neurons is left, and the intervals are wide."
            ),
            alt=f"Rich-club curve of {name}. {rich_club_in_words(rich_club)}",
            png=_drawn(lambda ax: plot.rich_club(rich_club, ax), 8.5, 6.4),
        )
    if g.n_edges:
        yield Picture(
            name=f"{name}.adjacency",
            title="Adjacency",
            caption=(
                "Rows send, columns receive. "
                + (
                    "Neurons stand by class, the largest class first, and within it by falling "
                    "degree. White: no connection."
                    if grouped
                    else "Neurons stand by falling degree. White: no connection."
                )
            ),
            alt=f"Adjacency matrix of {name}: {size}{', by cell class' if grouped else ''}.",
            png=_drawn(lambda ax: plot.adjacency(g, ax=ax), 7.6, 6.8),
        )
        yield Picture(
            name=f"{name}.degrees",
            title="Degrees",
            caption=(
                "Share of neurons with at least k connections, both scales logarithmic. Neurons "
                "without connections lower the curve at its left end and are counted in the legend."
            ),
            alt=f"Distributions of in-, out- and total degree of {name}: {size}.",
            png=_drawn(lambda ax: plot.degree_distribution(g, ax), 8.5, 5.0),
        )


def picture_of_all(entries: Sequence[Entry]) -> Picture | None:
    """Draw the triads of all connectomes on one scale; None where there are not two with a profile."""
    from connectome_analysis import plot

    entries = [entry for entry in entries if not nothing_varies(entry.triads)]
    if len(entries) < 2:
        return None
    tables = [entry.triads for entry in entries]
    return Picture(
        name="comparison.triads",
        title="Triads of all connectomes",
        caption=(
            "z-scores of the 13 connected classes, divided for each connectome by the length of "
            "its vector of z-scores (Milo et al. 2004, doi:10.1126/science.1089167), so that "
            "large and small connectomes share one scale. Hollow: not significant (q \u2265 0.05)."
        ),
        alt="Normalised triad profiles of " + ", ".join(entry.name for entry in entries) + ".",
        png=_drawn(lambda ax: plot.triad_profiles(tables, ax), 10.5, 6.0),
    )


def _drawn(draw: Callable[[Axes], object], width_in: float, height_in: float) -> bytes:
    from matplotlib import style
    from matplotlib.figure import Figure

    # A figure of its own needs no backend and no closing.
    with style.context("default"):
        figure = Figure(figsize=(width_in, height_in), layout="constrained")
        draw(figure.subplots())
        file = io.BytesIO()
        # Without the date and version of matplotlib the same numbers give the same bytes.
        figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return file.getvalue()


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "none"
