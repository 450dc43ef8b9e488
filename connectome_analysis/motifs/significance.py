"""Significance: which motifs are over- or under-represented, against a null that says what it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from ..graph import require_graph
from ..null_models.beside_null import beside_null, false_discovery
from ..null_models.ensemble import Ensemble, Progress, ensemble, part_of
from ..null_models.error_aware import RATE_DRAWS
from ..null_models.sample import NullModelName
from ..null_models.verdicts import changes, note_errors, with_aware
from ..null_models.workers import Statistic
from ..random_streams import Seed, seed_number
from .statistics import ColoredTriadCounts, four_node_counts, triad_counts
from .triads import TRIAD_NAMES, TRIADS

if TYPE_CHECKING:
    import distributed
    import pandas as pd

    from ..errors.error_model import ErrorModel
    from ..graph import Graph


# 300,000 colored classes, some 300 MB while samples come in.
_MOST_COLORS = 32


def significance(
    g: Graph,
    null_model: NullModelName = "configuration",
    n_samples: int = 1000,
    *,
    size: Literal[3, 4] = 3,
    colors: str | ArrayLike | None = None,
    rng: Seed = 0,
    n_jobs: int | None = None,
    client: distributed.Client | None = None,
    decide_at: float | None = None,
    progress: Progress | None = None,
    error_model: ErrorModel | None = None,
    rate_draws: int = RATE_DRAWS,
    **options: Any,
) -> pd.DataFrame:
    """Compare how often each motif occurs with how often it does in graphs drawn from a null model.

    Samples are counted as they are drawn and none is stored.

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    null_model : str
        One of the seven of `connectome_analysis.null_models`. The plain configuration model does
        not keep mutual pairs, so in a graph richer in them than chance every motif that has one
        stands out; ``"reciprocal_configuration"`` keeps them.
    n_samples : int
        The smallest p-value that can be seen is 2 / (n_samples + 1). With 40 for each motif tested, 640
        for the 16 triads, one that alone stands out has a q-value below 5 %; with fewer several must.
    size : {3, 4}
        Neurons of a motif: the 16 triad classes, or the 199 connected classes of four.
    colors : str or (N,) array, optional
        Column of ``g.nodes`` or labels, see `colored_census`: every combination of colors is a
        motif of its own. Size 3 only; neurons keep their colors in the null.
    rng : int, Generator or None
        The same seed gives the same numbers on any number of threads and workers.
    n_jobs : int, optional
        Threads; by default all processors this process may use.
    client : distributed.Client, optional
        Dask cluster on which to draw and count the samples; the numbers are the same.
    decide_at : float, optional
        Stop before `n_samples` once it is known for every motif on which side of this level its
        two-sided p-value lies, wrongly with a probability of at most 0.002 each (Gandy 2009,
        doi:10.1198/jasa.2009.tm08368). Adds the column ``verdict``.
    progress : callable, optional
        Called after each sample with the number done and the number of all.
    error_model : ErrorModel, optional
        Errors of the reconstruction that `g` comes from. Counts are then also held against graphs of the
        null as a reconstruction with these errors would show them, given what the null keeps of `g`;
        not for the nulls ``"spatial"`` and ``"weights"``. A `VerdictWarning` names the motifs whose verdict at
        5 % changes. Splits and merges are left out of the null, which a warning says.
    rate_draws : int
        Where the rates are uncertain, so many models are drawn from their uncertainty, and each
        sample takes one of them; 0 takes the rates as they are.
    **options
        For the null model, for instance ``proposals_per_edge``, or ``groups`` of ``"block"``.

    Returns
    -------
    DataFrame, one row per motif, index ``motif``
        ``plain_name``; ``observed``; ``null_mean``, ``null_sd``, ``null_low``, ``null_high``
        (2.5th and 97.5th percentile); ``ratio`` observed / null_mean; ``z``; ``p_value``
        (empirical, two-sided, +1 rule); ``q_value`` (Benjamini and Hochberg 1995 over the rows);
        with `decide_at` ``verdict``: "over", "under", "no", or "open" where the samples did not
        suffice; ``null_model`` and ``n_samples``. With colors also ``triad``, ``color_a``,
        ``color_b`` and ``color_c``, and only motifs seen in the graph or in a sample. With
        `error_model` also ``aware_null_mean``, ``aware_null_sd``, ``aware_null_low``,
        ``aware_null_high``, ``aware_z``, ``aware_p_value``, ``aware_q_value`` against the null with
        errors, and ``verdict_changes``; for triads without colors ``estimate``, ``estimate_low``,
        ``estimate_high``, the counts corrected for errors. ``attrs`` holds the seed, what the null
        keeps, how far its samples mixed, and the error model in words.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> table = ca.motifs.significance(g, n_samples=200, rng=0)
    >>> int(table.loc["030T", "observed"]), bool(table.loc["300", "z"] > 20)
    (1453, True)
    """
    require_graph(g)
    if null_model == "weights":
        msg = (
            "The null 'weights' leaves the wiring as it is, so every count stays the same; hold a "
            "weighted measure against it with null_models.against(g, measure, 'weights')."
        )
        raise ValueError(msg)
    motifs, statistic = _what_to_count(g, size, colors)

    def against_null(model: ErrorModel | None, part: int, parts: int) -> Ensemble:
        return ensemble(
            g,
            null_model,
            statistic,
            n_samples,
            rng=seed,
            n_jobs=n_jobs,
            client=client,
            decide_at=decide_at,
            progress=part_of(progress, part, parts),
            error_model=model,
            rate_draws=rate_draws,
            **options,
        )

    seed = seed_number(rng)
    parts = 1 if error_model is None else 2
    aware = None if error_model is None else against_null(error_model, 0, parts)
    nulls = against_null(None, parts - 1, parts)
    table = beside_null(motifs, nulls)
    if aware is not None:
        table = with_aware(table, aware)
    if colors is not None:
        table = _seen(table, aware)
    table.attrs.update({"graph": g.name, "size": size} | nulls.provenance())
    if error_model is not None and aware is not None:
        if size == 3 and colors is None:
            table = _with_estimates(table, g, error_model)
        note_errors(table, error_model, aware, "motif/motifs")
    return table


def _seen(table: pd.DataFrame, aware: Ensemble | None) -> pd.DataFrame:
    """Rows of colored motifs that occur in the graph or in a sample, q-values over these."""
    occurs = (table["observed"] > 0) | (table["null_mean"] > 0)
    if aware is None:
        kept = table[occurs].copy()
        kept["q_value"] = false_discovery(kept["p_value"].to_numpy())
        return kept
    kept = table[occurs | (table["aware_null_mean"] > 0)].copy()
    kept["q_value"] = false_discovery(kept["p_value"].to_numpy())
    kept["aware_q_value"] = false_discovery(kept["aware_p_value"].to_numpy())
    kept["verdict_changes"] = changes(kept, aware_samples=aware.n_samples)
    return kept


def _with_estimates(table: pd.DataFrame, g: Graph, error_model: ErrorModel) -> pd.DataFrame:
    """Put counts corrected for errors beside the counts observed."""
    from ..errors.correction.corrected_triads import debias_triad_census

    corrected = debias_triad_census(g, error_model=error_model)
    return table.assign(
        estimate=corrected["estimate"],
        estimate_low=corrected["low"],
        estimate_high=corrected["high"],
    )


def _what_to_count(
    g: Graph, size: int, colors: str | ArrayLike | None
) -> tuple[pd.DataFrame, Statistic]:
    """A row for each motif, and what counts them in that order."""
    import pandas as pd

    if size not in (3, 4):
        msg = f"size must be 3 or 4, got {size!r}; motifs.estimate samples larger motifs."
        raise ValueError(msg)
    if colors is not None:
        if size != 3:
            msg = f"Colored motifs have size 3, got {size!r}; leave colors out, or take size=3."
            raise ValueError(msg)
        return _colored(g, colors)
    if size == 4:
        from .classes import classes

        return classes(4)[["plain_name"]], four_node_counts
    plain = [TRIADS[name].plain_name for name in TRIAD_NAMES]
    index = pd.Index(TRIAD_NAMES, name="motif", dtype=object)
    return pd.DataFrame({"plain_name": plain}, index=index), triad_counts


def _colored(g: Graph, colors: str | ArrayLike) -> tuple[pd.DataFrame, Statistic]:
    import pandas as pd

    from .colored_classes import colored_classes, labels_of
    from .colors import node_colors

    given = node_colors(g, colors)
    count = len(given.labels)
    if count > _MOST_COLORS:
        msg = (
            f"Colored motifs are held against a null for up to {_MOST_COLORS} colors, got {count}; "
            "put cell types into fewer classes."
        )
        raise ValueError(msg)
    classes = colored_classes(count)
    names = np.array(given.labels, dtype=object)
    rows = pd.DataFrame(
        {
            "plain_name": [TRIADS[name].plain_name for name in classes["motif"]],
            "triad": classes["motif"].astype(object).to_numpy(),
        }
        | {column: names[classes[column]] for column in ("color_a", "color_b", "color_c")}
    )
    rows.index = pd.Index(labels_of(classes, given.labels), name="motif", dtype=object)
    return rows, ColoredTriadCounts(given.codes, count)
