"""Fit precision and recall: error rates from a table of them, over all or region by region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ..could_touch import as_could_touch
from ..error_model import ErrorModel
from ..evidence import Evidence
from ..uncertainty import Uncertainty
from ..varying import PerGroup
from .binomial_share import binomial_share
from .false_rates import false_connections, false_synapses

Level = Literal["connections", "synapses"]


@dataclass(eq=False)
class _Row:
    group: Any
    recall: float
    precision: float
    per_pair: float | None
    false: float | None = None
    recall_variance: float | None = None
    precision_variance: float | None = None
    notes: list[str] = field(default_factory=list)


def fit_precision_recall(
    table: Any,
    *,
    by: str | None = None,
    level: Level = "connections",
    density: float | None = None,
    could_touch: Any = None,
    min_synapses: int = 1,
    connection_from: int | None = None,
    name: str = "",
    source: str = "",
) -> ErrorModel:
    """Turn precision and recall into an error model.

    ``beta = 1 - recall``. Precision becomes a rate of false connections only together with how
    many pairs are connected, ``alpha = recall density (1 - precision) / precision / (1 -
    density)``; for synapses ``false_rate = recall density (1 - precision) / precision`` with the
    number of true synapses per pair as density. Where the density is not known the false part is
    left out, and the model's source says so.

    Parameters
    ----------
    table : DataFrame, Series or mapping
        ``recall`` and ``precision``, from 0 to 1; one row, or one per group. Optional columns:
        ``n_true``, the verified connections (synapses) recall was measured on, and ``n_detected``,
        the detected ones precision was measured on, for the uncertainty; ``density``, true
        connections (synapses) per pair that could touch, or ``n_pairs``, the pairs among which
        `n_true` were found.
    by : str, optional
        Column of the table with the groups, which is also the column of the node table that says
        which neuron is in which: a rate is that of the sender's group.
    level : {"connections", "synapses"}
        What was counted.
    density : float, optional
        For all rows, in place of a column.
    could_touch : "all", str, mapping or DataFrame, optional
        Pairs the density is of. By default those of the same group with `by`, all pairs without.
    min_synapses, connection_from : int
        Thresholds of what was counted; `connection_from` is `min_synapses` where left out.

    Returns
    -------
    ErrorModel
        With `uncertainty` where there are counts. Recall and precision are taken as independent,
        and a density as exact.

    Raises
    ------
    ValueError
        Where a column is missing, a rate is not between 0 and 1, a group stands twice, or the
        numbers cannot belong together.

    Examples
    --------
    >>> model = fit_precision_recall({"precision": 0.8, "recall": 0.8, "density": 0.2})
    >>> round(model.alpha, 3), round(model.beta, 3)
    (0.05, 0.2)
    >>> import pandas as pd
    >>> regions = pd.DataFrame({"region": ["MB", "LH"], "precision": [0.9, 0.8],
    ...                         "recall": [0.9, 0.7], "n_true": [1000, 500]})
    >>> fit_precision_recall(regions, by="region").beta.rates
    {'MB': 0.1, 'LH': 0.3}
    """
    if level not in ("connections", "synapses"):
        msg = f'level must be "connections" or "synapses", got {level!r}.'
        raise ValueError(msg)
    rows = [_row(entry, by, level, density) for entry in _entries(table, by)]
    groups = [row.group for row in rows]
    if len(set(map(str, groups))) < len(groups):
        msg = f"{by} has a group more than once; give each group one row."
        raise ValueError(msg)
    with_false = all(row.false is not None for row in rows)
    notes = [note for row in rows for note in row.notes]
    if not with_false:
        what = "true connections" if level == "connections" else "true synapses"
        notes.append(
            f"False {level} are left out: precision alone does not say how often an empty pair is "
            f"seen as connected. density=... ({what} per pair that could touch) or a column n_pairs "
            "does."
        )
    missed = [1 - row.recall for row in rows]
    touch = as_could_touch(could_touch if could_touch is not None else (by or "all"))
    rates: dict[str, Any] = (
        {"beta": _rate(missed, groups, by)}
        if level == "connections"
        else {"recall": _rate([row.recall for row in rows], groups, by)}
    )
    if with_false:
        false = [float(row.false or 0.0) for row in rows]
        rates["alpha" if level == "connections" else "false_rate"] = _rate(false, groups, by)
    return ErrorModel(
        **rates,
        could_touch=touch if with_false else None,
        min_synapses=min_synapses,
        connection_from=min_synapses if connection_from is None else connection_from,
        uncertainty=_uncertainty(rows, by, level, with_false=with_false),
        name=name,
        source=" ".join(filter(None, [source, *dict.fromkeys(notes)])),
        evidence=Evidence(f"precision and recall of {level}", _numbers(rows), None, tuple(notes)),
    )


def _entries(table: Any, by: str | None) -> list[Mapping[str, Any]]:
    if hasattr(table, "columns") and hasattr(table, "to_dict"):
        if by is not None and by not in table.columns and table.index.name == by:
            table = table.reset_index()
        entries: list[Mapping[str, Any]] = table.to_dict("records")
    elif isinstance(table, Mapping) or hasattr(table, "to_dict"):
        one = table if isinstance(table, Mapping) else table.to_dict()
        entries = [one]
    else:
        msg = (
            "A table of precision and recall must be a DataFrame or a mapping, got "
            f"{type(table).__name__}."
        )
        raise ValueError(msg)
    if not entries:
        msg = "The table of precision and recall has no rows."
        raise ValueError(msg)
    if by is None and len(entries) > 1:
        have = ", ".join(map(str, entries[0]))
        msg = (
            f"The table has {len(entries)} rows, and by= does not say which column names their "
            f"groups; it has {have}."
        )
        raise ValueError(msg)
    for entry in entries:
        lacking = [c for c in ("recall", "precision", *([by] if by else [])) if c not in entry]
        if lacking:
            msg = (
                f"The table lacks {', '.join(lacking)}; it has {', '.join(map(str, entry))}. "
                "Recall and precision are wanted."
            )
            raise ValueError(msg)
    return entries


def _row(entry: Mapping[str, Any], by: str | None, level: Level, density: float | None) -> _Row:
    group = entry[by] if by else None
    where = f" of {group}" if by else ""
    recall, precision = (_share(entry[c], f"{c}{where}") for c in ("recall", "precision"))
    n_true, n_detected, n_pairs = (
        _number(entry.get(c), f"{c}{where}") for c in ("n_true", "n_detected", "n_pairs")
    )
    per_pair = density if density is not None else _number(entry.get("density"), f"density{where}")
    if per_pair is None and n_pairs and n_true is not None:
        per_pair = n_true / n_pairs
    most = 1.0 if level == "connections" else np.inf
    if per_pair is not None and not 0 < per_pair < most:
        limit = "between 0 and 1" if level == "connections" else "above 0"
        msg = f"density{where} must be {limit}, got {per_pair!r}."
        raise ValueError(msg)
    if precision == 0:
        msg = f"precision{where} is 0: nothing detected is true, and no rate can be told."
        raise ValueError(msg)
    row = _Row(group, recall, precision, per_pair)
    if n_true is not None:
        row.recall, row.recall_variance = binomial_share(recall * n_true, n_true, "true ones")
        if 0 < recall < 1:
            row.recall = recall
    if n_detected is not None:
        _, row.precision_variance = binomial_share(
            precision * n_detected, n_detected, "detected ones"
        )
    if precision == 1.0:
        row.false = 0.0
    elif per_pair is not None:
        of = false_connections if level == "connections" else false_synapses
        row.false = of(row.recall, precision, per_pair)
    return row


def _share(given: Any, what: str) -> float:
    value = _number(given, what)
    if value is None or value > 1:
        percent = " It looks like a percentage; divide by 100." if value and value <= 100 else ""
        msg = f"{what} must be between 0 and 1, got {given!r}.{percent}"
        raise ValueError(msg)
    return value


def _number(given: Any, what: str) -> float | None:
    if given is None:
        return None
    try:
        value = float(given)
    except (TypeError, ValueError):
        value = np.nan
    if not (np.isfinite(value) and value >= 0):
        msg = f"{what} must be a number of at least 0, got {given!r}."
        raise ValueError(msg)
    return value


def _rate(values: list[float], groups: list[Any], by: str | None) -> float | PerGroup:
    rounded = [float(round(value, 15)) for value in values]  # 1 - 0.9 is not 0.1
    return rounded[0] if by is None else PerGroup(by, dict(zip(groups, rounded, strict=True)))


def _uncertainty(
    rows: list[_Row], by: str | None, level: Level, *, with_false: bool
) -> Uncertainty | None:
    names: list[str] = []
    blocks = []
    for row in rows:
        if row.recall_variance is None:
            continue
        group = f"[{row.group}]" if by else ""
        found = 1.0 if level == "synapses" else -1.0  # log odds of beta are those of recall, turned
        name = "recall" if level == "synapses" else "beta"
        jacobian = [[found, 0.0]]
        names.append(f"{name}{group}")
        if with_false and row.false and row.precision_variance is not None:
            # log alpha = log recall - log odds of precision + a constant
            up = 1.0 / (1.0 - row.false) if level == "connections" else 1.0
            jacobian.append([(1.0 - row.recall) * up, -up])
            names.append(f"{'alpha' if level == 'connections' else 'false_rate'}{group}")
        change = np.array(jacobian)
        spread = np.diag([row.recall_variance, row.precision_variance or 0.0])
        blocks.append(change @ spread @ change.T)
    if not blocks:
        return None
    covariance = np.zeros((len(names), len(names)))
    at = 0
    for block in blocks:
        covariance[at : at + len(block), at : at + len(block)] = block
        at += len(block)
    return Uncertainty(tuple(names), covariance)


def _numbers(rows: list[_Row]) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for row in rows:
        group = "" if row.group is None else f"[{row.group}]"
        numbers |= {f"recall{group}": row.recall, f"precision{group}": row.precision}
        if row.per_pair is not None:
            numbers[f"density{group}"] = row.per_pair
    return numbers
