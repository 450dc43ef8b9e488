"""Naive and aware: what a test says without and with the errors of the reconstruction, for a screen."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .output import console

if TYPE_CHECKING:
    import pandas as pd

    import connectome_analysis as ca

_LEVEL = 0.05
# Narrower screens have no room for plain names beside both comparisons.
_WIDE = 130


@contextmanager
def warnings_as_words(*more: type[Warning]) -> Iterator[list[str]]:
    """Collect what an error-aware test warns of, and `more`, instead of printing it; others go on."""
    from connectome_analysis.errors import (
        PairsAloneWarning,
        RatesWarning,
        SameThresholdWarning,
        VerdictWarning,
    )

    known = (VerdictWarning, PairsAloneWarning, RatesWarning, SameThresholdWarning)
    ours: tuple[type[Warning], ...] = (*known, *more)
    said: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield said
    for one in caught:
        if issubclass(one.category, ours):
            if str(one.message) not in said:
                said.append(str(one.message))
        else:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)


def side_by_side(table: pd.DataFrame, value: str = "observed") -> pd.DataFrame:
    """The columns a reader needs to see the two verdicts of each row, and the count corrected.

    Parameters
    ----------
    table : DataFrame
        Of a test with an error model.
    value : str
        Column that is held against the null.
    """
    import pandas as pd

    named = ("plain_name",) if console().width >= _WIDE else ()
    columns: dict[str, Any] = {
        name: table[name] for name in (*named, "n_neurons", value) if name in table
    }
    if "estimate" in table:
        columns["corrected"] = table["estimate"].round() + 0.0  # no "-0"
        columns["95 %\ninterval"] = [
            f"{low:,.0f}\N{EN DASH}{high:,.0f}"
            for low, high in zip(table["estimate_low"], table["estimate_high"], strict=True)
        ]
    for prefix, said in (("", "naive"), ("aware_", "aware")):
        if "z" in table:
            columns[f"{said}\nz"] = table[f"{prefix}z"]
        else:
            mean = table[f"{prefix}null_mean"]
            columns[f"{said}\nratio"] = table[value] / mean.where(mean > 0)
        columns[f"{said}\nq"] = table[f"{prefix}q_value"]
    columns["verdict"] = _verdicts(table, value)
    return pd.DataFrame(columns, index=table.index)


FORMATS = {
    "corrected": ",.0f",
    "naive\nz": ".1f",
    "aware\nz": ".1f",
    "naive\nratio": ".3f",
    "aware\nratio": ".3f",
    "naive\nq": ".3f",
    "aware\nq": ".3f",
}


def _verdicts(table: pd.DataFrame, value: str) -> list[str]:
    words = []
    for row in table.to_dict("records"):
        naive, aware = (
            "no"
            if row[f"{which}q_value"] > _LEVEL or seen == row[f"{which}null_mean"]
            else "over"
            if seen > row[f"{which}null_mean"]
            else "under"
            for which, seen in (("", row[value]), ("aware_", row.get("aware_observed", row[value])))
        )
        words.append(naive if naive == aware else f"{naive} \N{RIGHTWARDS ARROW} {aware}")
    return words


def print_what_it_rests_on(model: ca.errors.ErrorModel, said: list[str]) -> None:
    """Print the error model in words, where its rates come from, and what a reader must know."""
    screen = console()
    screen.print(f"{model!r}", soft_wrap=True, markup=False)
    if model.source:
        screen.print(f"Source: {model.source}", soft_wrap=True, markup=False)
    for one in said:
        screen.print(f"Warning: {one}", style="bold", soft_wrap=True, markup=False)


def other_threshold(model: ca.errors.ErrorModel, g: ca.Graph) -> list[str]:
    """Say so where the rates are those of another threshold than the graph's."""
    given = model.name or model.min_synapses > 1
    if not (given and model.of_connections and g.n_edges and g.weight_meaning == "synapses"):
        return []
    weakest = int(g.weights.min())
    if weakest == model.min_synapses:
        return []
    way_out = (
        f"give --min-synapses {model.min_synapses}"
        if weakest < model.min_synapses
        else "take rates of that threshold"
    )
    said = (
        f"The rates are those of connections of {model.min_synapses} synapses or more, the weakest of "
        f"this graph has {weakest}; {way_out}."
    )
    return [said]
