"""Tables: rows of the benchmark as the tables that plots and other functions take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

_BESIDE = (
    "observed",
    "null_mean",
    "null_sd",
    "null_low",
    "null_high",
    "ratio",
    "z",
    "p_value",
    "q_value",
    "null_model",
    "n_samples",
)


def rows_of(
    numbers: pd.DataFrame, dataset: str, null_model: str, kind: str, error_model: str = ""
) -> pd.DataFrame:
    """Rows of one dataset, null and kind."""
    chosen = (
        (numbers["dataset"] == dataset)
        & (numbers["null_model"] == null_model)
        & (numbers["error_model"] == error_model)
        & (numbers["kind"] == kind)
    )
    return numbers[chosen]


def as_significance(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of motifs as `ca.motifs.significance` gives them."""
    import pandas as pd

    from connectome_analysis.motifs import TRIADS, classes

    table = rows[list(_BESIDE)].copy()
    table.index = pd.Index(rows["name"].to_numpy(object), name="motif", dtype=object)
    table["observed"] = table["observed"].astype(np.int64)
    kind = str(rows["kind"].iloc[0]) if len(rows) else "triad"
    if kind == "triad":
        plain = [TRIADS[name].plain_name for name in table.index]
    elif kind == "four_node":
        plain = classes(4).loc[table.index, "plain_name"].tolist()
    else:
        plain = [TRIADS[name.partition("(")[0]].plain_name for name in table.index]
    table.insert(0, "plain_name", plain)
    return _with_facts(table, rows, size=4 if kind == "four_node" else 3)


def as_naive_and_aware(naive: pd.DataFrame, aware: pd.DataFrame) -> pd.DataFrame:
    """Rows of one kind under a null and under the same null seen with errors, side by side."""
    from connectome_analysis.null_models.verdicts import changes

    table = as_significance(naive)
    beside = aware.set_index("name")
    for name in ("null_mean", "null_sd", "null_low", "null_high", "z", "p_value", "q_value"):
        table[f"aware_{name}"] = beside[name].reindex(table.index).to_numpy()
    table["verdict_changes"] = changes(table)
    return table


def as_rich_club(rows: pd.DataFrame, curve: pd.DataFrame) -> pd.DataFrame:
    """Rows of a rich club beside its curve (`ca.rich_club` without a null), as with one."""
    beside = rows.set_index(rows["name"].astype(np.int64)).reindex(curve.index)
    table = curve.copy()
    for name in ("null_mean", "null_sd", "null_low", "null_high"):
        table[name] = beside[name]
    for end in ("", "_low", "_high"):
        table[f"phi_normalized{end}"] = beside[f"ratio{end}"]
    # None in any sample: the ratio has no value, as in ca.rich_club.
    table["phi_normalized"] = table["phi_normalized"].replace(np.inf, np.nan)
    for name in ("p_value", "q_value", "null_model", "n_samples"):
        table[name] = beside[name]
    return _with_facts(table, rows)


def _with_facts(table: pd.DataFrame, rows: pd.DataFrame, **more: Any) -> pd.DataFrame:
    if len(rows):
        first = rows.iloc[0]
        table.attrs |= {
            "graph": str(first["dataset"]),
            "null_model": str(first["null_model"]),
            "keeps": str(first["keeps"]),
            "n_samples": int(first["n_samples"]),
            "seed": int(first["seed"]),
            "proposals_per_sample": int(first["proposals"]),
            "accepted_per_sample": int(first["accepted"]),
            "original_edges_kept": float(first["edges_kept"]),
        }
    table.attrs |= more
    return table
