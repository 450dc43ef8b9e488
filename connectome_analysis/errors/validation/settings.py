"""Settings: errors that reconstructions make, even and biased, for any true graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from ...graph import Graph
from ..could_touch import AllPairs, SharedColumn
from ..error_model import ErrorModel
from ..fragments import Merge, Split
from ..uncertainty import Uncertainty, of_share
from ..varying import PerGroup, PerNeuron
from .truths import COLUMN

# What a world has verified of its reconstruction, where the rates are fitted: connections (of each
# pair of regions), pairs that are not connected, synapses, and sites of each side of each neuron.
VERIFIED_CONNECTIONS = 400
VERIFIED_PAIRS_PER_FALSE = 100
VERIFIED_SYNAPSES = 1000
VERIFIED_SITES = 200


class Setting(NamedTuple):
    """One way to err.

    Attributes
    ----------
    words : str
    channel : ErrorModel
        What happens.
    assumed : ErrorModel
        What the analysis takes for granted: the same, where nothing is broken.
    broken : bool
        Whether the analysis assumes less than what happens.
    """

    words: str
    channel: ErrorModel
    assumed: ErrorModel
    broken: bool = False


def settings(g: Graph) -> Mapping[str, Setting]:
    """All settings for a true graph, by name."""
    return {name: make(g) for name, make in _SETTINGS.items()}


def _false_share(g: Graph, share: float) -> float:
    """The alpha at which false connections are that share of the true ones, over all pairs."""
    pairs = g.n_nodes * (g.n_nodes - 1) - g.n_edges
    return share * g.n_edges / pairs


def _same(words: str, model: ErrorModel) -> Setting:
    return Setting(words, model, model)


def _even(g: Graph) -> Setting:
    alpha = _false_share(g, 0.07)
    model = ErrorModel(alpha=alpha, beta=0.15, could_touch=AllPairs())
    return _same(f"15 % missed, false ones 7 % of the true (alpha {alpha:.2g})", model)


def _heavy(g: Graph) -> Setting:
    alpha = _false_share(g, 0.35)
    model = ErrorModel(alpha=alpha, beta=0.3, could_touch=AllPairs())
    return _same(f"30 % missed, false ones 35 % of the true (alpha {alpha:.2g})", model)


def _regions(g: Graph) -> Setting:
    """Recall by the regions of both neurons; false connections within regions only."""
    labels = g.nodes[COLUMN].to_numpy()
    names = sorted(set(labels))
    beta = {
        (a, b): round(0.05 + 0.35 * ((3 * i + 2 * j) % 5) / 4, 4)
        for i, a in enumerate(names)
        for j, b in enumerate(names)
    }
    inside = sum(int((labels == a).sum()) * (int((labels == a).sum()) - 1) for a in names)
    alpha = 0.07 * g.n_edges / max(inside, 1)
    model = ErrorModel(alpha=alpha, beta=PerGroup(COLUMN, beta), could_touch=COLUMN)
    return _same("5 to 40 % missed by pair of regions, 7 % false within regions", model)


def _incomplete(g: Graph) -> Setting:
    """Every neuron has its own share of attached sites, and of the attached some are missed."""
    rng = np.random.default_rng(7)
    pre = PerNeuron(g.node_ids, np.round(rng.beta(28.5, 1.5, g.n_nodes), 3))
    post = PerNeuron(g.node_ids, np.round(rng.beta(7.5, 2.5, g.n_nodes), 3))
    model = ErrorModel(beta=0.1, pre_completeness=pre, post_completeness=post)
    words = (
        "95 % of senders' and 75 % of receivers' sites attached, by neuron; 10 % of the rest missed"
    )
    return _same(words, model)


def _synapses(g: Graph) -> Setting:
    """Single synapses missed and invented; weak connections vanish most often."""
    rate = _false_share(g, 0.07)
    model = ErrorModel(recall=0.75, false_rate=rate, could_touch=AllPairs())
    return _same("75 % of synapses found, false ones 7 % of the connections", model)


def _lost_axons(g: Graph) -> Setting:
    even = _even(g)
    channel = even.channel.replace(split=Split(probability=0.05, part="axon"))
    return Setting(f"{even.words}; 5 % of neurons lost all outputs", channel, even.assumed, True)


def _fragments(g: Graph) -> Setting:
    even = _even(g)
    channel = even.channel.replace(
        split=Split(probability=0.10, part="near", fraction=0.3),
        merge=Merge(probability=0.01, could_touch=SharedColumn(COLUMN)),
    )
    words = f"{even.words}; 10 % of neurons lost three tenths, 1 % merged"
    return Setting(words, channel, even.assumed, True)


_SETTINGS: Mapping[str, Callable[[Graph], Setting]] = {
    "even": _even,
    "heavy": _heavy,
    "regions": _regions,
    "incomplete": _incomplete,
    "synapses": _synapses,
    "lost axons": _lost_axons,
    "fragments": _fragments,
}
PAIRWISE = ("even", "heavy", "regions", "incomplete", "synapses")
BROKEN = ("lost axons", "fragments")
# Errors so rare that nothing is changed, but not 0: tests with them are those without, if all is right.
VANISHING = ErrorModel(alpha=1e-9, beta=1e-6, could_touch=AllPairs())


def fitted(model: ErrorModel, rng: np.random.Generator) -> ErrorModel:
    """The model with rates as a verified part of one world gives them, and how well it knows them.

    Shares of attached sites are counted for each neuron, and taken as they are counted: an error model
    has no uncertainty of single neurons, only of what they have in common.
    """
    values: dict[str, float] = {}
    variances: list[float] = []

    def seen(name: str, rate: float, trials: int) -> None:
        values[name], variance = of_share(float(rng.binomial(trials, rate)), trials)
        variances.append(variance)

    if isinstance(model.beta, PerGroup):
        for key, rate in model.beta.rates.items():
            seen(f"beta[{key}]", rate, VERIFIED_CONNECTIONS)
    elif isinstance(model.beta, float) and model.beta > 0:
        seen("beta", model.beta, VERIFIED_CONNECTIONS)
    if model.alpha is not None and not isinstance(model.alpha, PerGroup):
        seen("alpha", model.alpha, round(VERIFIED_PAIRS_PER_FALSE / model.alpha))
    if not model.of_connections:
        seen("recall", model.recall, VERIFIED_SYNAPSES)
        pairs = VERIFIED_PAIRS_PER_FALSE / model.false_rate
        false = rng.poisson(model.false_rate * pairs)
        values["false_rate"] = (false + 0.5) / pairs
        variances.append(1.0 / (false + 0.5))
    counted = {
        side: PerNeuron(share.node_ids, rng.binomial(VERIFIED_SITES, share.rates) / VERIFIED_SITES)
        for side in ("pre_completeness", "post_completeness")
        if isinstance(share := getattr(model, side), PerNeuron)
    }
    return model.with_values(values).replace(
        uncertainty=Uncertainty(tuple(values), np.diag(variances)), **counted
    )


def made_with() -> dict[str, int]:
    """What the fitted rates depend on."""
    return {
        "verified_connections": VERIFIED_CONNECTIONS,
        "verified_pairs_per_false": VERIFIED_PAIRS_PER_FALSE,
        "verified_synapses": VERIFIED_SYNAPSES,
        "verified_sites": VERIFIED_SITES,
    }
