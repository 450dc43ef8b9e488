"""Verdicts: a graph held against a null model with and without the errors of its reconstruction."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .beside_null import false_discovery
from .ensemble import Ensemble

if TYPE_CHECKING:
    import pandas as pd

    from ..errors.error_model import ErrorModel

LEVEL = 0.05
# So many rows are named in a warning.
_NAMED = 8


def with_aware(
    table: pd.DataFrame,
    nulls: Ensemble,
    *,
    one_sided: bool = False,
    value: str = "observed",
) -> pd.DataFrame:
    """Put what an error-aware ensemble found beside a table that has the plain one.

    Parameters
    ----------
    table : DataFrame
        With a column `value`, ``null_mean`` and ``q_value``, one row for each entry of the
        statistic.
    nulls : Ensemble
        Error-aware.
    one_sided : bool
        Whether only values above the null count.
    value : str

    Returns
    -------
    DataFrame
        With ``aware_observed`` where the ensemble is of fewer edges, ``aware_null_mean``, ``aware_null_sd``, ``aware_null_low``, ``aware_null_high``,
        ``aware_z``, ``aware_p_value``, ``aware_q_value``, with a verdict ``aware_verdict``, and
        ``verdict_changes``, see `changes`.
    """
    result = nulls.comparison
    columns: dict[str, Any] = {}
    if not np.array_equal(nulls.observed, table[value].to_numpy(), equal_nan=True):
        columns["aware_observed"] = nulls.observed
    p_value = result.p_over if one_sided else result.p_value
    q_value = false_discovery(p_value)
    columns |= {
        "aware_null_mean": result.mean,
        "aware_null_sd": result.sd,
        "aware_null_low": result.low,
        "aware_null_high": result.high,
        "aware_z": result.z,
        "aware_p_value": p_value,
        "aware_q_value": q_value,
    }
    if nulls.verdict is not None:
        columns["aware_verdict"] = nulls.verdict
    both = table.assign(**columns)
    return both.assign(
        verdict_changes=changes(both, value, one_sided=one_sided, aware_samples=nulls.n_samples)
    )


def changes(
    table: pd.DataFrame,
    value: str = "observed",
    *,
    one_sided: bool = False,
    aware_samples: int | None = None,
) -> NDArray[np.bool_]:
    """Which rows of a table with both comparisons have another verdict in one than in the other.

    Significant at 5 % by q-value in one comparison only, or in opposite directions. Where p is the least that
    so many samples can give and q is above 5 % all the same, the samples are too few for a verdict, and
    none has changed.

    Parameters
    ----------
    table : DataFrame
        With ``p_value``, ``q_value``, ``null_mean``, ``n_samples`` and the same of ``aware_``.
    value : str
        Column of what was observed.
    one_sided : bool
        Whether p-values are.
    aware_samples : int, optional
        Drawn with errors, where these are not ``n_samples``.
    """
    samples = table["n_samples"].to_numpy(np.float64)
    seen = "aware_observed" if "aware_observed" in table else value
    verdicts, open_ = [], np.zeros(len(table), dtype=bool)
    for which, observed, drawn in (
        ("", value, samples),
        ("aware_", seen, samples if aware_samples is None else float(aware_samples)),
    ):
        p_value, q_value, mean = (
            table[f"{which}{name}"].to_numpy(np.float64)
            for name in ("p_value", "q_value", "null_mean")
        )
        least = (1 if one_sided else 2) / (drawn + 1)
        verdicts.append(_direction(q_value, table[observed].to_numpy(np.float64) - mean))
        open_ |= (p_value <= least * (1 + 1e-9)) & (q_value > LEVEL)
    differ: NDArray[np.bool_] = (verdicts[0] != verdicts[1]) & ~open_
    return differ


def _direction(
    q_value: NDArray[np.float64], difference: NDArray[np.float64]
) -> NDArray[np.float64]:
    """1 where significantly larger than the null, -1 where smaller, 0 where neither."""
    result: NDArray[np.float64] = np.where(q_value <= LEVEL, np.sign(difference), 0.0)
    return result


def note_errors(table: pd.DataFrame, model: ErrorModel, nulls: Ensemble, what: str) -> None:
    """Write the error model into a table's attrs, and warn of the rows whose verdict changes.

    Parameters
    ----------
    what : str
        What the rows are, one and many: "motif/motifs".
    """
    from ..errors.verdict_warning import PairsAloneWarning, VerdictWarning
    from .error_aware import PAIRS_ALONE

    table.attrs |= {
        "error_model": repr(model),
        "aware_keeps": nulls.keeps,
        "aware_proposals_per_sample": nulls.mixing.proposals,
        "aware_accepted_per_sample": nulls.mixing.accepted,
        "aware_original_edges_kept": nulls.mixing.edges_kept,
    }
    if model.fragments:
        said = PAIRS_ALONE.removeprefix("; ")
        table.attrs["error_model_part"] = said
        warnings.warn(f"{said[0].upper()}{said[1:]}.", PairsAloneWarning, stacklevel=3)
    changed = [str(name) for name in table.index[table["verdict_changes"]]]
    if changed:
        one, many = what.split("/")
        more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
        warnings.warn(
            f"With the errors of the reconstruction in the null, the verdict at {LEVEL:.0%} changes "
            f"for {len(changed)} {one if len(changed) == 1 else many}: "
            f"{', '.join(changed[:_NAMED])}{more}. See the columns q_value and aware_q_value.",
            VerdictWarning,
            stacklevel=3,
        )
