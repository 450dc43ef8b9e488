"""Ratios to nulls: a null looks the same in every picture, and the legend names what is drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd

import connectome_analysis as ca
from connectome_analysis.plot.look import NULL_LOOKS


def rows(*given: tuple[str, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(given, columns=["dataset", "null_model", "ratio"])
    return table.assign(
        ratio_low=table["ratio"] * 0.9, ratio_high=table["ratio"] * 1.1, q_value=0.001
    )


def looks(table: pd.DataFrame) -> dict[str, tuple[str, str]]:
    ax = ca.plot.ratios_to_nulls(table)
    shown = ax.get_legend().legend_handles  # type: ignore[union-attr]
    return {
        str(one.get_label()): (one.get_color(), one.get_marker())  # type: ignore[union-attr]
        for one in shown
        if one is not None and not str(one.get_label()).startswith("hollow")
    }


def test_every_null_model_has_a_look_and_no_two_the_same() -> None:
    assert set(NULL_LOOKS) == set(ca.null_models.NULL_MODELS)
    assert len(set(NULL_LOOKS.values())) == len(NULL_LOOKS)


def test_a_null_looks_the_same_whichever_others_stand_beside_it() -> None:
    alone = looks(rows(("worm", "configuration", 2.0)))
    after = looks(rows(("worm", "dyad", 2.0), ("worm", "configuration", 3.0)))
    assert alone["configuration"] == after["configuration"] != after["dyad"]


def test_the_legend_names_what_is_drawn_alone() -> None:
    table = rows(("worm", "configuration", 2.0), ("mouse", "dyad", np.nan))
    assert set(looks(table)) == {"configuration"}


def test_a_dataset_without_a_ratio_says_so() -> None:
    ax = ca.plot.ratios_to_nulls(rows(("worm", "dyad", 2.0), ("mouse", "dyad", np.nan)))
    assert [text.get_text() for text in ax.texts] == ["no ratio: the null has none"]
