"""Significance profiles: what many motifs say of each connectome together, on one scale for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from ..measures.choice import require_choice
from ..motifs.significance import significance
from ..motifs.triads import CONNECTED_TRIADS
from ..null_models.ensemble import part_of
from ..null_models.sample import NullModelName
from ..random_streams import Seed, seed_number
from ..whole_numbers import require_whole
from .given import Given, Many, models_by_name, named_graphs
from .imputed_profiles import ProfileOfDraw, imputed_profile
from .profile_vectors import Measure, abundances, of_unit_length, z_scores
from .profiles import MotifProfiles
from .raw_counts import warn_of_mixed_counts

if TYPE_CHECKING:
    import distributed
    import pandas as pd

    from ..errors.error_model import ErrorModel
    from ..null_models.ensemble import Progress

# Nulls that errors cannot be put into; see `motifs.significance`.
_WITHOUT_ERRORS = ("spatial",)
_DEFAULT_NULLS: tuple[NullModelName, ...] = ("configuration", "reciprocal_configuration")


def motif_profiles(
    connectomes: Many,
    nulls: NullModelName | Sequence[NullModelName] = _DEFAULT_NULLS,
    n_samples: int = 1000,
    error_models: Sequence[ErrorModel | None] | Mapping[str, ErrorModel] | None = None,
    *,
    size: Literal[3, 4] = 3,
    measure: Measure = "z",
    n_draws: int = 40,
    nulls_per_draw: int | None = None,
    level: float = 0.95,
    edge_type: str | None = "chemical",
    min_synapses: int | None = None,
    where: str | None = None,
    null_options: Mapping[str, Mapping[str, Any]] | None = None,
    rng: Seed = 0,
    n_jobs: int | None = None,
    client: distributed.Client | None = None,
    progress: Progress | None = None,
) -> MotifProfiles:
    """Significance profile of each connectome, against each null.

    A profile is the vector of the z-scores of all connected motifs, divided by its length (Milo et
    al. 2004, doi:10.1126/science.1089167), so that connectomes of any size can be compared.

    Parameters
    ----------
    connectomes : sequence, or mapping from names
        Each a `Connectome`, a `Graph`, a folder or the name of a bundled dataset.
    nulls : str or sequence of str
        Null models, see `connectome_analysis.null_models`. Milo's profiles are against one that
        keeps mutual pairs, ``"reciprocal_configuration"``; against ``"configuration"`` every motif
        with a mutual pair stands out where a connectome is rich in those.
    n_samples : int
        Graphs drawn from each null for each connectome.
    error_models : sequence or mapping from names, optional
        The errors of each reconstruction, or None. With one, a profile also stands against nulls
        with the same errors, and the profile of the true graph is imputed with an interval.
    size : {3, 4}
        The 13 connected triads, or the 199 connected classes of four neurons.
    measure : {"z", "ratio"}
        "ratio" takes (observed - mean) / (observed + mean + 4) in place of z: Milo's choice for
        four neurons, where z follows the size of the graph even within one family.
    n_draws : int
        True graphs drawn from the posterior for the interval; 40 at least for 95 %.
    nulls_per_draw : int, optional
        Nulls for each of these; a fifth of `n_samples`, and 100 at least, by default. Few make intervals
        wider: they leave the deviation of rare motifs open.
    level : float
        Of the intervals.
    edge_type, min_synapses, where
        As for ``Connectome.graph``, of all that are not graphs yet.
    null_options : mapping from null to mapping, optional
        For instance ``{"block": {"groups": "cell_class"}}``.
    rng : int, Generator or None
        The same seed gives the same profiles; a connectome's does not depend on the others.
    n_jobs : int, optional
        Threads; by default all processors this process may use.
    client : distributed.Client, optional
        Dask cluster to draw on.
    progress : callable, optional
        Called with the graphs drawn and those to draw.

    Returns
    -------
    MotifProfiles
        Its ``table`` has one row per connectome, null and motif; ``distances`` and ``linkage``
        follow from it, and ``ca.plot.profile_tree`` draws it.

    Raises
    ------
    ValueError
        Where a name comes twice, a null is unknown, or an error model has no connectome.

    Warns
    -----
    MixedCountsWarning

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> worms = ["celegans-white1986-n2u", "celegans-varshney2011"]
    >>> found = ca.compare.motif_profiles(worms, "reciprocal_configuration", n_samples=100)
    >>> found.wide().shape
    (2, 13)
    >>> bool(found.distances().iloc[0, 1] < 0.3)
    True
    """
    require_whole("n_samples", n_samples, least=2)
    require_choice("measure", measure, get_args(Measure))
    if n_draws < 2 or not 0 < level < 1:
        msg = (
            f"n_draws must be 2 at least and level between 0 and 1, got {n_draws!r} and {level!r}."
        )
        raise ValueError(msg)
    chosen: list[Any] = [nulls] if isinstance(nulls, str) else list(nulls)
    if not chosen or len(set(chosen)) < len(chosen):
        msg = f"nulls must name one null model or more, each once, got {nulls!r}."
        raise ValueError(msg)
    options = {null: dict((null_options or {}).get(null, {})) for null in chosen}
    for null in null_options or {}:
        if null not in chosen:
            msg = f"null_options has {null!r}, which is not among the nulls {', '.join(chosen)}."
            raise ValueError(msg)
    given = named_graphs(connectomes, edge_type=edge_type, min_synapses=min_synapses, where=where)
    warn_of_mixed_counts(given, weights=False)
    models = models_by_name(error_models, [one.name for one in given])
    seed = seed_number(rng)
    parts = [(one, null) for one in given for null in chosen]
    tables: dict[tuple[str, str], pd.DataFrame] = {}
    rows = []
    for part, (one, null) in enumerate(parts):
        model = models[one.name]
        steps = 1 if model is None else 2
        table = significance(
            one.graph,
            null,
            n_samples,
            size=size,
            rng=seed,
            n_jobs=n_jobs,
            client=client,
            progress=part_of(progress, part * steps, len(parts) * steps),
            error_model=None if null in _WITHOUT_ERRORS else model,
            **options[null],
        )
        tables[one.name, null] = table
        motifs = list(CONNECTED_TRIADS) if size == 3 else list(table.index)
        found = _rows(one, null, table.loc[motifs], measure)
        if model is not None:
            profile = ProfileOfDraw(
                null,
                max(100, n_samples // 5) if nulls_per_draw is None else nulls_per_draw,
                size,
                measure,
                tuple(motifs),
                tuple(options[null].items()),
            )
            mean, low, high = imputed_profile(
                one.graph,
                model,
                profile,
                n_draws=n_draws,
                level=level,
                seed=seed,
                n_jobs=n_jobs,
                client=client,
                progress=part_of(progress, part * steps + 1, len(parts) * steps),
            )
            found = found.assign(imputed_profile=mean, low=low, high=high)
        rows.append(found)
    return MotifProfiles(_joined(rows), tables, measure, level if any(models.values()) else None)


def _rows(one: Given, null: str, table: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """One row per motif of one connectome against one null."""
    import pandas as pd

    z = z_scores(table)
    n = int(table["n_samples"].iloc[0])
    columns: dict[str, Any] = {
        "connectome": one.name,
        "null_model": null,
        "motif": table.index.astype(object),
        "observed": table["observed"].to_numpy(),
        "null_mean": table["null_mean"].to_numpy(),
        "null_sd": table["null_sd"].to_numpy(),
        "z": z,
        "z_se": np.sqrt(1.0 / n + z**2 / (2.0 * (n - 1))),
        "p_value": table["p_value"].to_numpy(),
        "q_value": table["q_value"].to_numpy(),
        "profile": of_unit_length(z if measure == "z" else abundances(table)),
    }
    if "aware_z" in table.columns:
        aware = z_scores(table, "aware_")
        columns |= {
            "aware_z": aware,
            "aware_q_value": table["aware_q_value"].to_numpy(),
            "aware_profile": of_unit_length(
                aware if measure == "z" else abundances(table, "aware_")
            ),
        }
    columns["n_samples"] = n
    return pd.DataFrame(columns)


_OF_ERRORS = ("aware_z", "aware_q_value", "aware_profile", "imputed_profile", "low", "high")


def _joined(rows: list[pd.DataFrame]) -> pd.DataFrame:
    """All rows below each other; what only some connectomes have is NaN for the others."""
    import pandas as pd

    wanted = [name for name in _OF_ERRORS if any(name in one.columns for one in rows)]
    filled = [one.assign(**{name: np.nan for name in wanted if name not in one}) for one in rows]
    first = [name for name in rows[0].columns if name not in _OF_ERRORS and name != "n_samples"]
    return pd.concat([one[[*first, *wanted, "n_samples"]] for one in filled], ignore_index=True)
