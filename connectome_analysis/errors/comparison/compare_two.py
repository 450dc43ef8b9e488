"""Compare two: do two connectomes differ, or only the errors with which they were reconstructed?"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...graph import Graph, require_graph
from ...motifs.triads import TRIAD_NAMES, TRIADS
from ...null_models.beside_null import false_discovery
from .. import words
from ..correction.dyad_states import dyads_of_classes
from ..correction.given_rates import given_model, not_corrected
from ..correction.intervals import normal_quantile
from ..correction.triad_estimates import (
    TriadEstimates,
    counts_only,
    one_deviation_apart,
    triad_estimates,
)
from ..error_model import ErrorModel
from ..rate_table import Floats, combine
from ..verdict_warning import VerdictWarning
from .naive_difference import normal_p_value, two_shares
from .pair_probability import sampling_variance, sum_over_pairs

if TYPE_CHECKING:
    import pandas as pd

_PROBABILITY = "connection_probability"
_MEASURES = {
    "edges": "connections",
    "mutual_pairs": "pairs joined both ways",
    "density": "connections of ordered pairs",
    _PROBABILITY: "as density, of graphs that are draws themselves",
    "reciprocity": "connections that are answered",
    "transitivity": "triples that are closed",
}
_COUNTS = ("edges", "mutual_pairs")
# So many rows are named in a warning.
_NAMED = 8


def compare(
    a: Graph,
    b: Graph,
    error_model_a: ErrorModel,
    error_model_b: ErrorModel,
    *,
    level: float = 0.95,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Compare two connectomes, each seen with errors of its own.

    **Null hypothesis** of every row but one: the two *true* graphs have the same value, and the errors
    of reconstruction are the only chance there is. Nothing is said of animals that were not seen:
    two true graphs that differ by one connection differ. The row ``connection_probability`` also takes
    the graphs for draws: its null is that any two neurons are connected with the same probability in
    both, independently of all others (a score test of two binomials seen through errors).

    The naive test, beside it, is the one made when errors are not thought of: pairs (of reciprocity the
    connections, of transitivity and triads the triples) count as independent observations of one
    probability that both graphs share.

    Parameters
    ----------
    a, b : Graph
        As they were seen, of three neurons or more; not necessarily as many. Self-loops are left out.
    error_model_a, error_model_b : ErrorModel
        ``ErrorModel()`` for a graph without errors. Where rates are uncertain, that is included; one
        and the same model given twice errs in both graphs alike.
    level : float
        Of the intervals; verdicts are at 1 - level.
    n_jobs : int, optional
        Threads; by default all processors this process may use.

    Returns
    -------
    DataFrame, one row per measure, index ``measure``
        Rows: ``edges`` and ``mutual_pairs`` where the graphs have as many neurons; ``density``,
        ``connection_probability``, ``reciprocity``, ``transitivity``; the 16 classes of triads as
        shares of all triples. Columns: ``plain_name``; ``observed_a``, ``observed_b``,
        ``naive_difference`` (a - b), ``naive_p_value``, ``naive_q_value``; corrected for errors
        ``estimate_a``, ``estimate_b``, ``difference``, its ``se``, interval ``low``, ``high``,
        ``p_value``, ``q_value``; ``verdict_changes``. q-values are those of Benjamini and Hochberg
        (1995) over the rows. The p-value of a class of triads, and that of the connection
        probability, takes the variance that both graphs would have if the null were true. A ratio of
        nothing is NaN.

    Raises
    ------
    ValueError
        Where alpha + beta is 1 or more for a pair, or a graph has fewer than three neurons.

    Warns
    -----
    VerdictWarning
        Names the rows of which the naive test says another thing than the corrected one.

    Examples
    --------
    The same worm, once whole and once with a fifth of its connections missed:

    >>> import warnings
    >>> import connectome_analysis as ca
    >>> worm = ca.open("celegans-varshney2011").graph()
    >>> missed = ca.errors.ErrorModel(beta=0.2)
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", ca.errors.VerdictWarning)
    ...     table = compare(worm, missed.corrupt(worm, rng=1), ca.errors.ErrorModel(), missed)
    >>> (table.loc[["density", "reciprocity"], ["naive_q_value", "q_value"]] < 0.05).values.tolist()
    [[True, False], [True, False]]
    """
    import pandas as pd

    z = normal_quantile(level)
    sides = []
    for g, model in ((a, error_model_a), (b, error_model_b)):
        require_graph(g)
        sides.append(_Side.of(g, given_model(None, None, model), n_jobs))
    one, two = sides
    names = [*_MEASURES, *TRIAD_NAMES]
    if one.graph.n_nodes != two.graph.n_nodes:
        names = [name for name in names if name not in _COUNTS]
    triad = np.array([name in TRIAD_NAMES for name in names])
    _, _, naive_p = two_shares(*one.hits(names), *two.hits(names))
    estimate_a, estimate_b = one.estimates(names), two.estimates(names)
    difference = estimate_a - estimate_b
    noise = one.noise(names) + two.noise(names)
    rates = _rate_variance(one, two, names)
    se = np.sqrt(np.maximum(noise, 0.0) + rates)
    null = np.maximum(noise, 0.0)
    null[triad] = one.null_noise(two) + two.null_noise(one)
    at = names.index(_PROBABILITY)
    null[at] = _equal_probability(one, two)
    p_value = normal_p_value(difference, np.sqrt(null + rates))
    observed_a, observed_b = one.observed(names), two.observed(names)
    table = pd.DataFrame(
        {
            "plain_name": [
                TRIADS[name].plain_name if name in TRIADS else _MEASURES[name] for name in names
            ],
            "observed_a": observed_a,
            "observed_b": observed_b,
            "naive_difference": observed_a - observed_b,
            "naive_p_value": naive_p,
            "naive_q_value": false_discovery(naive_p),
            "estimate_a": estimate_a,
            "estimate_b": estimate_b,
            "difference": difference,
            "se": se,
            "low": difference - z * se,
            "high": difference + z * se,
            "p_value": p_value,
            "q_value": false_discovery(p_value),
        },
        index=pd.Index(names, name="measure", dtype=object),
    )
    table["verdict_changes"] = _direction(table, "naive_", level) != _direction(table, "", level)
    table.attrs.update(_provenance(one, two, level))
    _warn(table, level)
    return table


