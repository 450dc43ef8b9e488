"""Rich-club range: at which degrees the curve lies above its null, and where that begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def rich_club_range(
    table: pd.DataFrame, *, level: float = 0.05, least_ratio: float = 1.0
) -> pd.DataFrame:
    """Find the runs of degrees k at which hubs are joined more than the null asks for.

    Parameters
    ----------
    table : DataFrame
        From `rich_club` with a null model.
    level : float
        A degree belongs to a run where ``q_value`` is at most this: over all its degrees together,
        that share may be there by chance.
    least_ratio : float
        ... and ``phi_normalized`` is above this; Lin et al. 2024 (doi:10.1038/s41586-024-07968-y)
        ask for 1.01.

    Returns
    -------
    DataFrame, one row per run, ascending
        ``onset`` and ``end``, the first and last k of the run; ``n_neurons_at_onset`` and
        ``n_neurons_at_end``, with degree above them; ``peak_k`` and ``peak_ratio``, where
        phi over its null mean is largest. No row where there is no such degree.

    Raises
    ------
    ValueError
        Where the table has no null, or the level is none.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> worm = ca.open("celegans-varshney2011").graph()
    >>> runs = rich_club_range(ca.rich_club(worm, n_samples=200))
    >>> bool(runs["onset"].iloc[0] < 30)
    True
    """
    import pandas as pd

    if "q_value" not in table.columns:
        msg = "The table has no null; make it with rich_club(g, null_model='configuration')."
        raise ValueError(msg)
    if not 0 < level < 1:
        msg = f"level must be between 0 and 1, for instance 0.05, got {level!r}."
        raise ValueError(msg)
    found = (table["q_value"] <= level) & (table["phi_normalized"] > least_ratio)
    k = table.index.to_numpy()[found.to_numpy()]
    rows = []
    for run in np.split(k, np.flatnonzero(np.diff(k) > 1) + 1):
        if len(run) == 0:
            continue
        ratios = table.loc[run, "phi_normalized"]
        rows.append(
            {
                "onset": int(run[0]),
                "end": int(run[-1]),
                "n_neurons_at_onset": int(table.loc[run[0], "n_neurons"]),
                "n_neurons_at_end": int(table.loc[run[-1], "n_neurons"]),
                "peak_k": int(ratios.idxmax()),
                "peak_ratio": float(ratios.max()),
            }
        )
    names = ["onset", "end", "n_neurons_at_onset", "n_neurons_at_end", "peak_k", "peak_ratio"]
    return pd.DataFrame(rows, columns=names)
