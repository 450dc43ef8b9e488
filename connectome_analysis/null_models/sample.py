"""Sample: one graph from a null model, or a sampler that many can be drawn from."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ..graph import require_graph
from ..random_streams import Seed, seed_number, stream
from . import (
    block,
    configuration,
    dyad,
    erdos_renyi,
    reciprocal_configuration,
    spatial,
    weights,
)
from .draw import Sampler
from .error_aware import FURTHER_OPTIONS, MAKERS, RATE_DRAWS, error_aware_sampler

if TYPE_CHECKING:
    from ..errors.error_model import ErrorModel
    from ..graph import Graph

NullModelName = Literal[
    "erdos_renyi",
    "dyad",
    "configuration",
    "reciprocal_configuration",
    "block",
    "spatial",
    "weights",
]


@dataclass(frozen=True, kw_only=True)
class NullModel:
    """A null model: its name, what it keeps in words, and how to make its sampler.

    What a sampler keeps may depend on its options; its own ``keeps`` then says more.
    """

    name: str
    keeps: str
    sampler: Callable[..., Sampler]

    @property
    def options(self) -> tuple[str, ...]:
        """Names of its options."""
        parameters = inspect.signature(self.sampler).parameters.values()
        named = (one.name for one in parameters if one.kind is one.KEYWORD_ONLY)
        return tuple(name for name in named if name != "tilts")

    @property
    def error_aware(self) -> bool:
        """Whether it can be passed through an error model."""
        return self.name in MAKERS


# The null models by name: what each keeps, and its sampler.
NULL_MODELS: Mapping[str, NullModel] = {
    "erdos_renyi": NullModel(
        name="erdos_renyi",
        keeps=erdos_renyi.KEEPS,
        sampler=erdos_renyi.ErdosRenyiSampler,
    ),
    "dyad": NullModel(
        name="dyad",
        keeps=dyad.KEEPS,
        sampler=dyad.DyadSampler,
    ),
    "configuration": NullModel(
        name="configuration",
        keeps=configuration.KEEPS,
        sampler=configuration.ConfigurationSampler,
    ),
    "reciprocal_configuration": NullModel(
        name="reciprocal_configuration",
        keeps=reciprocal_configuration.KEEPS,
        sampler=reciprocal_configuration.ReciprocalConfigurationSampler,
    ),
    "block": NullModel(
        name="block",
        keeps=block.KEEPS,
        sampler=block.BlockSampler,
    ),
    "spatial": NullModel(
        name="spatial",
        keeps=spatial.KEEPS,
        sampler=spatial.SpatialSampler,
    ),
    "weights": NullModel(
        name="weights",
        keeps=weights.KEEPS,
        sampler=weights.WeightsSampler,
    ),
}


def null_model(name: str) -> NullModel:
    """Find a null model by name; a ValueError lists them all."""
    if name not in NULL_MODELS:
        msg = f"There is no null model {name!r}; there are: {', '.join(NULL_MODELS)}."
        raise ValueError(msg)
    return NULL_MODELS[name]


def sampler(
    g: Graph,
    null: str = "configuration",
    *,
    error_model: ErrorModel | None = None,
    rate_draws: int = RATE_DRAWS,
    rng: Seed = 0,
    **options: Any,
) -> Sampler:
    """Make a sampler for a graph; see `sample` for the parameters.

    Parameters
    ----------
    rng : int, Generator or None
        For the draws from the uncertainty of an error model alone.
    """
    require_graph(g)
    model = null_model(null)
    further = () if error_model is None else FURTHER_OPTIONS.get(null, ())
    known = model.options + further
    unknown = [name for name in options if name not in known]
    if unknown:
        has = f"it has {', '.join(known)}" if known else "it has none"
        msg = f"The {null} null has no option {', '.join(unknown)}; {has}."
        raise ValueError(msg)
    simple = g.without_self_loops()
    if error_model is not None:
        aware = error_aware_sampler(
            simple, null, error_model, rate_draws=rate_draws, rng=rng, **options
        )
        if aware is not None:
            return aware
    own = {name: value for name, value in options.items() if name not in further}
    return model.sampler(simple, **own)


def sample(
    g: Graph,
    null_model: NullModelName = "configuration",
    *,
    error_model: ErrorModel | None = None,
    rate_draws: int = RATE_DRAWS,
    rng: Seed = 0,
    **options: Any,
) -> Graph:
    """Draw one graph from a null model.

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    null_model : {"erdos_renyi", "dyad", "configuration", "reciprocal_configuration", "block", \
"spatial", "weights"}
        What each keeps, and its options: ``NULL_MODELS[name].keeps`` and ``.options``.
        ``configuration`` keeps each neuron's in- and out-degree, ``reciprocal_configuration`` also
        how many of its partners each neuron is joined with both ways.
    error_model : ErrorModel, optional
        The null then describes the true wiring, and the sample is what a reconstruction with these
        errors would show of it, given what the null keeps of `g`; see `error_aware`. For nulls with
        ``NULL_MODELS[name].error_aware``.
    rate_draws : int
        Of an error model whose rates are uncertain, so many models are drawn and each sample takes
        one of them; 0 takes the rates as they are.
    rng : int, Generator or None
        The same seed gives the same graph.
    **options
        For the null model, for instance ``proposals_per_edge`` (configuration,
        reciprocal_configuration): steps of the chain for each edge.

    Returns
    -------
    Graph
        On the same nodes. Every weight is 1 where the null says nothing of weights, since the
        wiring that weights belong to is gone.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> null = ca.null_models.sample(g, "configuration", rng=1)
    >>> bool((null.out_degree == g.out_degree).all() and (null.in_degree == g.in_degree).all())
    True
    """
    seed = seed_number(rng)
    source = sampler(
        g, null_model, error_model=error_model, rate_draws=rate_draws, rng=seed, **options
    )
    draw = source.draw(stream(seed, 0))
    return g.with_edges(draw.senders, draw.receivers, draw.weights)
