"""Compared: two views of one truth, each with errors of its own, tested for a difference that is not there."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from ..comparison.compare_pairs import compare_pairs
from ..comparison.compare_two import compare
from ..verdict_warning import VerdictWarning
from .cells import Cell
from .seen import seen_of
from .settings import fitted, settings
from .truths import truth

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

# The null of this one is another: that the graphs themselves are draws.
_OTHER_NULL = "connection_probability"


def worlds_of(cell: Cell) -> Callable[[np.random.Generator], pd.DataFrame]:
    """Make what runs one world of a cell.

    The first view has the errors of the cell's setting, the second those of "even".

    Returns
    -------
    callable
        Given a random stream, a DataFrame with one row per measure, ``statistic``, ``naive``,
        ``aware``, p-values; of `compare_pairs` ("pairs only in a") there is no naive one.
    """
    import pandas as pd

    g = truth(cell.truth)
    models = [settings(g)[name].assumed for name in (cell.setting, "even")]

    def one(rng: np.random.Generator) -> pd.DataFrame:
        a, b = (seen_of(g, model, rng) for model in models)
        of_a, of_b = (fitted(m, rng) if cell.rates == "fitted" else m for m in models)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", VerdictWarning)
            whole = compare(a, b, of_a, of_b, n_jobs=1).drop(index=_OTHER_NULL)
        table = pd.DataFrame(
            {
                "statistic": whole.index.to_numpy(),
                "naive": whole["naive_p_value"].to_numpy(),
                "aware": whole["p_value"].to_numpy(),
            }
        )
        if cell.rates == "known":  # pairs take the rates as known
            pairs = compare_pairs(a, b, of_a, of_b)
            names = [f"pairs {name.replace('_', ' ')}" for name in pairs.index]
            more = pd.DataFrame(
                {"statistic": names, "naive": np.nan, "aware": pairs["p_value"].to_numpy()}
            )
            table = pd.concat([table, more], ignore_index=True)
        return table.assign(aware=table["aware"].fillna(1.0))

    return one