@dataclass(frozen=True, eq=False)
class _Side:
    """One of the two graphs, its corrected census and what follows from that."""

    graph: Graph
    model: ErrorModel
    found: TriadEstimates

    @classmethod
    def of(cls, g: Graph, model: ErrorModel, n_jobs: int | None) -> _Side:
        simple = g.without_self_loops()
        return cls(simple, model, triad_estimates(simple, model, n_jobs=n_jobs))

    @property
    def triples(self) -> int:
        return comb(self.graph.n_nodes, 3)

    @property
    def pairs(self) -> int:
        return self.graph.n_nodes * (self.graph.n_nodes - 1)

    def forms(self, name: str) -> tuple[Floats, Floats | float]:
        """(16,) top of a measure, and its bottom: a number or a form too."""
        per_dyad = dyads_of_classes() / (self.graph.n_nodes - 2)
        edges, mutual = per_dyad[:, 0], per_dyad[:, 1]
        if name in TRIAD_NAMES:
            return np.eye(16)[TRIAD_NAMES.index(name)], float(self.triples)
        if name == "reciprocity":
            return 2 * mutual, edges
        if name == "transitivity":
            joined = np.array([triad.mutual + triad.asymmetric for triad in TRIADS.values()])
            return 3.0 * (joined == 3), 3.0 * (joined == 3) + (joined == 2)
        if name in _COUNTS:
            return (edges if name == "edges" else mutual), 1.0
        return edges, float(self.pairs)

    def hits(self, names: list[str]) -> tuple[Floats, Floats]:
        """What was counted as seen, and of how many."""
        seen = self.found.observed.astype(np.float64)
        rows = []
        of_pairs = {"edges": float(self.pairs), "mutual_pairs": self.pairs / 2}
        for name in names:
            top, bottom = self.forms(name)
            number = float(seen @ bottom) if isinstance(bottom, np.ndarray) else bottom
            rows.append((float(seen @ top), of_pairs.get(name, number)))
        hits, number = np.array(rows, np.float64).T
        return hits, number

    def observed(self, names: list[str]) -> Floats:
        return self._values(names, self.found.observed.astype(np.float64))

    def estimates(self, names: list[str]) -> Floats:
        values = self._values(names, self.found.counts)
        if _PROBABILITY in names:
            values[names.index(_PROBABILITY)] = self.probability
        return values

    def _values(self, names: list[str], counts: Floats) -> Floats:
        values = np.full(len(names), np.nan)
        for k, name in enumerate(names):
            top, bottom = self.forms(name)
            under = float(counts @ bottom) if isinstance(bottom, np.ndarray) else bottom
            if under > 0:
                values[k] = counts @ top / under
        return values

    def gradient(self, names: list[str]) -> Floats:
        """(K, 16) how the estimates change with the corrected census."""
        rows = []
        for name, value in zip(names, self._values(names, self.found.counts), strict=True):
            top, bottom = self.forms(name)
            if isinstance(bottom, np.ndarray):
                under = float(self.found.counts @ bottom)
                rows.append((top - value * bottom) / under if under > 0 else np.full(16, np.nan))
            else:
                rows.append(top / bottom)
        return np.array(rows)

    def noise(self, names: list[str]) -> Floats:
        """(K,) variances that the errors cause at known rates."""
        along = self.gradient(names)
        result: Floats = np.einsum("kc,cd,kd->k", along, self.found.noise, along)
        if _PROBABILITY in names:
            result[names.index(_PROBABILITY)] = self.sampling(self.probability)
        return result

    def null_noise(self, other: _Side) -> Floats:
        """(16,) variances of the shares of triads, were the true shares those of both together."""
        count = np.maximum(self.found.counts, 0.0)
        both = count + np.maximum(other.found.counts, 0.0)
        shared = both / (self.triples + other.triples) * self.triples
        own = np.einsum("ccc->c", self.found.single)
        variance = np.maximum(np.diag(self.found.noise), 0.0) + own * (shared - count)
        result: Floats = np.maximum(variance, own * shared) / float(self.triples) ** 2
        return result

    @property
    def probability(self) -> float:
        """Mean of A~ over all pairs."""
        rates = self.rates
        unseen = combine(lambda a, b: -a / (1.0 - a - b), rates.alpha, rates.beta)
        step = combine(lambda a, b: 1.0 / (1.0 - a - b), rates.alpha, rates.beta)
        seen = step.of(self.graph.out_sources, self.graph.out_indices).sum()
        return float(sum_over_pairs(unseen) + seen) / self.pairs

    @property
    def rates(self) -> Any:
        return self.model.edge_rates(self.graph)

    def sampling(self, probability: float) -> float:
        return sampling_variance(self.rates, min(max(probability, 0.0), 1.0))


