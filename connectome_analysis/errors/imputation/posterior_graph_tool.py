"""Posterior of graph-tool: true graphs under a stochastic block model, Peixoto's measured networks.

Peixoto 2018, PRX 8:041011, doi:10.1103/PhysRevX.8.041011. Groups of neurons, their number and a
hierarchy of them are found together with the true graph. Neither mutual pairs nor triads beyond what
groups make are known to it. Its rates of errors are one alpha and one beta, held at the model's.
"""

from __future__ import annotations

import threading
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from ...convert.missing_library import missing_library
from ...graph import require_graph
from ...random_streams import Seed, State, seed_number, stream
from ...whole_numbers import require_whole
from ..edge_rates import edge_rates

if TYPE_CHECKING:
    from ...graph import Graph
    from ..error_model import ErrorModel

# Beta distributions this narrow are numbers.
_MEASUREMENTS = 1e6
_LEAST_RATE = 1e-6
# graph-tool has one random generator for a process.
_ONE_AT_A_TIME = threading.Lock()


class GraphToolPosterior:
    """True graphs from graph-tool's ``MeasuredBlockState``.

    Parameters
    ----------
    g : Graph
        What was seen; self-loops and weights are left out.
    model : ErrorModel
        With one alpha and one beta for all pairs, without splits and merges.
    degree_corrected : bool
        Whether neurons of a group differ in degree.
    nested : bool
        Whether groups form a hierarchy.
    warm_up, sweeps : int
        Sweeps of the chain before the first draw, and for each draw, which begins where the warm-up
        ended.
    rng : int or numpy.random.Generator
        For the warm-up.

    Raises
    ------
    ImportError
        Where graph-tool is not installed.
    ValueError
        Where rates differ between pairs, or the model has splits or merges.

    Notes
    -----
    Draws are made one at a time, whatever the number of threads, and cannot be made on a cluster.
    graph-tool's chain does not go the same way twice from one seed: draws cannot be repeated.
    """

    prior = "graph-tool"

    def __init__(
        self,
        g: Graph,
        model: ErrorModel,
        *,
        degree_corrected: bool = True,
        nested: bool = True,
        warm_up: int = 200,
        sweeps: int = 20,
        rng: Seed = 0,
    ) -> None:
        require_graph(g)
        require_whole("warm_up", warm_up, least=0)
        require_whole("sweeps", sweeps)
        if model.fragments:
            msg = (
                "A posterior knows errors of pairs of neurons, this model also splits or merges "
                "neurons. Leave that out: model.replace(split=None, merge=None)."
            )
            raise ValueError(msg)
        inference = _inference()
        self.g = g.without_self_loops()
        rates = edge_rates(model, self.g)
        rates.require_informative()
        if rates.constant is None:
            msg = (
                f"graph-tool knows one alpha and one beta, this model has alpha {rates.alpha.least:.4g} "
                f"to {rates.alpha.most:.4g} and beta {rates.beta.least:.4g} to {rates.beta.most:.4g}. "
                'Take prior="degrees" or "blocks", which know rates of single pairs.'
            )
            raise ValueError(msg)
        alpha, beta = (max(rate, _LEAST_RATE) for rate in rates.constant)
        self.notes: tuple[str, ...] = (
            "graph-tool's block model does not hold mutual pairs and triads to corrected counts.",
        )
        if model.uncertainty is not None:
            self.notes += ("Rates were held at their central values, however uncertain.",)
        self._sweeps = int(sweeps)
        graph = self.g.to_graph_tool()
        one = graph.new_edge_property("int", val=1)
        with _ONE_AT_A_TIME:
            _seed(seed_number(rng))
            self._state: Any = inference.MeasuredBlockState(
                graph,
                n=one,
                x=one,
                n_default=1,
                x_default=0,
                fn_params={"alpha": _MEASUREMENTS * beta, "beta": _MEASUREMENTS * (1.0 - beta)},
                fp_params={"mu": _MEASUREMENTS * alpha, "nu": _MEASUREMENTS * (1.0 - alpha)},
                nested=nested,
                state_args={"deg_corr": degree_corrected},
            )
            for _ in range(int(warm_up)):
                self._state.multiflip_mcmc_sweep(beta=1.0, niter=1)

    def draw(self, rng: Seed = None) -> Graph:
        """Draw a true graph; weights are 1."""
        return self.draw_from(stream(seed_number(rng), 0))

    def draw_from(self, state: State) -> Graph:
        """Draw the true graph of a random stream."""
        with _ONE_AT_A_TIME:
            _seed(int(state[0]))
            chain = self._state.copy()
            for _ in range(self._sweeps):
                chain.multiflip_mcmc_sweep(beta=1.0, niter=1)
            graph = chain.get_graph()
            edges = graph.get_edges()
        pairs = np.unique(np.asarray(edges, np.int64), axis=0)
        pairs = pairs[pairs[:, 0] != pairs[:, 1]]
        return self.g.with_edges(pairs[:, 0], pairs[:, 1], np.ones(len(pairs), np.int64))


def _seed(number: int) -> None:
    import graph_tool

    graph_tool.seed_rng(number % (2**32 - 1) + 1)


def _inference() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Error importing")
            import graph_tool.inference
    except ImportError as error:
        way_out = (
            "it is not on PyPI; see docs/graph_tool.md, conda install -c conda-forge graph-tool, "
            'apt install python3-graph-tool, or take prior="degrees" or "blocks", which need nothing '
            "else"
        )
        raise missing_library("graph-tool", way_out) from error
    return graph_tool.inference
