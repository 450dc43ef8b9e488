"""Figures: the pictures of a species benchmark, of all datasets together and of each alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..report.vector_figure import VectorFigure, drawn_figure
from .tables import as_rich_club, as_significance, rows_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from connectome_analysis import Graph

    from .result import BenchmarkResult


def figures_of_all(result: BenchmarkResult) -> Iterator[VectorFigure]:
    """Draw reciprocity, transitivity and triads of all datasets."""
    from connectome_analysis import plot

    numbers = result.numbers
    count = len(result.datasets)
    naive = numbers[numbers["error_model"] == ""]
    for name, words in (
        ("reciprocity", "connections that are answered"),
        ("transitivity", "triples that are closed"),
    ):
        rows = naive[(naive["kind"] == "measure") & (naive["name"] == name)]
        # Reciprocity is kept by these nulls: its ratio is 1 and says nothing.
        rows = rows[(rows["null_sd"] > 0) | (rows["ratio"] != 1)]
        if len(rows):
            yield drawn_figure(
                f"all.{name}",
                _draws(plot.ratios_to_nulls, rows, title=f"{name.capitalize()}, over each null"),
                title=f"{name.capitalize()} beside nulls",
                caption=f"{words.capitalize()}: observed over the mean of each null, with the 95 % interval "
                "of its samples. Nulls that keep it exactly are left out.",
                alt=f"{name.capitalize()} of {count} connectomes over the mean of each null.",
                width_in=8.5,
                height_in=1.6 + 0.36 * max(count, 3),
            )
    for null in dict.fromkeys(naive["null_model"]):
        given = [(one.name, rows_of(numbers, one.name, null, "triad")) for one in result.datasets]
        tables = {name: as_significance(rows) for name, rows in given if len(rows)}
        words = null.replace("_", " ")
        yield drawn_figure(
            f"all.triads.{null}",
            _draws(
                plot.nulls_compared,
                list(tables.values()),
                labels=list(tables),
                title=f"Triads: observed over mean of the {words} null",
            ),
            title=f"Triads beside the {words} null",
            caption="Each number is observed over null mean: red more, blue fewer, pale no surprise "
            "(q at least 0.05). ∞: no sample has the class. –: neither graph nor null has it.",
            alt=f"Triads of {len(tables)} connectomes over the mean of the {words} null.",
            width_in=12.0,
            height_in=2.6 + 0.38 * len(tables),
        )


def figures_of_one(
    result: BenchmarkResult, dataset: str, graph: Graph, main_null: str
) -> Iterator[VectorFigure]:
    """Draw the triads, classes of four and rich club of one dataset."""
    from connectome_analysis import plot, rich_club

    numbers = result.numbers
    words = main_null.replace("_", " ")
    triads = rows_of(numbers, dataset, main_null, "triad")
    if len(triads):
        yield drawn_figure(
            f"{dataset}.triads",
            _draws(plot.triad_profile, as_significance(triads)),
            title="Triads",
            caption=f"Observed over the mean of the {words} null; grey: its 95 % interval; filled: q < 0.05.",
            alt=f"Triad profile of {dataset}.",
            width_in=10.5,
            height_in=5.2,
            pdf=False,
        )
    four_null = next(
        (
            null
            for null in reversed(result.settings.null_models)
            if len(rows_of(numbers, dataset, null, "four_node"))
        ),
        None,
    )
    if four_null is not None:
        table = as_significance(rows_of(numbers, dataset, four_null, "four_node"))
        if table["z"].notna().any():
            yield drawn_figure(
                f"{dataset}.four_nodes",
                _draws(plot.striking_motifs, table),
                title="Four neurons",
                caption=f"The classes of four farthest from the {four_null.replace('_', ' ')} null.",
                alt=f"Classes of four neurons of {dataset} farthest from their null.",
                width_in=9.0,
                height_in=5.6,
                pdf=False,
            )
    rich = rows_of(numbers, dataset, main_null, "rich_club")
    if len(rich):
        yield drawn_figure(
            f"{dataset}.rich_club",
            _draws(plot.rich_club, as_rich_club(rich, rich_club(graph, null_model=None))),
            title="Rich club",
            caption="Density among neurons of degree above k, beside the same in the null; below, their "
            "ratio.",
            alt=f"Rich-club curve of {dataset}.",
            width_in=8.5,
            height_in=5.8,
            pdf=False,
        )


def _draws(
    function: Callable[..., Axes], table: pd.DataFrame | list[pd.DataFrame], **options: object
) -> Callable[[Axes], Axes]:
    return lambda ax: function(table, ax, **options)
