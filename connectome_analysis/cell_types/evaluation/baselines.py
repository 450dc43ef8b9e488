"""Baselines: what any method has to beat, each told the same neurons and nothing else.

A method takes a `Task` and gives (N, T) probabilities, or shares that serve as such, for the graph it is
tested on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...convert.missing_library import missing_library
from ..from_seeds import seeded
from ..graph_network.cell_typer import CellTyper
from ..graph_network.node_features import node_features, plan_features
from ..graph_network.wirings import main_graph
from ..result import as_objects
from .label_propagation import propagate_labels
from .partner_regression import tell_by_partners

if TYPE_CHECKING:
    from ...errors import ErrorModel
    from ...graph import Graph

Wiring = Mapping[str, "Graph"]


class Task:
    """Learn from labelled neurons of one wiring, tell all neurons of another.

    Parameters
    ----------
    learnt, shown : graphs by kind
        Where the labels are learnt, and where types are to be told; the same, but under errors.
    known, known_shown : (N,) int64
        Types that may be known, in either, -1 elsewhere.
    names : (T,) object
    options : dict
        Of `CellTyper`.
    """

    def __init__(
        self,
        learnt: Wiring,
        shown: Wiring,
        known: NDArray[np.int64],
        known_shown: NDArray[np.int64],
        names: NDArray[np.object_],
        options: Mapping[str, Any],
        seed: int,
        error_model: ErrorModel | None = None,
    ) -> None:
        self.learnt, self.shown = learnt, shown
        self.known, self.known_shown = known, known_shown
        self.names = names
        self.options = dict(options)
        self.seed = seed
        self.error_model = error_model

    @property
    def n_types(self) -> int:
        """Number of types."""
        return len(self.names)

    def words(self, known: NDArray[np.int64]) -> NDArray[np.object_]:
        """Names of types, None where unknown."""
        return as_objects(None if k < 0 else self.names[k] for k in known)

    @cached_property
    def features(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Node features where they are learnt, and where they are shown."""
        asked = self.options.get("features", CellTyper().settings.features)
        mirror = self.options.get("mirror_axis")
        plan = plan_features(self.learnt, asked, mirror)
        here, _ = node_features(self.learnt, plan)
        return here, here if self.shown is self.learnt else node_features(self.shown, plan)[0]


Method = Callable[[Task], NDArray[np.float64]]


def majority(task: Task) -> NDArray[np.float64]:
    """The commonest type of the training neurons, for everyone."""
    share = np.bincount(task.known[task.known >= 0], minlength=task.n_types)
    return np.tile(share / share.sum(), (len(task.known_shown), 1))


def label_propagation(task: Task) -> NDArray[np.float64]:
    """Types spread along connections, whatever their direction."""
    return propagate_labels(main_graph(task.shown), task.known_shown, task.n_types)


def seeds(task: Task) -> NDArray[np.float64]:
    """NTAC-like seeded typing; the confidence goes to the type said, the rest to all others."""
    g = main_graph(task.shown)
    found = seeded(g, task.words(task.known_shown), rng=task.seed, least_confidence=0.0)
    place = {name: k for k, name in enumerate(task.names)}
    guess = found.guess if found.guess is not None else found.labels
    best = np.array([-1 if name is None else place[name] for name in guess])
    rest = (1 - found.confidence) / max(1, task.n_types - 1)
    chance = np.repeat(rest[:, None], task.n_types, axis=1)
    said = np.flatnonzero(best >= 0)
    chance[said, best[said]] = found.confidence[said]
    # The likeliest stays the likeliest where it is not sure at all.
    chance[said, best[said]] = np.maximum(chance[said, best[said]], rest[said] + 1e-9)
    shares: NDArray[np.float64] = chance / chance.sum(axis=1, keepdims=True)
    return shares


def logistic_regression(task: Task) -> NDArray[np.float64]:
    """Multinomial logistic regression on node features, types weighted alike."""
    _require_sklearn()
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(max_iter=1000, class_weight="balanced")
    return _on_features(task, model)


def partner_regression(task: Task) -> NDArray[np.float64]:
    """Logistic regression on node features and on the types of partners, told what the graph network is."""
    _require_sklearn()
    from sklearn.linear_model import LogisticRegression

    here, there = task.features
    return tell_by_partners(
        (main_graph(task.learnt), here, task.known),
        (main_graph(task.shown), there, task.known_shown),
        task.n_types,
        lambda: LogisticRegression(max_iter=2000, class_weight="balanced"),
    )


def gradient_boosting(task: Task) -> NDArray[np.float64]:
    """Gradient-boosted trees on node features, types weighted alike."""
    _require_sklearn()
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        class_weight="balanced", early_stopping=False, random_state=task.seed % 2**32
    )
    return _on_features(task, model)


def perceptron(task: Task) -> NDArray[np.float64]:
    """The same network without messages: a multilayer perceptron on node features."""
    options = task.options | {"n_layers": 0, "partner_types": False, "error_model": None}
    return _network(task, options)


def graph_network(task: Task) -> NDArray[np.float64]:
    """A `CellTyper`."""
    return _network(task, task.options | {"error_model": None})


def graph_network_errors(task: Task) -> NDArray[np.float64]:
    """A `CellTyper` that was trained with errors."""
    return _network(task, task.options | {"error_model": task.error_model})


def _network(task: Task, options: Mapping[str, Any]) -> NDArray[np.float64]:
    made: dict[str, Any] = {"calibration_share": 0.0} | dict(options) | {"rng": task.seed}
    typer = CellTyper(**made).fit(task.learnt, task.words(task.known))
    return _all_types(
        typer.predict_proba(task.shown, task.words(task.known_shown)), typer.classes_, task
    )


def _on_features(task: Task, model: Any) -> NDArray[np.float64]:
    here, there = task.features
    rows = np.flatnonzero(task.known >= 0)
    if here.shape[1] == 0:
        return majority(task)
    model.fit(here[rows], task.known[rows])
    chance = np.zeros((len(there), task.n_types))
    chance[:, model.classes_] = model.predict_proba(there)
    return chance


def _all_types(
    chance: NDArray[np.float64], classes: NDArray[np.object_], task: Task
) -> NDArray[np.float64]:
    """Columns of all types, where some were not among those learnt."""
    place = {name: k for k, name in enumerate(task.names)}
    wide = np.zeros((len(chance), task.n_types))
    wide[:, [place[name] for name in classes]] = chance
    return wide


def _require_sklearn() -> None:
    try:
        import sklearn  # noqa: F401
    except ImportError as error:
        raise missing_library("scikit-learn", "pip install 'neuropil[gnn]'") from error


METHODS: dict[str, Method] = {
    "majority": majority,
    "label propagation": label_propagation,
    "seeds": seeds,
    "logistic regression": logistic_regression,
    "partner regression": partner_regression,
    "gradient boosting": gradient_boosting,
    "perceptron": perceptron,
    "graph network": graph_network,
}
WITH_ERRORS = "graph network, errors"
