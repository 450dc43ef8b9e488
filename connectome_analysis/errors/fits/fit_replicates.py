"""Fit replicates: error rates from several observations of the same pairs, none of them the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...whole_numbers import require_whole
from ..could_touch import ContactPairs, as_could_touch, touching
from ..error_model import ErrorModel
from ..evidence import Evidence
from ..rate_table import Floats
from ..same_neurons import require_same_neurons
from ..uncertainty import Uncertainty
from .latent_pairs import NAMES, fit_latent_pairs
from .pair_counts import aligned, distinct, keys_of, total_over_pairs, two_matrices


def fit_replicates(
    replicates: Sequence[Any],
    *,
    symmetric: bool = False,
    min_synapses: int = 1,
    could_touch: Any = "all",
    alpha: float | None = None,
    beta: float | None = None,
    density: float | None = None,
    name: str = "",
    source: str = "",
) -> ErrorModel:
    """Fit false and missed connections to repeated observations, such as two sides and two annotators.

    A pair is connected or not; each observation misses it or invents it on its own, with one `beta`
    and one `alpha` for all. The number of pairs seen 0, 1, ... M times then holds `alpha`, `beta` and
    the density: by moments (M = 3: exactly), refined by maximum likelihood. Observations of different
    animals differ in truth too, which counts as error here; and where weak connections are missed
    more often than strong ones, `alpha` comes out too high and `beta` too low.

    Parameters
    ----------
    replicates : sequence of Graphs, or of matrices of one shape
        Graphs are joined by node id; neurons that are not in all of them are left out. Matrices may
        be rectangular; the diagonal of square ones is no pair.
    symmetric : bool
        Pairs have no direction (contacts, gap junctions): each counts once, and is seen where
        either direction is.
    min_synapses : int
        Synapses, or weight, that make a connection seen.
    could_touch : "all", str, mapping or DataFrame
        Pairs that count; see `ErrorModel`. Others are left out. Areas are not used.
    alpha, beta, density : float, optional
        Known already. Two replicates need one of them; more take them too.

    Returns
    -------
    ErrorModel
        Of connections, with `uncertainty` of the rates that were fitted. ``evidence.table`` has the
        number of pairs seen 0, 1, ... M times beside what was expected; ``evidence.numbers`` the
        density, and from four replicates on the chi-square of the fit. Three always fit.

    Raises
    ------
    ValueError
        For fewer than two replicates, two without a known rate, no neurons in common, or replicates
        that agree no better than chance.

    References
    ----------
    Newman (2018), Nature Physics 14:542, doi:10.1038/s41567-018-0076-1.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> true = rng.random((200, 200)) < 0.1
    >>> seen = [np.where(true, rng.random((200, 200)) < 0.8, rng.random((200, 200)) < 0.01)
    ...         for _ in range(3)]
    >>> model = fit_replicates(seen)
    >>> round(model.alpha, 2), round(model.beta, 1)
    (0.01, 0.2)
    """
    require_whole("min_synapses", min_synapses)
    given = _given(alpha=alpha, beta=beta, density=density)
    observations = list(replicates)
    m = len(observations)
    _require_enough(m, given)
    times_seen, notes = _times_seen(observations, min_synapses, could_touch, symmetric=symmetric)
    fitted = fit_latent_pairs(times_seen, given)
    free = [name for name in ("alpha", "beta") if name not in given]
    places = [NAMES.index(name) for name in free]
    numbers: dict[str, float] = {
        "n_replicates": m,
        "n_pairs": float(times_seen.sum()),
        "n_ever_seen": float(times_seen[1:].sum()),
        "density": fitted.density,
        "density_sd_log_odds": float(np.sqrt(fitted.covariance[2, 2])),
    }
    known = "".join(f"; {name} = {value:g} taken as known" for name, value in given.items())
    touch = as_could_touch(could_touch)
    return ErrorModel(
        alpha=fitted.alpha,
        beta=fitted.beta,
        could_touch=ContactPairs(touch.pre_ids, touch.post_ids)
        if isinstance(touch, ContactPairs)
        else touch,
        min_synapses=min_synapses,
        connection_from=1,
        uncertainty=Uncertainty(tuple(free), fitted.covariance[np.ix_(places, places)])
        if free
        else None,
        name=name,
        source=" ".join(
            filter(
                None,
                [
                    source,
                    (
                        f"Fitted to {m} replicates, {times_seen.sum():,.0f} pairs, "
                        f"{times_seen[1:].sum():,.0f} of them seen at least once{known}."
                    ),
                ],
            )
        ),
        evidence=Evidence(
            f"{m} replicates",
            numbers | _chi_square(times_seen, fitted.expected, 3 - len(given)),
            _table(times_seen, fitted.expected),
            notes,
        ),
    )


def _given(**rates: float | None) -> dict[str, float]:
    given = {}
    for name, rate in rates.items():
        if rate is None:
            continue
        if isinstance(rate, bool) or not 0 <= float(rate) < 1:
            msg = f"{name} must be a number from 0 to below 1, got {rate!r}."
            raise ValueError(msg)
        if name == "density" and rate == 0:
            msg = "density must be above 0; without connections there is nothing to miss."
            raise ValueError(msg)
        given[name] = float(rate)
    return given


def _require_enough(m: int, given: dict[str, float]) -> None:
    if m < 2:
        msg = (
            f"Replicates must be three or more observations of the same pairs, got {m}. One "
            "observation needs a verified one beside it: fit_verified."
        )
        raise ValueError(msg)
    if m == 2 and not given:
        msg = (
            "Two replicates hold two numbers and there are three rates; give a third replicate, or "
            "one of alpha=..., beta=..., density=... where it is known."
        )
        raise ValueError(msg)
    if len(given) == 3:
        msg = "alpha, beta and density are all given; nothing is left to fit."
        raise ValueError(msg)


def _times_seen(
    replicates: list[Any], min_synapses: int, could_touch: Any, *, symmetric: bool
) -> tuple[Floats, tuple[str, ...]]:
    from ...graph import Graph

    n_graphs = sum(isinstance(g, Graph) for g in replicates)
    if n_graphs == len(replicates):
        require_same_neurons(replicates)
        return _of_graphs(replicates, min_synapses, could_touch, symmetric=symmetric)
    if n_graphs:
        msg = (
            f"Replicates must be of one kind, got {n_graphs} Graphs and {len(replicates) - n_graphs} "
            "others."
        )
        raise ValueError(msg)
    return _of_matrices(replicates, min_synapses, symmetric=symmetric)


def _of_graphs(
    graphs: list[Any], min_synapses: int, could_touch: Any, *, symmetric: bool
) -> tuple[Floats, tuple[str, ...]]:
    names = [str(g.name) or f"replicate {i + 1}" for i, g in enumerate(graphs)]
    kept, notes = aligned(graphs, names)
    ids = kept[0].node_ids
    n = len(ids)
    touch = touching(as_could_touch(could_touch), kept[0]).map(lambda a: (a > 0).astype(float))
    if symmetric and touch.constant != 1.0:
        msg = 'symmetric pairs are counted among all neurons; leave could_touch at "all".'
        raise ValueError(msg)
    seen = []
    for g in kept:
        keys, weights = keys_of(g, ids)
        keys = keys[weights >= min_synapses]
        if symmetric:
            one, two = np.divmod(keys, n)
            keys = distinct(np.minimum(one, two) * n + np.maximum(one, two))
        seen.append(keys)
    union, times = np.unique(np.concatenate(seen), return_counts=True)
    inside = touch.of(*np.divmod(union, n)) > 0
    if not inside.all():
        notes += (
            f"{int((~inside).sum()):,} pairs that were seen could not touch and were left out.",
        )
    candidates = n * (n - 1) / 2 if symmetric else total_over_pairs(touch)
    return _histogram(times[inside], len(graphs), candidates), notes


def _of_matrices(
    matrices: list[Any], min_synapses: int, *, symmetric: bool
) -> tuple[Floats, tuple[str, ...]]:
    labelled = [hasattr(given, "columns") and hasattr(given, "index") for given in matrices]
    if all(labelled):
        rows, columns = matrices[0].index, matrices[0].columns
        for other in matrices[1:]:
            rows, columns = rows.intersection(other.index), columns.intersection(other.columns)
        matrices = [given.reindex(index=rows, columns=columns) for given in matrices]
    total: NDArray[np.int64] | None = None
    notes: tuple[str, ...] = ()
    square = True
    for i, given in enumerate(matrices):
        first, one, square, more = two_matrices(
            matrices[0], given, ("the first replicate", f"replicate {i + 1}")
        )
        seen = one >= min_synapses
        if symmetric:
            if not square:
                msg = (
                    f"symmetric pairs need square matrices, got {' x '.join(map(str, one.shape))}."
                )
                raise ValueError(msg)
            seen = np.triu(seen | seen.T, 1)
        total = seen.astype(np.int64) if total is None else total + seen
        notes += more
    assert total is not None and first.shape == total.shape  # noqa: PT018
    if symmetric:
        kept: NDArray[np.bool_] = np.triu(np.ones(total.shape, dtype=bool), 1)
    else:
        kept = np.ones(total.shape, dtype=bool)
        if square:
            np.fill_diagonal(kept, False)
    times = total[kept]
    return _histogram(times[times > 0], len(matrices), float(kept.sum())), notes


def _histogram(times: NDArray[np.int64], m: int, candidates: float) -> Floats:
    histogram = np.bincount(times, minlength=m + 1).astype(np.float64)
    histogram[0] = candidates - len(times)
    if histogram[1:].sum() == 0:
        msg = "No replicate has a connection; there is nothing to fit."
        raise ValueError(msg)
    return histogram


def _chi_square(observed: Floats, expected: Floats, n_fitted: int) -> dict[str, float]:
    from scipy.stats import chi2

    enough = expected >= 5
    freedom = int(enough.sum()) - 1 - n_fitted
    if freedom < 1:
        return {}
    value = float(((observed - expected)[enough] ** 2 / expected[enough]).sum())
    return {"chi2": value, "chi2_df": freedom, "chi2_p": float(chi2.sf(value, freedom))}


def _table(observed: Floats, expected: Floats) -> Any:
    import pandas as pd

    return pd.DataFrame(
        {"times_seen": np.arange(len(observed)), "n_pairs": observed, "expected": expected}
    ).astype({"n_pairs": np.int64})
