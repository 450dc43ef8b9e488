"""Comparison: how well types are told, in one table with everything simpler, seed by seed."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...measures.per_neuron import labels_of
from ...random_streams import Seed, seed_number
from ...whole_numbers import require_whole
from ..graph_network.cell_typer import CellTyper
from ..graph_network.conformal_sets import ConformalSets
from ..graph_network.labels import number_labels
from ..graph_network.scores_of_types import macro_f1_of_numbers
from ..graph_network.typer_options import option_names
from ..graph_network.wirings import as_graphs, main_graph
from .baselines import METHODS, WITH_ERRORS, Method, Task, graph_network_errors
from .leakage import LeakageWarning, leakage
from .resampling import accuracy_and_macro_f1, surer_of_known
from .splitting import By, Split, split

if TYPE_CHECKING:
    import pandas as pd

    from ...errors import ErrorModel
    from ...graph import Graph


def evaluate(
    g: Graph | Mapping[str, Graph],
    labels: str | pd.Series[Any] | ArrayLike,
    by: By = "random",
    *,
    methods: Sequence[str] | None = None,
    seeds: int = 3,
    error_model: ErrorModel | None = None,
    coverage: float = 0.9,
    split_options: Mapping[str, Any] | None = None,
    pairs: str | None = None,
    rng: Seed = 0,
    progress: Callable[[int, int], None] | None = None,
    **typer_options: Any,
) -> pd.DataFrame:
    """Tell types of neurons that were kept apart, by every method, and score them alike.

    Parameters
    ----------
    g : Graph, or graphs by kind of connection
    labels : str, (N,) Series by node id, or (N,) array
    by : as for `split`
    methods : sequence of str, optional
        Among "majority", "label propagation", "seeds" (NTAC-like), "logistic regression", "gradient
        boosting" and "perceptron" on node features, "partner regression" (logistic regression that is
        also told the types of partners, as the graph network is), "graph network" (`CellTyper`) and
        "graph network, errors" (with an error model). All by default; a method by itself says little.
    seeds : int
        Splits, and seeds of every method.
    error_model : ErrorModel, optional
        Learn in `g`, and tell types in `g` with errors drawn anew for each seed. Only the first of
        several graphs is corrupted. A neuron that was lost is wrong.
    coverage : float
        Of the conformal sets, where the split keeps neurons for them.
    split_options : dict, optional
        Further options of `split`.
    pairs : str, optional
        Column of bilateral twins, for `leakage`.
    rng : int or numpy.random.Generator
    progress : callable, optional
        Told (methods done, methods in all).
    **typer_options
        Of `CellTyper`; ``features`` are those of all methods that look at features, and
        ``min_confidence`` is that below which all methods answer "unknown".

    Returns
    -------
    DataFrame, one row per method
        ``accuracy``, over test neurons whose type was learnt, and ``macro_f1``, over the types that
        were (``types_scored``), where a neuron of another type lowers the score of the one it is
        taken for; means over the seeds, with 95 % intervals (``_low``, ``_high``) that hold the chance
        of the seed and of the neurons tested; ``macro_f1_sd``, the deviation over seeds. Where the test
        holds types that were not learnt, ``accuracy_all`` and ``macro_f1_all`` over all test
        neurons and all their types, those not learnt counting as wrong and as 0, and
        ``new_types_auroc``, how well confidence tells them from known ones. With ``min_confidence``
        among the options, ``answered``, the share of test neurons of which a type is said. With
        neurons kept for calibration ``coverage``, the share of the tested whose true type is in its
        conformal set, and ``set_size``. ``seconds`` of processor time for one seed.
        ``attrs`` holds ``split`` and ``leakage``.

    Warns
    -----
    LeakageWarning
        Where scores may owe something to knowing the answer; see `leakage`.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("larva-mushroom-body-left").graph()
    >>> table = evaluate(g, "cell_type", methods=["majority", "seeds"], seeds=2)
    >>> bool(table.loc["seeds", "macro_f1"] > table.loc["majority", "macro_f1"])
    True
    """
    import pandas as pd

    graphs = as_graphs(g)
    first = main_graph(graphs)
    require_whole("seeds", seeds)
    chosen = _chosen(methods, error_model)
    truth, names = number_labels(labels_of(first, labels, argument="labels"))
    start = seed_number(rng)
    _require_typer_options(typer_options)
    least = CellTyper(**typer_options).settings.min_confidence
    collected: dict[str, _Found] = {name: _Found(least) for name in chosen}
    splits: list[Split] = []
    for k in range(seeds):
        seed = int(np.random.SeedSequence(start, spawn_key=(12, k)).generate_state(1)[0])
        parts = split(first, labels, by, rng=seed, **dict(split_options or {}))
        splits.append(parts)
        shown, place = _shown(graphs, error_model, seed)
        known = np.where(parts.train, truth, -1)
        known_shown = np.where(place >= 0, known[place], -1)
        task = Task(graphs, shown, known, known_shown, names, typer_options, seed, error_model)
        for j, (name, method) in enumerate(chosen.items()):
            began = time.process_time()
            chance = _in_first(method(task), place, first.n_nodes)
            collected[name].add(chance, truth, parts, coverage, time.process_time() - began)
            if progress is not None:
                progress(k * len(chosen) + j + 1, seeds * len(chosen))
    rows = {name: found.row(start) for name, found in collected.items()}
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index.name = "method"
    table = table.dropna(axis=1, how="all")
    features = typer_options.get("features", CellTyper().settings.features)
    said = leakage(
        first,
        labels,
        splits[0],
        features=(features,) if isinstance(features, str) else tuple(features),
        edge_types=typer_options.get("edge_types"),
        pairs=pairs,
    )
    for words in said:
        warnings.warn(words, LeakageWarning, stacklevel=2)
    table.attrs |= {
        "split": repr(splits[0]),
        "leakage": said,
        "seeds": seeds,
        "n_types": len(names),
    }
    if error_model is not None:
        table.attrs["error_model"] = repr(error_model)
    return table


class _Found:
    """What one method said, seed by seed."""

    def __init__(self, min_confidence: float) -> None:
        self.min_confidence = min_confidence
        self.truths: list[NDArray[np.int64]] = []
        self.guesses: list[NDArray[np.int64]] = []
        self.covered: list[float] = []
        self.sizes: list[float] = []
        self.aurocs: list[float] = []
        self.seconds: list[float] = []
        self.types: list[int] = []
        self.all_right: list[float] = []
        self.all_f1: list[float] = []
        self.answered: list[float] = []

    def add(
        self,
        chance: NDArray[np.float64],
        truth: NDArray[np.int64],
        parts: Split,
        coverage: float,
        seconds: float,
    ) -> None:
        """Keep what is needed of (N, T) probabilities; a row of NaN is a neuron that was lost."""
        lost = np.asarray(np.isnan(chance).any(axis=1), dtype=bool)
        filled = np.where(lost[:, None], 0.0, chance)
        silent = lost | (filled.max(axis=1) < self.min_confidence)
        best = np.where(silent, -1, filled.argmax(axis=1))
        learnt = np.isin(truth, truth[parts.train])
        asked = np.flatnonzero(parts.test & learnt)
        self.types.append(len(np.unique(truth[asked])))
        tested = np.flatnonzero(parts.test)
        self.truths.append(np.where(learnt, truth, -1)[tested])
        self.guesses.append(best[tested])
        if len(asked) < len(tested):
            self.all_right.append(float((best == truth)[tested].mean()))
            self.all_f1.append(macro_f1_of_numbers(truth[tested], best[tested]))
        if self.min_confidence > 0 and len(tested):
            self.answered.append(float((best[tested] >= 0).mean()))
        self.aurocs.append(surer_of_known(filled.max(axis=1)[parts.test], ~learnt[parts.test]))
        kept = np.flatnonzero(parts.calibration & learnt & ~lost)
        if len(kept):
            sets = ConformalSets.of(filled[kept], truth[kept])
            within = sets.members(filled[asked], coverage)
            self.covered.append(float(within[np.arange(len(asked)), truth[asked]].mean()))
            self.sizes.append(float(within.sum(axis=1).mean()))
        self.seconds.append(seconds)

    def row(self, seed: int) -> dict[str, float]:
        """One row of the table."""
        right, f1 = accuracy_and_macro_f1(self.truths, self.guesses, seed)
        each = [macro_f1_of_numbers(t, s) for t, s in zip(self.truths, self.guesses, strict=True)]
        return {
            "accuracy": right.mean,
            "accuracy_low": right.low,
            "accuracy_high": right.high,
            "macro_f1": f1.mean,
            "macro_f1_low": f1.low,
            "macro_f1_high": f1.high,
            "macro_f1_sd": float(np.std(each, ddof=1)) if len(each) > 1 else float("nan"),
            "accuracy_all": _mean(self.all_right),
            "macro_f1_all": _mean(self.all_f1),
            "answered": _mean(self.answered),
            "coverage": _mean(self.covered),
            "set_size": _mean(self.sizes),
            "new_types_auroc": float(np.mean(self.aurocs)),
            "types_scored": float(np.mean(self.types)),
            "seconds": float(np.mean(self.seconds)),
        }


def _require_typer_options(given: Mapping[str, Any]) -> None:
    there = option_names()
    wrong = [name for name in given if name not in there]
    if wrong:
        msg = f"CellTyper has no option {wrong[0]!r}; it has: {', '.join(sorted(there))}."
        raise ValueError(msg)


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _chosen(methods: Sequence[str] | None, error_model: ErrorModel | None) -> dict[str, Method]:
    there = dict(METHODS)
    if error_model is not None:
        there[WITH_ERRORS] = graph_network_errors
    if methods is None:
        return there
    for name in methods:
        if name not in there:
            msg = f"methods must be among {', '.join(map(repr, there))}, got {name!r}."
            if name == WITH_ERRORS:
                msg += " This one needs an error_model."
            raise ValueError(msg)
    return {name: there[name] for name in methods}


def _shown(
    graphs: Mapping[str, Graph], error_model: ErrorModel | None, seed: int
) -> tuple[Mapping[str, Graph], NDArray[np.int64]]:
    """The wiring in which types are told, and the place among the true neurons of each of its own."""
    first = next(iter(graphs))
    g = graphs[first]
    if error_model is None:
        return graphs, np.arange(g.n_nodes)
    seen = error_model.corrupt(g, rng=seed)
    place = {int(neuron): k for k, neuron in enumerate(g.node_ids)}
    of = np.array([place.get(int(neuron), -1) for neuron in seen.node_ids], dtype=np.int64)
    return {**graphs, first: seen}, of


def _in_first(
    chance: NDArray[np.float64], place: NDArray[np.int64], n_nodes: int
) -> NDArray[np.float64]:
    """Rows in the order of the true neurons, NaN for those that were lost."""
    rows = np.full((n_nodes, chance.shape[1]), np.nan)
    there = place >= 0
    rows[place[there]] = chance[there]
    return rows
