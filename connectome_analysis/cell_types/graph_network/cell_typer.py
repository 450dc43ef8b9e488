"""CellTyper: a graph network that learns types from wiring, with the habits of scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...measures.choice import require_choice
from ...measures.per_neuron import labels_of
from ...random_streams import Seed, seed_number
from ..result import CellTypes, as_objects
from .conformal_sets import ConformalSets, sets_table
from .held_out import draw_held_out
from .labels import number_labels, plain_label, plain_labels
from .scores_of_types import accuracy, macro_f1
from .settings import Layer, Settings, as_fanout
from .wirings import as_graphs, main_graph

if TYPE_CHECKING:
    import pandas as pd

    from ...errors import ErrorModel
    from ...graph import Graph
    from .ensemble import Ensemble

Wiring = "Graph | Mapping[str, Graph]"
Labels = "str | pd.Series[Any] | ArrayLike"
# From here on an epoch over the whole graph costs more than one over batches.
_LINKS_OF_A_WHOLE_STEP = 1_000_000


class CellTyper:
    """Learn cell types from labelled neurons, and tell those of others with how sure each call is.

    Messages go along connections, what comes from senders and what from receivers in channels of
    their own, weighted by ln(1 + weight). A neuron is told its partners' types where they are known, but
    never its own; in training, known types are hidden and shown at random. Probabilities are
    calibrated by a temperature on neurons that were kept back.

    Parameters
    ----------
    layer : {"sage", "gat"}
        Weighted mean of the partners, or attention (slower by far).
    features : sequence of str
        Of each neuron: ``"degree"``, ``"strength"``, ``"reciprocity"``, ``"motifs"`` (its roles in
        triads), ``"position"``, and columns of the node table, such as ``"length_nm"``. None of
        them depends on ids or on the individual: counts are logarithms, and every column is brought to
        mean 0 and deviation 1 within its graph.
    edge_types : str, optional
        Column of the node table, such as ``"neurotransmitter"``: connections of each kind of sender
        have a channel of their own. Kinds such as chemical and electrical are given as a mapping
        of graphs to `fit`.
    mirror_axis : {"x", "y", "z"}, optional
        With ``"position"``: the axis of left and right, of which only the distance from the midline
        is looked at.
    partner_types : bool
        Whether partners' known types are told.
    n_layers : int
        Rounds of messages; 0 is a multilayer perceptron on the features.
    hidden, heads, dropout
        Width of the network; heads of ``"gat"``; share of inputs dropped in training.
    n_networks : int
        Networks whose probabilities are averaged, each with other neurons kept back.
    rounds : int
        Predictions are told to partners as likely types, and made again, so often.
    epochs, patience : int
        At most so many epochs; the last one is kept whose loss on neurons kept back is not clearly (by
        a standard error) above the least, and training stops when it has been for so many.
    learning_rate, weight_decay : float
    class_weight : {"sqrt", "balanced", None}
        Weight of a type in the loss: inverse to the square root of its number, to it, or none.
    batch_size : int, optional
        Neurons of a step, for which some partners are drawn. By default whole graphs of up to a million
        links are one step, and larger ones go by 512.
    fanout : int, or one for each layer
        Partners drawn of each channel, where there are batches.
    watch_share, calibration_share : float
        Shares of the labelled neurons kept back: to stop and set the temperature (by each network
        anew), and for conformal sets (by all; 0 leaves that to `calibrate`).
    min_confidence : float
        Below it the answer of `predict` is None, unknown.
    error_model : ErrorModel, optional
        Every epoch sees the (first) graph with errors drawn anew, so that the network learns what
        survives them.
    rng : int or numpy.random.Generator
        The same seed gives the same networks, on the same number of threads of torch.
    device : str, optional
        By default CUDA, then MPS, then the CPU.
    progress : bool or callable
        True for a bar on stderr; or told (epochs done, epochs at most).

    Attributes
    ----------
    classes_ : (T,) object
        Types, sorted by name.
    history_ : DataFrame
        One row per check: ``network``, ``epoch``, ``loss``, ``watched_loss``.
    n_learnt_, n_watched_ : int
        Neurons learnt from, and kept back to stop by.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> left = ca.open("larva-mushroom-body-left").graph()
    >>> right = ca.open("larva-mushroom-body-right").graph()
    >>> typer = ca.cell_types.CellTyper(hidden=16, epochs=20).fit(left, "cell_type")
    >>> bool(typer.score(right, "cell_type", metric="accuracy") > 0.8)
    True
    """

    def __init__(
        self,
        *,
        layer: Layer = "sage",
        features: Sequence[str] = ("degree", "strength", "reciprocity", "motifs"),
        edge_types: str | None = None,
        mirror_axis: str | None = None,
        partner_types: bool = True,
        n_layers: int = 2,
        hidden: int = 64,
        heads: int = 4,
        dropout: float = 0.3,
        n_networks: int = 1,
        rounds: int = 1,
        epochs: int = 200,
        patience: int = 100,
        learning_rate: float = 5e-3,
        weight_decay: float = 1e-3,
        class_weight: Literal["sqrt", "balanced"] | None = "sqrt",
        batch_size: int | None = None,
        fanout: int | Sequence[int] = 10,
        watch_share: float = 0.1,
        calibration_share: float = 0.1,
        min_confidence: float = 0.0,
        error_model: ErrorModel | None = None,
        rng: Seed = 0,
        device: str | None = None,
        progress: bool | Callable[[int, int], None] = False,
    ) -> None:
        self.settings = Settings(
            layer=layer,
            features=(features,) if isinstance(features, str) else tuple(features),
            edge_types=edge_types,
            mirror_axis=mirror_axis,
            partner_types=partner_types,
            n_layers=n_layers,
            hidden=hidden,
            heads=heads,
            dropout=dropout,
            n_networks=n_networks,
            rounds=rounds,
            epochs=epochs,
            patience=patience,
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            class_weight=class_weight,
            batch_size=batch_size,
            fanout=as_fanout(fanout),
            watch_share=watch_share,
            calibration_share=calibration_share,
            min_confidence=min_confidence,
        )
        self.settings.fanouts()
        self.error_model = error_model
        self.seed = seed_number(rng)
        self.device = device
        self.progress = progress
        self.conformal: ConformalSets | None = None
        self._fitted: Ensemble | None = None
        self.classes_: NDArray[np.object_] = np.empty(0, dtype=object)

    # ---------------------------------------------------------------- learning

    def fit(
        self,
        g: Graph | Mapping[str, Graph],
        labels: str | pd.Series[Any] | ArrayLike,
        *,
        calibration: ArrayLike | None = None,
    ) -> Self:
        """Learn from the neurons that have a label.

        Parameters
        ----------
        g : Graph, or graphs by kind of connection
            Neurons without a label take part: messages go through them. Of several graphs the first
            one's node table counts.
        labels : str, (N,) Series by node id, or (N,) array
            Text or whole numbers; None, NaN or NA where unknown.
        calibration : (N,) array of bool, optional
            Labelled neurons to keep for conformal sets, in place of `calibration_share`.

        Raises
        ------
        ValueError
            Where fewer than two types have a label, or an option does not fit the graph.
        ImportError
            Without the extra ``gnn``.
        """
        from .ensemble import fit_ensemble

        graphs = as_graphs(g)
        first = main_graph(graphs)
        number, names = number_labels(labels_of(first, labels, argument="labels"))
        if len(names) < 2:
            n_labels = int((number >= 0).sum())
            msg = (
                f"Labels of at least two types are wanted, got {len(names)} among {n_labels:,} "
                f"labelled of {first.n_nodes:,} neurons."
            )
            raise ValueError(msg)
        keep = self._calibration(number, calibration)
        learn = number.copy()
        learn[keep] = -1
        if len(np.unique(learn[learn >= 0])) < 2:
            msg = "Without the neurons kept for calibration fewer than two types are left to learn."
            raise ValueError(msg)
        with self._telling() as tell:
            self._fitted = fit_ensemble(
                graphs,
                learn,
                len(names),
                self.settings,
                self.seed,
                self.device,
                self.error_model,
                tell,
            )
        self.classes_ = names
        self.conformal = None
        if len(keep):
            told = np.full(len(names), None, dtype=object)
            told[:] = names
            known = as_objects(None if k < 0 else told[k] for k in learn)
            chance = self.predict_proba(graphs, known)
            self.conformal = ConformalSets.of(chance[keep], number[keep])
        return self

    def calibrate(
        self,
        g: Graph | Mapping[str, Graph],
        labels: str | pd.Series[Any] | ArrayLike,
        known: str | pd.Series[Any] | ArrayLike | None = None,
    ) -> Self:
        """Look at labelled neurons that were not learnt from, for conformal sets.

        The sets keep their promise for neurons drawn as these were: take them from the hemisphere,
        individual or quality of reconstruction that is to be predicted.

        Parameters
        ----------
        g, known
            As for `predict`; `known` must not tell the labels of these neurons.
        labels
            As for `fit`. Types that were not learnt cannot be in a set and are refused.
        """
        graphs = as_graphs(g)
        given = labels_of(main_graph(graphs), labels, argument="labels")
        number = self._places(given)
        strange = given.notna().to_numpy(dtype=bool) & (number < 0)
        if strange.any():
            msg = (
                f"{int(strange.sum()):,} neurons have types that were not learnt, for instance "
                f"{given.to_numpy(dtype=object)[strange][0]!r}; leave them out of the calibration."
            )
            raise ValueError(msg)
        where = np.flatnonzero(number >= 0)
        if len(where) == 0:
            msg = "No neuron has a label to calibrate with."
            raise ValueError(msg)
        chance = self.predict_proba(graphs, known)
        self.conformal = ConformalSets.of(chance[where], number[where])
        return self

    # ---------------------------------------------------------------- telling

    def predict_proba(
        self,
        g: Graph | Mapping[str, Graph],
        known: str | pd.Series[Any] | ArrayLike | None = None,
    ) -> NDArray[np.float64]:
        """Probability of every type for every neuron.

        Parameters
        ----------
        g : as for `fit`
            The same connectome, or another individual or hemisphere with the same kinds of
            connections and columns.
        known : str, (N,) Series or array, optional
            Types known in `g`, told to partners: the labels of `fit`, where it is the same connectome.

        Returns
        -------
        (N, T) float64
            Rows sum to 1; columns in the order of `classes_`.
        """
        ensemble = self._require_fitted()
        graphs = as_graphs(g)
        number = np.full(main_graph(graphs).n_nodes, -1, dtype=np.int64)
        if known is not None:
            number = self._places(labels_of(main_graph(graphs), known, argument="known"))
        return ensemble.probabilities(graphs, number, self.settings, self.device)

    def predict(
        self,
        g: Graph | Mapping[str, Graph],
        known: str | pd.Series[Any] | ArrayLike | None = None,
        *,
        min_confidence: float | None = None,
    ) -> NDArray[np.object_]:
        """Likeliest type of every neuron, None where none is as likely as `min_confidence`.

        Parameters
        ----------
        g, known
            As for `predict_proba`. A neuron whose type is known is predicted like any other.
        """
        return self.cell_types(g, known, min_confidence=min_confidence).labels

    def cell_types(
        self,
        g: Graph | Mapping[str, Graph],
        known: str | pd.Series[Any] | ArrayLike | None = None,
        *,
        min_confidence: float | None = None,
    ) -> CellTypes:
        """Predictions with their confidence and the likeliest type also where unknown is the answer.

        Returns
        -------
        CellTypes
            ``to_frame()`` is a table that ``Connectome.register`` takes.
        """
        least = self.settings.min_confidence if min_confidence is None else min_confidence
        if not 0 <= least <= 1:
            msg = f"min_confidence must be between 0 and 1, got {least!r}."
            raise ValueError(msg)
        first = main_graph(g)
        chance = self.predict_proba(g, known)
        best = chance.argmax(axis=1)
        confidence = chance[np.arange(len(best)), best]
        guess = as_objects(self.classes_[k] for k in best)
        labels = guess.copy()
        labels[confidence < least] = None
        fitted = self._require_fitted()
        return CellTypes(
            node_ids=first.node_ids,
            labels=labels,
            confidence=confidence,
            method=f"graph network ({self.settings.layer})",
            chosen=(
                f"{len(self.classes_):,} types learnt from {fitted.n_learnt:,} neurons; unknown below a "
                f"confidence of {least:g}."
            ),
            confidence_is=(
                f"probability, calibrated by temperature on {fitted.n_watched:,} neurons kept back"
                if fitted.n_watched
                else "probability of the network, not calibrated: too few neurons to keep back"
            ),
            seed=self.seed,
            guess=guess,
            facts={"n_learnt": fitted.n_learnt, "least_confidence": least},
        )

    def predict_sets(
        self,
        g: Graph | Mapping[str, Graph],
        coverage: float = 0.9,
        known: str | pd.Series[Any] | ArrayLike | None = None,
        *,
        by_type: bool = False,
    ) -> pd.DataFrame:
        """For every neuron the types among which its true one is, with the coverage promised.

        Parameters
        ----------
        g, known
            As for `predict_proba`.
        coverage : float in (0, 1)
        by_type : bool
            Promise it for the neurons of each type, not only for all together.

        Returns
        -------
        DataFrame, index ``node_id``
            ``size`` and ``types``. An empty set says that no type is likely enough: unknown. The
            promise holds for neurons drawn as those of the calibration; see `calibrate`.
        """
        if self.conformal is None:
            msg = (
                "Sets need neurons that were not learnt from: calibration_share above 0, fit(..., "
                "calibration=mask), or calibrate(g, labels)."
            )
            raise ValueError(msg)
        chance = self.predict_proba(g, known)
        members = self.conformal.members(chance, coverage, by_type=by_type)
        table = sets_table(main_graph(g).node_ids, members, list(self.classes_))
        table.attrs |= {
            "coverage": coverage,
            "by_type": by_type,
            "n_calibration": len(self.conformal.number),
            "mean_size": float(members.sum(axis=1).mean()) if len(members) else 0.0,
        }
        return table

    def score(
        self,
        g: Graph | Mapping[str, Graph],
        labels: str | pd.Series[Any] | ArrayLike,
        known: str | pd.Series[Any] | ArrayLike | None = None,
        *,
        metric: Literal["macro_f1", "accuracy"] = "macro_f1",
    ) -> float:
        """Macro-F1, or accuracy, over the neurons that have a label; unknown counts as wrong.

        Parameters
        ----------
        labels
            The truth, None where it is not to be asked: of neurons that were learnt from it says
            nothing.
        known
            As for `predict_proba`; it must not tell the labels that are asked.
        """
        require_choice("metric", metric, ("macro_f1", "accuracy"))
        truth = labels_of(main_graph(g), labels, argument="labels")
        there = truth.notna().to_numpy(dtype=bool)
        guess = self.predict(g, known)[there]
        measure = macro_f1 if metric == "macro_f1" else accuracy
        return measure(plain_labels(truth)[there], guess)

    @property
    def history_(self) -> pd.DataFrame:
        """Losses at every check: ``network``, ``epoch``, ``loss``, ``watched_loss``."""
        import pandas as pd

        rows = self._require_fitted().losses
        return pd.DataFrame(rows, columns=["network", "epoch", "loss", "watched_loss"])

    @property
    def n_learnt_(self) -> int:
        """How many neurons the weights were learnt from."""
        return self._require_fitted().n_learnt

    @property
    def n_watched_(self) -> int:
        """How many neurons were kept back to stop by and to calibrate probabilities with."""
        return self._require_fitted().n_watched

    # ---------------------------------------------------------------- on disk

    def save(self, path: str | Path) -> None:
        """Write the fitted model to one file of tensors and JSON."""
        from .saved_model import write_model

        ensemble = self._require_fitted()
        about = {
            "settings": self.settings.to_dict(),
            "seed": self.seed,
            "classes": [plain_label(label) for label in self.classes_],
            "error_model": None if self.error_model is None else self.error_model.to_dict(),
            "conformal": None
            if self.conformal is None
            else {
                "surprise": self.conformal.surprise.tolist(),
                "number": self.conformal.number.tolist(),
            },
            **ensemble.about(),
        }
        write_model(path, about, ensemble.states())

    @classmethod
    def load(cls, path: str | Path, *, device: str | None = None) -> CellTyper:
        """Read a model that `save` wrote; nothing in the file can run code.

        Raises
        ------
        ValueError
            Where the file is something else.
        """
        from .ensemble import Ensemble
        from .saved_model import read_model

        about, states = read_model(path)
        made = cls(rng=about["seed"], device=device)
        made.settings = Settings.from_dict(about["settings"])
        if about["error_model"] is not None:
            from ...errors import ErrorModel

            made.error_model = ErrorModel.from_dict(about["error_model"])
        made.classes_ = as_objects(about["classes"])
        if about["conformal"] is not None:
            made.conformal = ConformalSets(
                np.array(about["conformal"]["surprise"], dtype=np.float64),
                np.array(about["conformal"]["number"], dtype=np.int64),
                len(made.classes_),
            )
        made._fitted = Ensemble.from_saved(about, states)
        return made

    # ---------------------------------------------------------------- within

    def _require_fitted(self) -> Ensemble:
        if self._fitted is None:
            msg = "This CellTyper has learnt nothing yet; call fit(g, labels) first."
            raise ValueError(msg)
        return self._fitted

    def _places(self, given: pd.Series[Any]) -> NDArray[np.int64]:
        place = {label: k for k, label in enumerate(self.classes_)}
        return np.array([place.get(label, -1) for label in plain_labels(given)], dtype=np.int64)

    def _calibration(self, number: NDArray[np.int64], mask: ArrayLike | None) -> NDArray[np.int64]:
        if mask is None:
            random = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(5,)))
            return draw_held_out(number, self.settings.calibration_share, random)
        chosen = np.asarray(mask)
        if chosen.dtype != np.bool_ or chosen.shape != number.shape:
            msg = (
                f"calibration must be {len(number):,} times True or False, one for each neuron, got "
                f"{chosen.dtype} of shape {chosen.shape}."
            )
            raise ValueError(msg)
        return np.flatnonzero(chosen & (number >= 0))

    def _telling(self) -> AbstractContextManager[Callable[[int, int], None] | None]:
        if self.progress is True:
            from .epoch_bar import epoch_bar

            return epoch_bar()
        return nullcontext(self.progress or None)

    def __repr__(self) -> str:
        s = self.settings
        what = f"CellTyper({s.layer}, {s.n_layers} layers of {s.hidden}, {s.n_networks} networks)"
        if self._fitted is None:
            return f"{what}: not fitted"
        return f"{what}: {len(self.classes_):,} types learnt from {self._fitted.n_learnt:,} neurons"


def batch_of(settings: Settings, n_links: int) -> int | None:
    """Neurons of a step: as asked, or all of a small graph, or 512."""
    if settings.batch_size is not None or settings.n_layers == 0:
        return settings.batch_size
    return None if n_links <= _LINKS_OF_A_WHOLE_STEP else 512
