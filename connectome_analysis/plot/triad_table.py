"""Triad table: the table of `motifs.significance` as the plots read it, checked."""

from __future__ import annotations

import pandas as pd

from ..motifs.triads import CONNECTED_TRIADS, TRIAD_NAMES
from .given_table import fact, require_columns

_COLUMNS = ("observed", "null_mean", "null_sd", "null_low", "null_high", "ratio", "z", "q_value")


def triad_rows(table: pd.DataFrame, plot: str, *, connected_only: bool) -> pd.DataFrame:
    """Return one row per class drawn, in the usual order; a ValueError for any other table."""
    rows = require_columns(table, _COLUMNS, plot, "ca.motifs.significance")
    if "motif" in rows.columns:
        rows = rows.set_index("motif")
    unknown = [str(name) for name in rows.index if name not in TRIAD_NAMES]
    if unknown or not rows.index.is_unique:
        msg = (
            f"{plot} needs one row per MAN class, named in the index or a column 'motif'; "
            f"got {', '.join(unknown[:3]) or 'a class more than once'}."
        )
        raise ValueError(msg)
    wanted = CONNECTED_TRIADS if connected_only else TRIAD_NAMES
    rows = rows.loc[[name for name in wanted if name in rows.index]]
    if rows.empty:
        msg = f"{plot} got a table without {'connected ' if connected_only else ''}triads."
        raise ValueError(msg)
    return rows


def dataset_name(table: pd.DataFrame) -> str:
    """Name of the graph a table is about; empty where the table has forgotten it."""
    return str(fact(table, "graph") or "")


def null_in_words(table: pd.DataFrame) -> str:
    """Null model and number of samples, as a title says it: ``1,000 configuration nulls``."""
    model, samples = fact(table, "null_model"), fact(table, "n_samples")
    words = [f"{int(samples):,}"] if samples is not None else []
    words += [str(model).replace("_", " ")] if model is not None else []
    return " ".join([*words, "nulls"])
