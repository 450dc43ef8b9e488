"""Evidence: the numbers a fitted error model rests on, and how well it describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Evidence:
    """What a model was fitted to.

    Kept with the model in memory as ``model.evidence``; files hold the rates only.

    Attributes
    ----------
    fitted_to : str
        In words.
    numbers : mapping of str to float
        Counts behind the rates, and measures of fit.
    table : DataFrame or None
        Observed beside expected, one row per class of pairs.
    notes : tuple of str
        What was left out, assumed or found not to fit; empty where there is nothing to say.

    Examples
    --------
    >>> print(Evidence("replicates", {"n_pairs": 6}, notes=("Two neurons are in one graph only.",)))
    fitted to replicates: n_pairs 6. Two neurons are in one graph only.
    """

    fitted_to: str
    numbers: Mapping[str, float]
    table: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        numbers = ", ".join(f"{name} {_shown(value)}" for name, value in self.numbers.items())
        return " ".join([f"fitted to {self.fitted_to}: {numbers}.", *self.notes])


def _shown(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.4g}"