def _rate_variance(one: _Side, two: _Side, names: list[str]) -> Floats:
    """(K,) variance of the differences that is due to uncertain rates."""
    along = (one.gradient(names), two.gradient(names))
    total: Floats = np.zeros(len(names))
    if one.model is not two.model or one.model.uncertainty is None:
        for grad, side in zip(along, (one, two), strict=True):
            total += np.maximum(np.einsum("kc,cd,kd->k", grad, side.found.rates, grad), 0.0)
        return total
    for more, less in one_deviation_apart(one.model):
        steps = [
            grad @ (counts_only(side.graph, more) - counts_only(side.graph, less)) / 2
            for grad, side in zip(along, (one, two), strict=True)
        ]
        total += (steps[0] - steps[1]) ** 2
    return total


def _equal_probability(one: _Side, two: _Side) -> float:
    """Variance of the difference, were the connection probability the same in both."""
    own = [side.sampling(side.probability) for side in (one, two)]
    weight = [1 / v if v > 0 else 0.0 for v in own]
    if sum(weight) == 0:
        weight = [float(one.pairs), float(two.pairs)]
    shared = float(np.average([one.probability, two.probability], weights=weight))
    return one.sampling(shared) + two.sampling(shared)


def _direction(table: pd.DataFrame, which: str, level: float) -> NDArray[np.float64]:
    """1 where a is significantly larger, -1 where smaller, 0 where neither."""
    significant = table[f"{which}q_value"].to_numpy(np.float64) <= 1 - level + 1e-12
    sign = np.sign(table[f"{which}difference"].to_numpy(np.float64))
    result: NDArray[np.float64] = np.where(significant, sign, 0.0)
    return result


def _provenance(one: _Side, two: _Side, level: float) -> dict[str, Any]:
    said: dict[str, Any] = {
        "graph_a": one.graph.name,
        "graph_b": two.graph.name,
        "error_model_a": words.of_model(one.model),
        "error_model_b": words.of_model(two.model),
        "level": level,
        "null_hypothesis": (
            "the two true graphs have the same value; errors of reconstruction are the only chance"
        ),
    }
    for key, side in (("not_corrected_a", one), ("not_corrected_b", two)):
        if left := not_corrected(side.model):
            said[key] = left
    return said


def _warn(table: pd.DataFrame, level: float) -> None:
    changed = [str(name) for name in table.index[table["verdict_changes"]]]
    if not changed:
        return
    more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
    warnings.warn(
        f"Corrected for the errors of both reconstructions, the verdict at {1 - level:.0%} changes for "
        f"{len(changed)} of {len(table)} measures: {', '.join(changed[:_NAMED])}{more}. See the columns "
        "naive_q_value and q_value.",
        VerdictWarning,
        stacklevel=3,
    )
