"""Posterior: true graphs as likely, given what was seen and the errors of the reconstruction.

What is known before a pair is looked at (`dyad_prior`: degrees, perhaps groups, mutual pairs) times
what was seen of it (`pair_likelihood`), and over all pairs together the corrected counts of triads
(`triad_closure`). The rates of errors are drawn anew for each graph where they are uncertain.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...graph import require_graph
from ...random_streams import Seed, State, seed_number, stream
from ..edge_rates import EdgeRates, counts_of
from ..rate_table import Floats, combine
from .balance import NO_BALANCE, Balance, find_balance, wanted_counts
from .degree_rates import DegreeRates, degree_rates
from .dyad_draw import DyadPosterior, TrueEdges, seen_dyads
from .dyad_prior import DyadPrior, Wanted, fit_dyad_prior
from .pair_likelihood import PairLikelihood, pair_likelihood
from .pair_sums import sums_over_receivers, transposed
from .prior_groups import prior_groups
from .triad_closure import FAR, LEAST_SPRING, Closure, prepare_closure, spring_for
from .triad_targets import count_estimates, edge_and_pair_estimates, triad_targets

if TYPE_CHECKING:
    from ...graph import Graph
    from ..error_model import ErrorModel

Prior = Literal["degrees", "blocks", "uniform"]
PRIORS = ("degrees", "blocks", "uniform")

# Beyond so many, a step of the chain costs more memory and time than draws are worth.
MOST_NODES = 6_000
MOST_EDGES = 400_000
_CALIBRATION_ROUNDS = 12
_FEW_ITERATIONS = 6


@dataclass(frozen=True, eq=False)
class _Prepared:
    """What one set of rates says."""

    likelihood: PairLikelihood
    pairs: DyadPosterior
    sends: DegreeRates
    receives: DegreeRates
    pair_estimate: float
    estimate: Floats | None


class Posterior:
    """True graphs given one that was seen, prepared once to draw many.

    Parameters
    ----------
    g : Graph
        What was seen; self-loops are left out. Weights count synapses where the model is one of
        synapses.
    model : ErrorModel
        Without splits and merges.
    prior : {"degrees", "blocks", "uniform"}
        What makes connections likely beforehand: corrected degrees of both neurons; these and the
        groups of both; or nothing but the density. All know how many pairs are mutual.
    groups : str or (N,) array, optional
        For "blocks": a column of the node table or a label per neuron; communities found in the
        graph where left out.
    edge_probability : (E,) array, optional
        Calibrated probability that each edge is real, in the order of ``g.edges()``, such as from
        confidences of synapses. Multiplies the evidence of the edge: relative to the mean
        probability where the model has false connections of its own, in place of them where not.
    closure : bool, optional
        Whether triads are held to their corrected counts; by default where it can be done, see
        `notes`.
    rng : int or numpy.random.Generator
        For the preparation.

    Attributes
    ----------
    edge_probability : (E,) float64
        Probability that each edge seen is real, from its own pair of neurons; triads not included.
    closure : bool
        Whether draws have the corrected counts of triads.
    notes : tuple of str
        What was done otherwise than asked or could be expected.

    Raises
    ------
    ValueError
        Where the graph has no neurons, the model has splits or merges, alpha + beta is 1 or more for a pair, weights do not
        count synapses, or an option is not one of those above.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> worm = ca.open("celegans-varshney2011").graph()
    >>> model = ca.errors.ErrorModel(alpha=0.002, beta=0.15, could_touch="all")
    >>> posterior = ca.errors.Posterior(worm, model)
    >>> true = posterior.draw(rng=1)
    >>> true.n_nodes, true.n_edges > worm.n_edges
    (279, True)
    """

    def __init__(
        self,
        g: Graph,
        model: ErrorModel,
        *,
        prior: Prior = "degrees",
        groups: str | ArrayLike | None = None,
        edge_probability: ArrayLike | None = None,
        closure: bool | None = None,
        rng: Seed = 0,
    ) -> None:
        require_graph(g)
        if model.fragments:
            msg = (
                "A posterior knows errors of pairs of neurons, this model also splits or merges "
                "neurons. Leave that out: model.replace(split=None, merge=None); what they do to "
                "the results is for model.corrupt to show."
            )
            raise ValueError(msg)
        if g.n_nodes == 0:
            msg = f"A posterior needs a graph with neurons, got {g!r}."
            raise ValueError(msg)
        if prior not in PRIORS:
            msg = f"prior must be one of {', '.join(PRIORS)}, got {prior!r}."
            raise ValueError(msg)
        if groups is not None and prior != "blocks":
            msg = f'groups are for prior="blocks", got prior={prior!r}.'
            raise ValueError(msg)
        self.g = g.without_self_loops()
        self.model = model
        self.prior = prior
        self._given = _probabilities(edge_probability, self.g)
        self._dyads = seen_dyads(self.g)
        self._groups = (
            prior_groups(self.g, groups)
            if prior == "blocks"
            else np.zeros(self.g.n_nodes, np.int32)
        )
        notes: list[str] = []
        likelihood = pair_likelihood(model, self.g)
        why_not = self._why_no_closure(closure)
        self._prepared = self._prepare(likelihood, None, triads=why_not is None)
        self._closure: Closure | None = None
        self._balance = NO_BALANCE
        seed = seed_number(rng)
        # Streams of draws are those of their numbers; the preparation has one of its own.
        state = stream(seed, _PREPARATION)
        random = np.random.Generator(np.random.PCG64(int(state[0])))
        if why_not is None and not self._exact:
            targets = triad_targets(self.g, likelihood.rates)
            changes = float(likelihood.log_ratio.size - self.edge_probability.sum())
            changes += self._prepared.pairs.expected_missed()
            spring = spring_for(changes)
            if spring >= LEAST_SPRING:
                self._closure = prepare_closure(
                    self._prepared.pairs, targets, spring, random, state
                )
                if self._closure.off > FAR:
                    notes.append(
                        f"Triads of the draws are up to {self._closure.off:.1f} standard errors off "
                        "their corrected counts, which the prior makes hard to reach; "
                        'prior="blocks" may come nearer.'
                    )
            else:
                why_not = "only a handful of connections can have been missed or invented"
        if why_not is not None:
            if closure:
                msg = f"Triads cannot be held to their corrected counts: {why_not}."
                raise ValueError(msg)
            if not self._exact:
                notes.append(
                    f"Triads are not held to their corrected counts ({why_not}): missed connections "
                    "close fewer triangles than they should."
                )
                if self._given is None:
                    wanted = wanted_counts(self.g, likelihood.rates)
                    self._balance = find_balance(
                        lambda balance: self._pairs_drawn(self._prepared, balance, random).draw(
                            random
                        ),
                        self.g,
                        wanted,
                    )
        self.closure = self._closure is not None
        self.notes = tuple(notes)

    # ---------------------------------------------------------------- what it says

    @property
    def edge_probability(self) -> Floats:
        """(E,) probability that each edge seen is real."""
        return self._prepared.pairs.edge_probability()

    @property
    def expected_missed(self) -> float:
        """Expected number of connections that were not seen, from pairs alone; looks at all."""
        return self._prepared.pairs.expected_missed()

    def __repr__(self) -> str:
        held = "triads held to their corrected counts" if self.closure else "pairs independent"
        return f"Posterior of {self.g!r}, prior: {self.prior}; {held}"

    # ---------------------------------------------------------------- draws

    def draw(self, rng: Seed = None) -> Graph:
        """Draw a true graph.

        Returns
        -------
        Graph
            On the same neurons. Weights are true synapses for models of synapses, else 1.
        """
        return self.draw_from(stream(seed_number(rng), 0))

    def draw_from(self, state: State) -> Graph:
        """Draw the true graph of a random stream; see `random_streams.stream`.

        Parameters
        ----------
        state : (4,) uint64, changed
        """
        random = np.random.Generator(np.random.PCG64(int(state[0])))
        now = self._prepared
        if self.model.uncertainty is not None:
            likelihood = pair_likelihood(self.model.draw(random), self.g)
            now = self._prepare(likelihood, now.pairs.prior, triads=self._closure is not None)
        if self._exact:
            return self._graph(now, TrueEdges(np.ones(self.g.n_edges, bool), *_NOTHING), random)
        pairs = self._pairs_drawn(now, self._balance, random)
        if self._closure is None:
            return self._graph(now, pairs.draw(random), random)
        assert now.estimate is not None
        return self._graph(now, self._closure.draw(pairs, now.estimate, random, state), random)

    def _graph(self, now: _Prepared, edges: TrueEdges, rng: np.random.Generator) -> Graph:
        g = self.g
        senders = np.concatenate([g.out_sources[edges.kept], edges.senders])
        receivers = np.concatenate([g.out_indices[edges.kept], edges.receivers])
        counts = now.likelihood.counts
        if counts is None:
            weights = np.ones(len(senders), np.int64)
        else:
            seen = np.concatenate(
                [counts_of(g)[edges.kept], np.zeros(len(edges.senders), np.int64)]
            )
            weights = counts.draw(senders, receivers, seen, rng)
        return g.with_edges(senders, receivers, weights)

    def _pairs_drawn(
        self, now: _Prepared, balance: Balance, rng: np.random.Generator
    ) -> DyadPosterior:
        """Pairs with a prior as likely as the central one."""
        prior = self._drawn_prior(now, rng)
        return dataclasses.replace(now.pairs, prior=balance.applied_to(prior, rng))

    def _drawn_prior(self, now: _Prepared, rng: np.random.Generator) -> DyadPrior:
        """The prior with degrees of neurons as likely."""
        prior = now.pairs.prior
        if self.prior == "uniform" or self.g.n_nodes < 2:
            return prior
        sends, receives = now.sends.draw(rng), now.receives.draw(rng)
        # Both count the same edges, so their totals agree.
        receives *= sends.sum() / receives.sum()
        if self._closure is not None:
            wanted = self._wanted(sends, receives, now.likelihood.rates, now.pair_estimate)
            return fit_dyad_prior(wanted, self._groups, prior, _FEW_ITERATIONS)
        x = prior.sends * sends / now.sends.rate
        y = prior.receives * receives / now.receives.rate
        y *= now.receives.rate.sum() / receives.sum()
        return dataclasses.replace(prior, sends=x, receives=y)

    def _wanted(self, sends: Floats, receives: Floats, rates: EdgeRates, pairs: float) -> Wanted:
        # Nobody is sure to be connected to all others.
        most = max(0.9 * (self.g.n_nodes - 1), 1e-6)
        sends, receives = np.minimum(sends, most), np.minimum(receives, most)
        total = float(sends.sum())
        return Wanted(
            sends,
            receives * total / receives.sum(),
            # Half a pair where there seem to be none; no more than the edges can make.
            float(np.clip(pairs, min(0.5, 0.1 * total), 0.45 * total)),
            self._block_edges(rates, total),
        )

    # ---------------------------------------------------------------- preparation

    @property
    def _exact(self) -> bool:
        """Whether what was seen is the truth."""
        pairs = self._prepared.pairs
        certain = bool(np.isposinf(pairs.log_ratio).all())
        return certain and not np.any(pairs.unseen.table) and not np.any(pairs.unseen.values)

    def _why_no_closure(self, closure: bool | None) -> str | None:
        n, m = self.g.n_nodes, self.g.n_edges
        if closure is False:
            return "closure=False was asked for"
        if self._given is not None:
            return "probabilities of single edges were given, and the corrected counts know of none"
        if m == 0 or n < 3:
            return "there are no triads in what was seen"
        if n > MOST_NODES or m > MOST_EDGES:
            return f"{n:,} neurons and {m:,} edges are more than {MOST_NODES:,} and {MOST_EDGES:,}"
        return None

    def _prepare(
        self, likelihood: PairLikelihood, start: DyadPrior | None, *, triads: bool
    ) -> _Prepared:
        g, rates = self.g, likelihood.rates
        seen = np.ones(g.n_edges) if self._given is None else self._given
        if self.model.has_false:
            seen = np.ones(g.n_edges)
        sends, receives = _degrees(g, rates, seen, uniform=self.prior == "uniform")
        estimate = count_estimates(g, rates) if triads else None
        pair_estimate = edge_and_pair_estimates(g, rates)[1] if estimate is None else estimate[1]
        pair_estimate = float(pair_estimate)
        wanted = self._wanted(sends.rate, receives.rate, rates, pair_estimate)
        prior = fit_dyad_prior(wanted, self._groups, start)
        log_ratio = self._with_given(likelihood.log_ratio, prior)
        pairs = DyadPosterior(g, self._dyads, prior, log_ratio, likelihood.unseen)
        if self._given is not None and not self.model.has_false:
            pairs = _calibrated(pairs, self._given)
        return _Prepared(likelihood, pairs, sends, receives, pair_estimate, estimate)

    def _block_edges(self, rates: EdgeRates, total: float) -> Floats | None:
        if self.prior != "blocks":
            return None
        g, groups = self.g, self._groups
        n_groups = int(groups.max(initial=0)) + 1
        seen = combine(lambda a, b: 1.0 / (1.0 - a - b), rates.alpha, rates.beta)
        false = combine(lambda a, b: a / (1.0 - a - b), rates.alpha, rates.beta)
        cell = groups[g.out_sources].astype(np.int64) * n_groups + groups[g.out_indices]
        found = np.bincount(cell, seen.of(g.out_sources, g.out_indices), n_groups**2)
        edges: Floats = found.reshape(n_groups, n_groups).astype(np.float64)
        for group in range(n_groups):
            by_sender = sums_over_receivers(false, groups == group)
            edges[:, group] -= np.bincount(groups, by_sender, n_groups)
        edges = np.maximum(edges, 0.1)
        scaled: Floats = edges * (total / float(edges.sum()))
        return scaled

    def _with_given(self, log_ratio: Floats, prior: DyadPrior) -> Floats:
        if self._given is None:
            return log_ratio
        given = np.clip(self._given, 1e-12, 1.0)
        with np.errstate(divide="ignore"):
            logit = np.log(given) - np.log1p(-given)
        if self.model.has_false:
            mean = float(np.clip(given.mean(), 1e-12, 1.0 - 1e-12))
            relative: Floats = log_ratio + logit - (np.log(mean) - np.log1p(-mean))
            return relative
        alone: Floats = logit - float(
            np.log(prior.odds(self.g.out_sources, self.g.out_indices)).mean()
        )
        return alone


_PREPARATION = 2**32 - 1
_NOTHING = (np.empty(0, np.int64), np.empty(0, np.int64))


def _degrees(
    g: Graph, rates: EdgeRates, seen: Floats, *, uniform: bool
) -> tuple[DegreeRates, DegreeRates]:
    """Expected degrees of all neurons as senders and as receivers."""
    informative = combine(lambda a, b: 1.0 - a - b, rates.alpha, rates.beta)
    result = []
    for found, alpha, ends, partners in (
        (informative, rates.alpha, g.out_sources, g.in_degree),
        (transposed(informative), transposed(rates.alpha), g.out_indices, g.out_degree),
    ):
        # Partners count as they have partners: those who have many make up most of the degree.
        weights = partners + 1e-3
        share = sums_over_receivers(found, weights) / np.maximum(weights.sum() - weights, 1e-12)
        degree: Floats = np.bincount(ends, seen, g.n_nodes).astype(np.float64)
        false = sums_over_receivers(alpha)
        if uniform:
            degree, share, false = (np.full(g.n_nodes, x.mean()) for x in (degree, share, false))
        result.append(degree_rates(degree, np.maximum(share, 1e-3), false))
    return result[0], result[1]


def _calibrated(pairs: DyadPosterior, given: Floats) -> DyadPosterior:
    """As many edges are real as the probabilities given for them say."""
    wanted = float(np.clip(given.mean(), 1e-9, 1.0 - 1e-9))
    for _ in range(_CALIBRATION_ROUNDS):
        mean = float(np.clip(pairs.edge_probability().mean(), 1e-9, 1.0 - 1e-9))
        step = np.log(wanted / (1.0 - wanted)) - np.log(mean / (1.0 - mean))
        pairs = dataclasses.replace(pairs, log_ratio=pairs.log_ratio + step)
    return pairs


def _probabilities(given: Any, g: Graph) -> Floats | None:
    if given is None:
        return None
    values: NDArray[Any] = np.asarray(given, np.float64)
    if values.shape != (g.n_edges,):
        msg = (
            f"edge_probability must have {g.n_edges:,} entries, one for each edge in the order of "
            f"g.edges() without self-loops, got shape {values.shape}."
        )
        raise ValueError(msg)
    if not np.all((values >= 0) & (values <= 1)):
        bad = values[~((values >= 0) & (values <= 1))][0]
        msg = f"edge_probability must be between 0 and 1, got {bad.item()!r}."
        raise ValueError(msg)
    return values
