"""Summary: the tables of a validation, short enough to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .settings import PAIRWISE

if TYPE_CHECKING:
    import pandas as pd

_CELL = ["truth", "setting", "rates"]
# A ratio of biases is shown where the naive bias stands clear of the scatter of the worlds.
_CLEAR = 10.0


def bias(table: pd.DataFrame) -> pd.DataFrame:
    """Per cell: the worst and the median ratio of corrected to naive bias over the triad classes.

    Only classes whose naive bias is ten times the Monte Carlo error of the estimate; ``worst_z`` is the
    largest bias of any class in units of that error, some 3 for 16 classes without bias.
    """
    import pandas as pd

    rows = []
    kept = table[(table["kind"] == "induced triads") & table["setting"].isin(PAIRWISE)]
    for _, part in kept.groupby(_CELL, sort=False):
        error = part["bias_se"].to_numpy()
        ratio = np.abs(part["bias"]) / np.abs(part["naive_bias"])
        clear = np.abs(part["naive_bias"]).to_numpy() > _CLEAR * error
        z = np.abs(part["bias"].to_numpy()) / np.where(error > 0, error, np.inf)
        rows.append(
            [
                *part.iloc[0][_CELL],
                int(part["worlds"].iloc[0]),
                int(clear.sum()),
                float(ratio[clear].max()) if clear.any() else np.nan,
                part["statistic"].to_numpy()[clear][ratio[clear].argmax()] if clear.any() else "",
                float(ratio[clear].median()) if clear.any() else np.nan,
                float(z.max()),
            ]
        )
    columns = [*_CELL, "worlds", "classes", "worst_ratio", "of", "median_ratio", "worst_z"]
    return pd.DataFrame(rows, columns=columns)


def coverage(table: pd.DataFrame) -> pd.DataFrame:
    """Per cell and kind of statistic: least, mean and largest coverage, in percent."""
    kept = table[table["setting"].isin(PAIRWISE)]
    groups = kept.groupby([*_CELL, "kind"], sort=False)
    result = groups.agg(
        worlds=("worlds", "first"),
        statistics=("coverage", "size"),
        least=("coverage", "min"),
        mean=("coverage", "mean"),
        most=("coverage", "max"),
    )
    of = groups.apply(lambda part: part["statistic"].iloc[part["coverage"].to_numpy().argmin()])
    result.insert(3, "least_of", of)
    for column in ("least", "mean", "most"):
        result[column] = (100 * result[column]).round(1)
    return result.reset_index()


def damage(table: pd.DataFrame) -> pd.DataFrame:
    """Per broken setting: coverage and the ratio of corrected to naive bias of some statistics."""
    kept = table[~table["setting"].isin(PAIRWISE)]
    shown = kept[kept["statistic"].isin(["edges", "reciprocity", "transitivity", "030T", "300"])]
    shown = shown[shown["kind"] != "copies"]
    return shown.assign(
        naive_percent=(100 * shown["naive_bias"] / shown["true"]).round(1),
        corrected_percent=(100 * shown["bias"] / shown["true"]).round(1),
        coverage=(100 * shown["coverage"]).round(1),
    )[["truth", "setting", "statistic", "naive_percent", "corrected_percent", "coverage", "worlds"]]


def false_alarms(table: pd.DataFrame) -> pd.DataFrame:
    """Per setting and null: percent of tests that cry, over all motifs and for the worst one."""
    groups = table.groupby(["truth", "setting", "null_model"], sort=False)
    result = groups.agg(
        worlds=("worlds", "first"),
        naive=("naive", "mean"),
        aware=("aware", "mean"),
        naive_worst=("naive", "max"),
        aware_worst=("aware", "max"),
    )
    of = groups.apply(lambda part: part["motif"].iloc[part["aware"].to_numpy().argmax()])
    columns = ["naive", "aware", "naive_worst", "aware_worst"]
    result[columns] = (100 * result[columns]).round(1)
    return result.assign(worst_of=of).reset_index()


def power(table: pd.DataFrame) -> pd.DataFrame:
    """Percent of worlds in which planted feed-forward loops are found, and the ratio of the two tests."""
    loops = table[table["motif"] == "030T"]
    ratio = loops["aware"] / loops["naive"].where(loops["naive"] > 0)
    return loops.assign(
        naive=(100 * loops["naive"]).round(1),
        aware=(100 * loops["aware"]).round(1),
        aware_over_naive=ratio.round(3),
    )[["truth", "setting", "null_model", "planted", "worlds", "naive", "aware", "aware_over_naive"]]
