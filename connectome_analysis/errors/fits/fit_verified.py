"""Fit verified: error rates from tissue where every synapse was checked by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ...whole_numbers import require_whole
from ..error_model import ErrorModel
from ..evidence import Evidence
from ..rate_table import Floats
from ..true_counts import below_threshold
from ..uncertainty import Uncertainty, of_share
from .binomial_share import binomial_share
from .pair_counts import PairCounts, read_pair_counts, touch_of
from .seen_by_strength import chi_square, seen_by_strength
from .synapse_channel import Method, fit_synapse_channel

if TYPE_CHECKING:
    from numpy.typing import NDArray

_AREAS = 64


def fit_verified(
    detected: Any,
    verified: Any,
    *,
    min_synapses: int = 1,
    connection_from: int | None = None,
    could_touch: Any = "all",
    level: Literal["connections", "synapses"] = "connections",
    method: Method = "auto",
    n_pairs: int | None = None,
    name: str = "",
    source: str = "",
) -> ErrorModel:
    """Fit an error model to detected and verified synapses of the same pairs.

    Parameters
    ----------
    detected, verified : Graph, matrix or (P,) counts, both of one kind
        Synapses of each ordered pair. Graphs are joined by node id and DataFrames by their labels;
        matrices may be rectangular (senders in rows), and every cell is then a pair that was looked
        at. In square ones the diagonal is no pair. Two columns of counts have a row per pair; where
        no row has 0 in both, pairs with neither were left out of them, and `n_pairs` is needed.
    min_synapses : int
        Synapses seen that make a connection seen.
    connection_from : int, optional
        True synapses that make a connection; `min_synapses` where left out, as in published
        figures.
    could_touch : "all", str, mapping or DataFrame
        Pairs the false rate is of; see `ErrorModel`. For graphs only these pairs count as places
        where something false could be. For matrices and columns all pairs given do, and it says
        where the rate holds in other graphs: a rate measured among neurons that arborise together
        is not one of all pairs of a brain.
    level : {"connections", "synapses"}
        Whether to fit `alpha` and `beta`, or `recall` and `false_rate`. Rates of connections need
        nothing but independent pairs. Rates of synapses carry over to other thresholds and
        strengths, if each synapse is found by a chance of its own.
    method : {"auto", "likelihood", "moments"}
        For synapses; see `synapse_channel.fit_synapse_channel`.
    n_pairs : int, optional
        For columns of counts: all pairs looked at.
    name, source : str
        For the model; the source has the counts added.

    Returns
    -------
    ErrorModel
        With `uncertainty`; `evidence` holds the counts behind, and a table of pairs by true count,
        which `plot.error_fit` draws. A share of 0 or 1 is that of Jeffreys' prior.

    Raises
    ------
    ValueError
        Where the two are not of the same pairs or hold something else than counts, where there is
        no connection, or where synapses are fitted without knowing the pairs that have none.

    Examples
    --------
    >>> import numpy as np
    >>> true = np.array([[3, 0, 2, 0], [0, 1, 0, 4]])  # 2 senders, 4 receivers
    >>> seen = np.array([[3, 1, 0, 0], [0, 1, 0, 5]])
    >>> model = fit_verified(seen, true)
    >>> model.alpha, model.beta  # 1 of 4 pairs, 1 of 4 connections
    (0.25, 0.25)
    """
    require_whole("min_synapses", min_synapses)
    least = min_synapses if connection_from is None else connection_from
    require_whole("connection_from", least)
    pairs = read_pair_counts(detected, verified, could_touch, n_pairs)
    _require_connections(pairs, least)
    if level == "connections":
        model = _connections(pairs, min_synapses, least, could_touch)
    elif level == "synapses":
        model = _synapses(pairs, min_synapses, least, could_touch, method)
    else:
        msg = f'level must be "connections" or "synapses", got {level!r}.'
        raise ValueError(msg)
    return model.replace(name=name, source=" ".join(filter(None, [source, model.source])))


def _require_connections(pairs: PairCounts, connection_from: int) -> None:
    most = int(pairs.true.max(initial=0))
    if most == 0:
        msg = (
            "verified has no connection at all, so none can be missed; give verified counts of which "
            "some are above 0."
        )
        raise ValueError(msg)
    if most < connection_from:
        msg = (
            f"verified has no connection of {connection_from} or more synapses, the strongest has "
            f"{most}; lower connection_from (or min_synapses, where connection_from is left out)."
        )
        raise ValueError(msg)


def _connections(
    pairs: PairCounts, min_synapses: int, connection_from: int, could_touch: Any
) -> ErrorModel:
    seen, true = pairs.detected >= min_synapses, pairs.true >= connection_from
    n_connections, n_missed = int(true.sum()), int((true & ~seen).sum())
    beta, beta_variance = binomial_share(n_missed, n_connections, "connections")
    numbers: dict[str, float] = {"n_connections": n_connections, "n_missed": n_missed}
    said = f"{n_missed:,} of {n_connections:,} connections missed"
    alpha = alpha_variance = None
    notes = pairs.notes
    if pairs.n_rest is None:
        notes += (
            (
                "The rate of false connections is left out: the counts list pairs with synapses only. "
                "n_pairs=... says how many pairs were looked at."
            ),
        )
        said += "; false connections not known, as pairs without synapses were not counted"
    else:
        touch = pairs.exposure > 0
        n_false = int((seen & ~true & touch).sum())
        exposure = float(pairs.exposure[~true].sum()) + pairs.rest
        alpha, alpha_variance = _false_share(n_false, exposure, by_area=pairs.by_area)
        unit = "um2 of contact between unconnected pairs" if pairs.by_area else "unconnected pairs"
        numbers |= {"n_false": n_false, "n_unconnected": exposure}
        said += f", {n_false:,} of {exposure:,.0f} {unit} seen as connected"
    names = ("beta",) if alpha_variance is None else ("alpha", "beta")
    variances = [v for v in (alpha_variance, beta_variance) if v is not None]

    def expected(k: Floats, area: Floats) -> Floats:
        false = np.full(len(k), np.nan) if alpha is None else np.minimum(alpha * area, 1.0)
        chance = np.where(k >= connection_from, 1 - beta, false)
        return np.column_stack([np.full((len(k), 2), np.nan), chance])

    table = seen_by_strength(pairs, min_synapses, expected)
    fit = chi_square(table, len(names))
    if fit.get("chi2_p", 1.0) < 0.01:
        notes += (
            (
                "Pairs of different strength are missed or invented at different rates (table); these "
                "are their means, and hold where connections are as strong as here."
            ),
        )
    return ErrorModel(
        alpha=alpha,
        beta=beta,
        could_touch=None if alpha is None else touch_of(could_touch, pairs),
        min_synapses=min_synapses,
        connection_from=connection_from,
        uncertainty=Uncertainty(names, np.diag(variances)),
        source=f"Fitted: {said}.",
        evidence=Evidence("verified connections", numbers | fit, table, notes),
    )


def _false_share(n_false: int, exposure: float, *, by_area: bool) -> tuple[float, float]:
    if not by_area:
        return binomial_share(n_false, exposure, "unconnected pairs that could touch")
    if exposure <= 0:
        msg = "A rate of false connections needs contact between unconnected pairs, got none."
        raise ValueError(msg)
    return max(n_false, 0.5) / exposure, of_share(n_false, max(exposure, n_false))[1]


def _levels(area: Floats) -> Floats:
    """Areas, rounded to a few dozen where there are more: near enough for a table."""
    values, of = np.unique(area, return_inverse=True)
    if len(values) <= _AREAS:
        return area
    group = of * _AREAS // len(values)
    means: Floats = np.bincount(group, area, _AREAS) / np.bincount(group, minlength=_AREAS)
    return means[group]


def _synapses(
    pairs: PairCounts, min_synapses: int, connection_from: int, could_touch: Any, method: Method
) -> ErrorModel:
    if pairs.n_rest is None:
        msg = (
            "A false rate of synapses needs to know how many pairs have none, and these counts list "
            'pairs with synapses only; give n_pairs=..., or fit level="connections".'
        )
        raise ValueError(msg)
    channel = fit_synapse_channel(pairs, method)
    recall, false_rate = channel.recall, channel.false_rate

    def expected(k: Floats, area: Floats) -> Floats:
        few = np.empty(len(k))
        which = k.astype(np.int64)
        levels = _levels(area)
        for one in np.unique(levels):
            here: NDArray[np.bool_] = levels == one
            rate = np.array([false_rate * one])
            below = below_threshold(
                np.array([recall]), rate, min_synapses, int(which[here].max(initial=0))
            )
            few[here] = below[0][which[here]]
        mean, spread = recall * k + false_rate * area, recall * (1 - recall) * k + false_rate * area
        return np.column_stack([mean, spread, 1.0 - few])

    table = seen_by_strength(pairs, min_synapses, expected)
    numbers = {
        "n_pairs": float(((pairs.true > 0) | (pairs.exposure > 0)).sum()) + pairs.n_rest,
        "n_true_synapses": float(pairs.true.sum()),
        "n_detected_synapses": float(pairs.detected.sum()),
        "dispersion": channel.dispersion,
        "dispersion_z": channel.dispersion_z,
    }
    notes = pairs.notes
    if channel.dispersion_z > 2 and channel.dispersion > 1.1:
        how = (
            "so the rates are moments, right on average"
            if channel.used == "moments"
            else "so the likelihood may be far off: compare method='moments'"
        )
        notes += (
            (
                f"Counts scatter {channel.dispersion:.3g} times as much as single synapses found by "
                f"chance would, {how}; missed and false connections need not follow from them: compare "
                'level="connections".'
            ),
        )
    return ErrorModel(
        recall=recall,
        false_rate=false_rate,
        could_touch=touch_of(could_touch, pairs),
        min_synapses=min_synapses,
        connection_from=connection_from,
        uncertainty=Uncertainty(("recall", "false_rate"), channel.covariance),
        source=(
            f"Fitted by {channel.used}: {int(pairs.detected.sum()):,} synapses detected, "
            f"{int(pairs.true.sum()):,} true, {numbers['n_pairs']:,.0f} pairs."
        ),
        evidence=Evidence("verified synapses", numbers | chi_square(table, 2), table, notes),
    )
