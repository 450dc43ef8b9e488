"""Calibration: from features of a row to how often such rows are right, and a check that it holds.

Logistic regression (Platt 1999) on rows of volumes that the network was not trained on: the
confidence of a row is the chance that both partners of it are those of a true synapse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Calibration:
    """A logistic function of standardised features.

    Attributes
    ----------
    features : tuple of str
    mean, spread : (F,) float64
    weight : (F + 1,) float64
        The last is the constant.
    """

    features: tuple[str, ...]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    weight: NDArray[np.float64]

    def confidence(self, rows: pd.DataFrame) -> NDArray[np.float64]:
        """(R,) float64 in (0, 1): the chance that each row is right."""
        x = rows[list(self.features)].to_numpy(np.float64)
        z = np.clip((x - self.mean) / self.spread, -5, 5) @ self.weight[:-1] + self.weight[-1]
        return np.asarray(1 / (1 + np.exp(-np.clip(z, -30, 30))))

    def slope(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """(R,) float64: the linear part, without constant or mean; only differences mean something."""
        return np.asarray((features / self.spread) @ self.weight[:-1])

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        return {
            "features": list(self.features),
            "mean": self.mean.tolist(),
            "spread": self.spread.tolist(),
            "weight": self.weight.tolist(),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Calibration:
        """What `to_dict` gave."""
        return cls(
            tuple(values["features"]),
            np.array(values["mean"], float),
            np.array(values["spread"], float),
            np.array(values["weight"], float),
        )


def fit_calibration(
    rows: pd.DataFrame, is_right: ArrayLike, features: tuple[str, ...], *, ridge: float = 1.0
) -> Calibration:
    """Fit a calibration by penalised maximum likelihood.

    Parameters
    ----------
    rows : DataFrame
        Candidates, with columns `features`.
    is_right : (R,) bool
    features : tuple of str
    ridge : float
        Penalty on squared weights of standardised features, so that few rows give no certainty.

    Raises
    ------
    ValueError
        Where all rows are right, or none is.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"score": [0.1, 0.2, 0.3, 0.7, 0.8, 0.9]})
    >>> fit = fit_calibration(rows, [0, 0, 1, 0, 1, 1], ("score",))
    >>> bool(fit.confidence(rows)[-1] > 0.6 > 0.4 > fit.confidence(rows)[0])
    True
    """
    y = np.asarray(is_right).astype(np.float64)
    if len(y) != len(rows) or not 0 < y.sum() < len(y):
        msg = (
            f"calibration needs rows that are right and rows that are not, got {len(rows)} rows "
            f"of which {int(y.sum())} are right; lower the thresholds of the candidates."
        )
        raise ValueError(msg)
    x = rows[list(features)].to_numpy(np.float64)
    mean, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-9)
    design = np.column_stack([np.clip((x - mean) / spread, -5, 5), np.ones(len(y))])
    penalty = np.full(design.shape[1], ridge)
    penalty[-1] = 0.0
    weight = np.zeros(design.shape[1])
    for _ in range(100):  # Newton's method
        p = 1 / (1 + np.exp(-np.clip(design @ weight, -30, 30)))
        slope = design.T @ (y - p) - penalty * weight
        bend = (design * (p * (1 - p))[:, None]).T @ design + np.diag(penalty + 1e-9)
        step = np.linalg.solve(bend, slope)
        weight = weight + step
        if np.abs(step).max() < 1e-10:
            break
    return Calibration(features, mean, spread, weight)


def reliability(confidence: ArrayLike, is_right: ArrayLike, *, n_bins: int = 5) -> pd.DataFrame:
    """Set what was said beside what was so, in bins of equal numbers of rows.

    Returns
    -------
    DataFrame
        ``n``, ``confidence`` (mean said), ``right`` (share that is so) per bin; the attribute
        ``attrs["calibration_error"]`` is the mean of their absolute difference over rows.

    Examples
    --------
    >>> table = reliability([0.1, 0.1, 0.9, 0.9], [0, 0, 1, 1], n_bins=2)
    >>> table["right"].tolist(), round(table.attrs["calibration_error"], 3)
    ([0.0, 1.0], 0.1)
    """
    import pandas as pd

    said, so = np.asarray(confidence, float), np.asarray(is_right).astype(float)
    order = np.argsort(said, kind="stable")
    bins = [part for part in np.array_split(order, n_bins) if len(part)]
    table = pd.DataFrame(
        {
            "n": [len(part) for part in bins],
            "confidence": [float(said[part].mean()) for part in bins],
            "right": [float(so[part].mean()) for part in bins],
        }
    )
    apart = (table["confidence"] - table["right"]).abs()
    table.attrs["calibration_error"] = (
        float(np.average(apart, weights=table["n"])) if len(table) else float("nan")
    )
    return table
