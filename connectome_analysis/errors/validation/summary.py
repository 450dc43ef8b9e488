"""Summary: the tables of a validation, short enough to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...motifs.triads import CONNECTED_TRIADS
from .settings import PAIRWISE

if TYPE_CHECKING:
    import pandas as pd

    from .run import Report

_CELL = ["truth", "setting", "rates"]
_TEST = [*_CELL, "null"]
# Power is compared where there is something to find, and something to miss.
_POWER_FROM, _POWER_TO = 0.5, 0.95
# A ratio of biases is shown where the naive bias stands clear of the scatter of the worlds.
_CLEAR = 10.0
# Worlds that a verdict asks for: of intervals, and of tests.
_ENOUGH, _ENOUGH_TESTS = 1000, 200


def bias(table: pd.DataFrame) -> pd.DataFrame:
    """Per cell: the worst and the median ratio of corrected to naive bias over the triad classes.

    Only classes whose naive bias is ten times the Monte Carlo error of the estimate; ``error`` is that
    of the worst ratio; ``worst_z`` the largest bias of any class in Monte Carlo errors, some 3 for 16
    classes without bias.
    """
    import pandas as pd

    rows = []
    columns = [*_CELL, "worlds", "classes", "worst_ratio", "error", "of", "median_ratio", "worst_z"]
    if table.empty:
        return pd.DataFrame(columns=columns)
    kept = table[(table["kind"] == "induced triads") & table["setting"].isin(PAIRWISE)]
    for _, part in kept.groupby(_CELL, sort=False):
        error, naive = part["bias_se"].to_numpy(), np.abs(part["naive_bias"].to_numpy())
        off = np.abs(part["bias"].to_numpy())
        clear = np.flatnonzero(naive > _CLEAR * error)
        ratio = off[clear] / naive[clear]
        worst = clear[ratio.argmax()] if len(clear) else None
        rows.append(
            [
                *part.iloc[0][_CELL],
                int(part["worlds"].iloc[0]),
                len(clear),
                np.nan if worst is None else float(ratio.max()),
                np.nan if worst is None else float(error[worst] / naive[worst]),
                "" if worst is None else part["statistic"].iloc[worst],
                float(np.median(ratio)) if len(clear) else np.nan,
                float((off / np.where(error > 0, error, np.inf)).max()),
            ]
        )
    return pd.DataFrame(rows, columns=columns)


def coverage(table: pd.DataFrame) -> pd.DataFrame:
    """Per cell and kind of statistic: least, mean and largest coverage, in percent."""
    import pandas as pd

    kept = table[table["setting"].isin(PAIRWISE)].reset_index(drop=True)
    if kept.empty:
        return pd.DataFrame(columns=[*_CELL, "kind", "worlds", "statistics", "least", "most"])
    groups = kept.groupby([*_CELL, "kind"], sort=False)
    result = groups.agg(
        worlds=("worlds", "first"),
        statistics=("coverage", "size"),
        least=("coverage", "min"),
        mean=("coverage", "mean"),
        most=("coverage", "max"),
    )
    least = groups["coverage"].idxmin()
    result.insert(3, "least_of", kept["statistic"].loc[least].to_numpy())
    for column in ("least", "mean", "most"):
        result[column] = (100 * result[column]).round(1)
    return result.reset_index()


def by_kind(table: pd.DataFrame) -> pd.DataFrame:
    """Coverage as one row per cell: of each kind of statistic the mean (the least to the most)."""
    import pandas as pd

    told = coverage(table)
    if told.empty:
        return pd.DataFrame(columns=[*_CELL, "worlds"])
    words = [
        f"{mean} ({least} {of} to {most})"
        for mean, least, of, most in zip(
            told["mean"], told["least"], told["least_of"], told["most"], strict=True
        )
    ]
    kinds = told["kind"].unique().tolist()
    wide = told.assign(words=words).pivot_table(
        index=[*_CELL, "worlds"], columns="kind", values="words", aggfunc="first", sort=False
    )
    return wide[kinds].reset_index().rename_axis(columns=None)


def damage(table: pd.DataFrame) -> pd.DataFrame:
    """Per broken setting: coverage and the ratio of corrected to naive bias of some statistics."""
    import pandas as pd

    kept = table[~table["setting"].isin(PAIRWISE)]
    if kept.empty:
        return pd.DataFrame(columns=["truth", "setting", "statistic", "worlds"])
    shown = kept[kept["statistic"].isin(["edges", "reciprocity", "transitivity", "030T", "300"])]
    shown = shown[shown["kind"] != "copies"]
    return shown.assign(
        naive_percent=(100 * shown["naive_bias"] / shown["true"]).round(1),
        corrected_percent=(100 * shown["bias"] / shown["true"]).round(1),
        coverage=(100 * shown["coverage"]).round(1),
    )[["truth", "setting", "statistic", "naive_percent", "corrected_percent", "coverage", "worlds"]]


def false_alarms(table: pd.DataFrame) -> pd.DataFrame:
    """Per cell and family of tests: percent that cry, over all of them and for the worst one.

    The 13 motifs are a family, and so are the rich clubs and whatever is compared between two views;
    reciprocity, transitivity and modularity are alone.
    """
    import pandas as pd

    columns = [*_TEST, "tests", "worlds", "number", "naive", "aware", "aware_worst", "worst_of"]
    rows: list[list[Any]] = []
    if table.empty:
        return pd.DataFrame(rows, columns=columns)
    families = table.assign(tests=[_family(*one) for one in _both(table, "null", "statistic")])
    for key, part in families.groupby([*_TEST, "tests"], sort=False):
        worst = int(part["aware"].to_numpy().argmax())
        rows.append(
            [
                *key,
                int(part["worlds"].max()),
                len(part),
                round(100 * part["naive"].mean(), 1),
                round(100 * part["aware"].mean(), 1),
                round(100 * part["aware"].iloc[worst], 1),
                part["statistic"].iloc[worst],
            ]
        )
    return pd.DataFrame(rows, columns=columns)


def _both(table: pd.DataFrame, one: str, other: str) -> list[tuple[str, str]]:
    return list(zip(table[one].astype(str), table[other].astype(str), strict=True))


def _family(null: str, statistic: str) -> str:
    if null == "same truth":
        return "pairs of two views" if statistic.startswith("pairs ") else "two views"
    if statistic in CONNECTED_TRIADS:
        return "motifs"
    return "rich clubs" if statistic.startswith("rich club") else statistic


def power(table: pd.DataFrame) -> pd.DataFrame:
    """Percent of worlds in which what is planted is found, and the ratio of the two tests.

    Of loops the feed-forward loop, of traces all statistics; those that the naive test finds in 50 to
    95 % of the worlds. ``error`` is the standard error of the ratio, from how often one test alone cries.
    """
    import pandas as pd

    columns = ["truth", "setting", "planted", "statistic", "worlds", "naive", "aware"]
    columns += ["aware_over_naive", "error"]
    if table.empty:
        return pd.DataFrame(columns=columns)
    naive, aware, both = (table[key].to_numpy(np.float64) for key in ("naive", "aware", "both"))
    loops = table["planted"].str.endswith("loops").to_numpy()
    asked = ~loops | (table["statistic"] == "030T").to_numpy()
    asked &= (naive >= _POWER_FROM) & (naive <= _POWER_TO)
    apart = (naive - both) + (aware - both) - (naive - aware) ** 2
    error = np.sqrt(np.maximum(apart, 0.0) / table["worlds"].to_numpy()) / np.maximum(naive, 0.01)
    ratio = np.divide(aware, naive, out=np.full(len(naive), np.nan), where=naive > 0)
    shown = table.assign(
        naive=(100 * naive).round(1),
        aware=(100 * aware).round(1),
        aware_over_naive=ratio.round(3),
        error=error.round(3),
    )
    return shown[asked][columns].reset_index(drop=True)


def verdicts(report: Report) -> pd.DataFrame:
    """What the validation asks for beside what it found, criterion by criterion.

    ``wanted`` and ``found`` are in words. ``held`` allows two Monte Carlo standard errors for each
    number; "not run" where nothing was, "so far" where it held in fewer worlds than 1,000 for intervals
    or 200 for tests.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []

    def row(
        what: str,
        wanted: str,
        inside: NDArray[np.bool_],
        worst: str,
        worlds: NDArray[Any],
        enough: int = _ENOUGH,
    ) -> None:
        found, held = "", "not run"
        if len(inside):
            found = f"{int(inside.sum()):,} of {len(inside):,}; {worst}"
            held = "no" if not inside.all() else "so far" if worlds.min() < enough else "yes"
        number = f"{worlds.min():,} to {worlds.max():,}" if len(worlds) else ""
        rows.append(
            {"criterion": what, "wanted": wanted, "found": found, "worlds": number, "held": held}
        )

    for name, table in (("corrected", report.coverage), ("imputed", report.imputed)):
        for rates in ("known", "fitted"):
            kept = table[table["setting"].isin(PAIRWISE) & (table["rates"] == rates)]
            worlds = kept["worlds"].to_numpy()
            found = kept["coverage"].to_numpy(np.float64) if len(kept) else np.empty(0)
            slack = 2 * np.sqrt(0.95 * 0.05 / np.maximum(worlds.astype(float), 1))
            inside = (found >= 0.93 - slack) & (found <= 0.97 + slack)
            span = f"{100 * found.min():.1f} to {100 * found.max():.1f} %" if len(found) else ""
            row(f"coverage, {name}, rates {rates}", "93 to 97 %", inside, span, worlds)
    biases = bias(report.coverage)
    known = biases[biases["worst_ratio"].notna()]
    ratio = known["worst_ratio"].to_numpy(np.float64)
    most = f"at most {ratio.max():.3f}" if len(ratio) else ""
    inside = ratio - 2 * known["error"].to_numpy(np.float64) <= 0.1
    row("bias over naive bias", "at most 0.1", inside, most, known["worlds"].to_numpy())
    cells = false_alarms(report.false_alarms)
    aware = cells["aware"].to_numpy(np.float64)
    # Tests of one family go together, as if there were some four independent ones in it.
    number = np.minimum(cells["number"].to_numpy(np.float64), 4.0) * cells["worlds"].to_numpy()
    error = 2 * 100 * np.sqrt(0.05 * 0.95 / np.maximum(number, 1.0))
    inside = (aware >= 3.5 - error) & (aware <= 6.5 + error)
    span = f"{aware.min():.1f} to {aware.max():.1f} %" if len(aware) else ""
    of_tests = cells["worlds"].to_numpy()
    row("false alarms, aware", "3.5 to 6.5 %", inside, span, of_tests, _ENOUGH_TESTS)
    ratios = power(report.power)
    free = ratios[ratios["setting"] == "vanishing"]
    kept_power = free["aware_over_naive"].to_numpy(np.float64)
    inside = kept_power + 2 * free["error"].to_numpy(np.float64) >= 0.9
    least = f"at least {kept_power.min():.2f}" if len(free) else ""
    of_tests = free["worlds"].to_numpy()
    row("power without errors", "0.9 of naive", inside, least, of_tests, _ENOUGH_TESTS)
    exact = report.brute_force[["error_of_counts", "error_of_covariances"]].to_numpy().ravel()
    everything = np.full(len(exact), 4096)
    row("all graphs of four", "below 1e-9", exact < 1e-9, f"{exact.max():.1e}", everything)
    return pd.DataFrame(rows)


def tables(report: Report) -> dict[str, pd.DataFrame]:
    """Every table with its title, in the order of the page."""
    return {
        "What is asked for, and whether it held": verdicts(report),
        "Bias of the corrected triad counts, as a share of the naive bias": bias(report.coverage),
        "Percent of worlds whose 95 % interval holds the truth: mean (least to most)": by_kind(
            report.coverage
        ),
        "The same over posterior draws": by_kind(report.imputed),
        "False alarms of tests at 5 %, in percent": false_alarms(report.false_alarms),
        "Power": power(report.power),
        "Where an assumption is broken: what it costs": damage(report.coverage),
        "Left out": report.left_out,
    }


def markdown(report: Report) -> str:
    """All tables as a page shows them."""
    parts = []
    for title, table in tables(report).items():
        if not len(table):
            continue
        lines = [f"### {title}", ""]
        lines.append(
            "| " + " | ".join(str(name).replace("_", " ") for name in table.columns) + " |"
        )
        lines.append("|" + "---|" * len(table.columns))
        for values in table.astype(object).itertuples(index=False, name=None):
            lines.append("| " + " | ".join(map(_shown, values)) + " |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.3g}"
    return str(value)
