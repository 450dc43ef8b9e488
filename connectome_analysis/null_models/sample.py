"""Sample: one graph from a null model, or a sampler that many can be drawn from."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from ..graph import require_graph
from ..random_streams import Seed, State, seed_number, stream
from . import configuration
from .edge_set import EdgeArray

if TYPE_CHECKING:
    from ..graph import Graph

NullModelName = Literal["configuration"]


class Sampler(Protocol):
    """Draws graphs as dense edge lists; safe to use from many threads at once."""

    def draw(self, state: State) -> tuple[EdgeArray, EdgeArray, configuration.Mixing]:
        """Senders, receivers and how far the sample went from the graph."""
        ...


@dataclass(frozen=True, kw_only=True)
class NullModel:
    """A null model: its name, what it keeps in words, and how to make its sampler."""

    name: str
    keeps: str
    sampler: Callable[..., Sampler]


NULL_MODELS: Mapping[str, NullModel] = {
    "configuration": NullModel(
        name="configuration",
        keeps=configuration.KEEPS,
        sampler=configuration.ConfigurationSampler,
    )
}


def null_model(name: str) -> NullModel:
    """Find a null model by name; a ValueError lists them all."""
    if name not in NULL_MODELS:
        msg = f"There is no null model {name!r}; there are: {', '.join(NULL_MODELS)}."
        raise ValueError(msg)
    return NULL_MODELS[name]


def sampler(g: Graph, null: str = "configuration", **options: Any) -> Sampler:
    """Make a sampler for a graph; see `sample` for the parameters."""
    require_graph(g)
    simple = g.without_self_loops()
    model = null_model(null)
    known = list(inspect.signature(model.sampler).parameters)[3:]
    unknown = [name for name in options if name not in known]
    if unknown:
        msg = f"The {null} null has no option {', '.join(unknown)}; it has {', '.join(known)}."
        raise ValueError(msg)
    return model.sampler(simple.n_nodes, simple.out_sources, simple.out_indices, **options)


def sample(
    g: Graph,
    null_model: NullModelName = "configuration",
    *,
    rng: Seed = 0,
    **options: Any,
) -> Graph:
    """Draw one graph from a null model.

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    null_model : {"configuration"}
        ``configuration`` keeps each neuron's in- and out-degree, see
        `connectome_analysis.null_models.configuration`.
    rng : int, Generator or None
        The same seed gives the same graph.
    **options
        ``proposals_per_edge`` (configuration): steps of the chain for each edge, 20 by default.

    Returns
    -------
    Graph
        On the same nodes; every weight is 1, since the wiring that weights belong to is gone.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> null = ca.null_models.sample(g, "configuration", rng=1)
    >>> bool((null.out_degree == g.out_degree).all() and (null.in_degree == g.in_degree).all())
    True
    """
    senders, receivers, _ = sampler(g, null_model, **options).draw(stream(seed_number(rng), 0))
    return g.with_edges(senders, receivers)
