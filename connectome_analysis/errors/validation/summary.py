"""Summary: the tables of a validation, short enough to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .settings import PAIRWISE

if TYPE_CHECKING:
    import pandas as pd

    from .run import Report

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


def verdicts(report: Report) -> pd.DataFrame:
    """What the validation asks for beside what it found, criterion by criterion.

    ``wanted`` and ``found`` are in words; ``held`` allows two Monte Carlo standard errors.
    """
    import pandas as pd

    def row(what: str, wanted: str, inside: NDArray[np.bool_], worst: str) -> dict[str, Any]:
        share = f"{int(inside.sum()):,} of {len(inside):,}; {worst}"
        return {"criterion": what, "wanted": wanted, "found": share, "held": bool(inside.all())}

    rows = []
    for name, table in (("corrected", report.coverage), ("imputed", report.imputed)):
        kept = table[table["setting"].isin(PAIRWISE)]
        slack = 2 * np.sqrt(0.95 * 0.05 / kept["worlds"].to_numpy())
        found = kept["coverage"].to_numpy()
        worst = f"{100 * found.min():.1f} to {100 * found.max():.1f} %"
        inside = (found >= 0.93 - slack) & (found <= 0.97 + slack)
        rows.append(row(f"coverage, {name}", "93 to 97 %", inside, worst))
    biases = bias(report.coverage)
    ratio = biases["worst_ratio"].dropna().to_numpy()
    at_most = f"at most {ratio.max():.3f}" if len(ratio) else "none clear of the scatter"
    rows.append(row("bias over naive bias", "at most 0.1", ratio <= 0.1, at_most))
    cells = false_alarms(report.false_alarms)
    error = 2 * 100 * np.sqrt(0.05 * 0.95 / (cells["worlds"].to_numpy() * 4))
    aware = cells["aware"].to_numpy()
    inside = (aware >= 3.5 - error) & (aware <= 6.5 + error)
    span = f"{aware.min():.1f} to {aware.max():.1f} %"
    rows.append(row("false alarms, aware", "3.5 to 6.5 %", inside, span))
    ratios = power(report.power)
    without = ratios[ratios["setting"] == "none"]["aware_over_naive"].to_numpy()
    rows.append(row("power without errors", "0.9 of naive", without >= 0.9, f"{without.min():.2f}"))
    exact = report.brute_force[["error_of_counts", "error_of_covariances"]].to_numpy().ravel()
    rows.append(row("all graphs of four", "below 1e-9", exact < 1e-9, f"{exact.max():.1e}"))
    return pd.DataFrame(rows)
