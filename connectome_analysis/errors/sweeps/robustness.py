"""Robustness: the error rate at which each conclusion flips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ...graph import require_graph
from ...null_models.ensemble import Progress, part_of
from ...random_streams import Seed, seed_number
from ...whole_numbers import require_whole
from ..correction.given_rates import given_model
from ..edge_rates import require_directed
from ..error_model import ErrorModel
from ..forward.corrupt_graph import corrupt
from ..rate_table import Floats
from .conclusions import MEASURES, PLAIN_NAMES, conclusions, require_conclusions, require_three
from .false_carriers import least_false_share
from .flips import Robustness, flips_of
from .swept_rates import (
    SHARES_KEPT,
    RateName,
    assumed_rate,
    only,
    rate_values,
    require_rate_name,
    with_rate,
)

if TYPE_CHECKING:
    import pandas as pd

    from ...graph import Graph

Reading = Literal["assumed", "worse"]


def robustness(
    g: Graph,
    rate: RateName = "beta",
    values: Iterable[float] | None = None,
    *,
    reading: Reading = "assumed",
    error_model: ErrorModel | None = None,
    null_model: str = "configuration",
    n_samples: int = 200,
    n_replicas: int = 20,
    motifs: Sequence[str] | None = None,
    measures: Sequence[str] = MEASURES,
    rng: Seed = 0,
    n_jobs: int | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Robustness:
    """Find how large an error rate would have to be for each conclusion to become another one.

    A conclusion is whether a motif or a measure is over, under, or not different from a null model, at a
    q-value of 0.05 (Benjamini and Hochberg 1995 over all conclusions at one rate).

    Two readings of "the rate were x":

    ``"assumed"``
        The graph *was* seen with that rate, pair by pair and independently. It is held against
        the null seen through the same errors; the question is whether the true wiring differs from
        the null. Misses that fall on all pairs alike thin graph and null in the same way, and rarely
        flip anything; false connections, or completeness that differs, can.
    ``"worse"``
        The graph is reconstructed *worse* by that rate: `n_replicas` copies are corrupted by it and
        each is tested as a naive reader would, against the plain null. The question is whether
        the conclusion would still have been found.

    Neither is the worst case, where errors fall on one motif on purpose. For that the table of flips
    has ``least_false_share``, a bound that no arrangement of false connections can get below.

    Parameters
    ----------
    g : Graph
        As it was seen. Self-loops are left out.
    rate : str
        ``"beta"``, ``"alpha"`` (of connections), ``"recall"``, ``"false_rate"`` (of synapses),
        ``"pre_completeness"``, ``"post_completeness"``, ``"confidence_odds"`` (what the odds of
        every edge's confidence are multiplied by, only "assumed"); for the reading "worse" also
        ``"split"`` and ``"merge"`` (probability per neuron). One number for all pairs that could touch.
    values : iterable of float, optional
        To go through, in any order; see `rate_values` for what is taken otherwise.
    reading : {"assumed", "worse"}
    error_model : ErrorModel, optional
        Its other rates stay as they are under "assumed", drawn anew for the samples where they are
        uncertain; the rate that is swept is taken as known at each value. Under "worse" the
        graph has these errors already, and the model only says where false connections can be and
        how neurons split. Without it there are no other errors, and false connections can be anywhere.
    null_model : str
        Under "assumed" one that can be seen through errors; see `motifs.significance`.
    n_samples : int
        Of the null, at each rate and for each replica.
    n_replicas : int
        Of the reading "worse".
    motifs : list of str, optional
        Classes of triads; by default the 13 connected ones.
    measures : list of str
        From "reciprocity", "transitivity", "rich_club" (density among the tenth of neurons with
        the highest degree).
    rng, n_jobs, progress, **options
        As for `motifs.significance`.

    Returns
    -------
    Robustness
        ``table``, one row per conclusion and value: ``conclusion``, the rate under its own name,
        ``observed``, ``null_mean``, ``null_sd``, ``z``, ``p_value`` (see `null_tail`), ``q_value``,
        ``q_as_z`` (the q-value as a normal deviate, with a sign: beyond 1.96 is "over", below -1.96
        "under"), ``verdict``, ``share_holding``; under "assumed" also ``estimate`` and
        ``null_estimate``, observed and null corrected for the errors. Under "worse", numbers are means
        over replicas, ``p_value`` and ``q_value`` medians, the verdict is the commonest one, and
        ``share_holding`` is the share of replicas with the verdict that the graph itself has; under
        "assumed" it is 1 or 0.

        ``flips``, one row per conclusion: ``plain_name``; ``verdict`` at the value with the fewest
        errors, under "worse" of the graph itself; ``flips_at``, the smallest rate with another verdict, NaN where it holds throughout;
        ``becomes``; ``assumed``, what `error_model` says of the rate; ``least_false_share``, for
        motifs that are over: the share of connections that would have to be false at least for the
        excess to vanish. Between two values ``flips_at`` is where ``q_as_z``, taken as a straight
        line, passes 1.96 (or -1.96); under "worse", where ``share_holding`` passes one half.

    Raises
    ------
    ValueError
        For a rate that the model or the null cannot have, fewer than three neurons, or no connection.

    Examples
    --------
    Had two fifths of the worm's connections been missed, by chance, this would be concluded as well:

    >>> import connectome_analysis as ca
    >>> worm = ca.open("celegans-varshney2011").graph()
    >>> found = robustness(worm, "beta", [0, 0.2, 0.4], motifs=["120U", "030C"], measures=[], n_samples=50)
    >>> found.flips[["verdict", "flips_at"]].to_dict("list")
    {'verdict': ['over', 'under'], 'flips_at': [nan, nan]}
    """
    require_graph(g)
    require_rate_name(rate)
    _require_reading(reading, rate)
    require_whole("n_samples", n_samples, least=2)
    require_whole("n_replicas", n_replicas)
    names = require_conclusions(motifs, measures)
    model = ErrorModel() if error_model is None else given_model(None, None, error_model)
    simple = g.without_self_loops()
    grid = rate_values(simple, rate, values)
    # Fails before hours, not after.
    require_three(simple)
    with_rate(model, rate, float(grid[0]))
    require_directed(with_rate(model, rate, float(grid[-1])), simple)
    setting: dict[str, Any] = {"n_jobs": n_jobs} | options
    follow = _assumed if reading == "assumed" else _worse
    table, first = follow(
        simple,
        model,
        rate,
        grid,
        (names, null_model, n_samples),
        n_replicas=n_replicas,
        seed=seed_number(rng),
        progress=progress,
        setting=setting,
    )
    flips = flips_of(table, rate, first["verdict"])
    flips["assumed"] = np.nan if error_model is None else assumed_rate(model, rate)
    flips["least_false_share"] = least_false_share(simple, first)
    said = {
        "graph": g.name,
        "rate": rate,
        "reading": reading,
        "null_model": null_model,
        "n_samples": n_samples,
        "n_replicas": n_replicas if reading == "worse" else 0,
        "error_model": repr(model),
        "assumed": float(flips["assumed"].iloc[0]),
        "from": float(grid[0]),
        "to": float(grid[-1]),
    }
    table.attrs |= said
    flips.attrs |= said
    return Robustness(table, flips)


def _require_reading(reading: object, rate: str) -> None:
    if reading not in ("assumed", "worse"):
        msg = f"reading must be 'assumed' or 'worse', got {reading!r}."
        raise ValueError(msg)
    if reading == "worse" and rate == "confidence_odds":
        msg = (
            "Confidences say how far what was seen is believed; a graph is not reconstructed worse by "
            "them. Take reading='assumed'."
        )
        raise ValueError(msg)
    if reading == "assumed" and rate in ("split", "merge"):
        msg = (
            f"A {rate} ties pairs of neurons together, so no null is seen through it; take "
            "reading='worse', which corrupts the graph itself."
        )
        raise ValueError(msg)


def _assumed(
    g: Graph,
    model: ErrorModel,
    rate: str,
    grid: Floats,
    tested: tuple[list[str], str, int],
    *,
    seed: int,
    progress: Progress | None,
    setting: dict[str, Any],
    **_: Any,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The graph held against the null seen with each rate; and the rows of the first."""
    parts = [
        conclusions(
            g,
            *tested,
            error_model=with_rate(model, rate, float(value)),
            rng=seed,
            progress=part_of(progress, i, len(grid)),
            **setting,
        )
        for i, value in enumerate(grid)
    ]
    first = parts[0]
    for part in parts:
        part["share_holding"] = (part["verdict"] == first["verdict"]).astype(np.float64)
    return stacked(parts, rate, grid), first


def _worse(
    g: Graph,
    model: ErrorModel,
    rate: str,
    grid: Floats,
    tested: tuple[list[str], str, int],
    *,
    n_replicas: int,
    seed: int,
    progress: Progress | None,
    setting: dict[str, Any],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Copies of the graph with more errors, each beside the plain null; and the graph itself."""
    seeds = [
        int(s) >> 1 for s in np.random.SeedSequence(seed).generate_state(n_replicas, np.uint64)
    ]
    total = len(grid) * n_replicas + 1
    first = conclusions(g, *tested, rng=seed, progress=part_of(progress, 0, total), **setting)
    parts = []
    for i, value in enumerate(grid):
        if value == float(rate in SHARES_KEPT):  # no error: every copy is the graph itself
            parts.append(_together([first], first))
            continue
        worse = only(model, rate, float(value))
        replicas = [
            # One seed for all rates: a copy with more errors has those of fewer and more.
            conclusions(
                corrupt(g, worse, rng=own),
                *tested,
                rng=own,
                progress=part_of(progress, 1 + i * n_replicas + j, total),
                **setting,
            )
            for j, own in enumerate(seeds)
        ]
        parts.append(_together(replicas, first))
    return stacked(parts, rate, grid), first


def _together(replicas: list[pd.DataFrame], first: pd.DataFrame) -> pd.DataFrame:
    """Means of replicas, and in how many the conclusion is that of the graph itself."""
    import pandas as pd

    means = ["observed", "null_mean", "null_sd", "z", "q_as_z"]
    result = first[means].copy()
    for name in [*means, "p_value", "q_value"]:
        every = np.array([part[name].to_numpy(np.float64) for part in replicas])
        if name in means:
            known = ~np.isnan(every)
            total = np.where(known, every, 0.0).sum(axis=0)
            result[name] = np.where(
                known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan
            )
        else:
            result[name] = np.median(every, axis=0)
    verdicts = pd.DataFrame([part["verdict"] for part in replicas])
    result["verdict"] = verdicts.mode().iloc[0].astype(object)
    result["share_holding"] = (verdicts == first["verdict"]).mean()
    order = ["observed", "null_mean", "null_sd", "z", "p_value", "q_value", "q_as_z", "verdict"]
    return result[[*order, "share_holding"]]


def stacked(parts: list[pd.DataFrame], rate: str, grid: Floats | list[int]) -> pd.DataFrame:
    """One table of all values of a rate, conclusion by conclusion."""
    import pandas as pd

    every = [
        part.reset_index().assign(**{rate: value}) for part, value in zip(parts, grid, strict=True)
    ]
    table = pd.concat(every, ignore_index=True)
    names = list(parts[0].index)
    place = table["conclusion"].map({name: i for i, name in enumerate(names)})
    table = table.iloc[np.argsort(place.to_numpy(), kind="stable")].reset_index(drop=True)
    table.insert(1, "plain_name", table["conclusion"].map(PLAIN_NAMES))
    table.insert(2, rate, table.pop(rate))
    return table
