"""Path-length histogram: a bar is a share of pairs, and the title says of which."""

from __future__ import annotations

import pandas as pd
import pytest

import connectome_analysis as ca
from tests.plot.drawn import clipped, saved, words


def test_bars_are_shares_and_the_line_is_the_mean(worm: ca.Graph) -> None:
    lengths = ca.measures.path_lengths(worm, within="largest strong component")
    ax = ca.plot.path_lengths(lengths)
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(lengths["share"].tolist())
    assert "mean 3.48" in words(ax)
    title = "".join(text for text in words(ax) if "path lengths" in text).replace("\n", " ")
    assert title == (
        "celegans-varshney2011: path lengths, 55,932 pairs of the 237 neurons in the largest "
        "strong component"
    )
    assert clipped(ax) == []


def test_a_sample_is_called_one_and_shows_its_interval(worm: ca.Graph) -> None:
    ax = ca.plot.path_lengths(ca.measures.path_lengths(worm, sources=100))
    assert any("from 100 neurons drawn" in text.replace("\n", " ") for text in words(ax))
    assert any("95 % interval" in text for text in words(ax))


def test_pairs_without_a_path_are_named_and_nothing_is_drawn_of_nothing() -> None:
    g = ca.Graph.from_edges([1, 2], [2, 3])
    assert "path lengths, 3 pairs, 3 have no path" in words(
        ca.plot.path_lengths(ca.measures.path_lengths(g, within="all"))
    )
    empty = ca.plot.path_lengths(ca.measures.path_lengths(ca.Graph.from_edges([], [])))
    assert "no paths" in words(empty)
    saved(empty)


def test_a_table_that_lost_its_facts_is_still_drawn_and_a_wrong_one_is_named() -> None:
    ax = ca.plot.path_lengths(pd.DataFrame({"pairs": [2, 1], "share": [0.7, 0.3]}, index=[1, 2]))
    assert ax.get_title(loc="left") == "path lengths"
    with pytest.raises(ValueError, match="this one lacks the columns share"):
        ca.plot.path_lengths(pd.DataFrame({"pairs": [1]}))
