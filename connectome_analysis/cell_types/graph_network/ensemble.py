"""Ensemble: networks that were trained apart, what they need of a graph, and their mean answer."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .cell_typer import batch_of
from .held_out import draw_held_out
from .needs_torch import torch
from .node_features import FeaturePlan, plan_features
from .partner_types import PartnerTypes
from .scenes import Scene, make_scene, parts_of
from .settings import Settings
from .temperature import fit_temperature, softmax
from .training import train_network
from .type_network import Design, TypeNetwork
from .whole_graph import whole_scores
from .wirings import sender_kinds

if TYPE_CHECKING:
    from ...errors import ErrorModel
    from ...graph import Graph


@dataclass
class Ensemble:
    """Trained networks.

    Attributes
    ----------
    networks, temperatures : one for each
    plan, kinds, graph_kinds
        Features, kinds of senders and of connections that a graph must have.
    n_learnt, n_watched : int
        Labelled neurons that were learnt from, and kept back by at least one network.
    """

    design: Design
    plan: FeaturePlan
    kinds: tuple[str, ...]
    graph_kinds: tuple[str, ...]
    networks: list[TypeNetwork]
    temperatures: list[float]
    n_learnt: int
    n_watched: int
    losses: list[tuple[int, int, float, float]] = field(default_factory=list)

    def probabilities(
        self,
        graphs: Mapping[str, Graph],
        known: NDArray[np.int64],
        settings: Settings,
        device: str | None,
    ) -> NDArray[np.float64]:
        """(N, T) mean over the networks, after rounds in which likely types are told.

        Parameters
        ----------
        known : (N,) int64
            Types that are told, -1 where none.
        """
        if tuple(graphs) != self.graph_kinds:
            msg = (
                f"The model was fitted to {_kinds_in_words(self.graph_kinds)}, got "
                f"{_kinds_in_words(tuple(graphs))}."
            )
            raise ValueError(msg)
        if len(known) == 0:
            return np.zeros((0, self.design.n_types))
        where = _device(device)
        with quiet_sparse():
            scene = make_scene(graphs, self.plan, settings.edge_types, self.kinds, where)
            if scene.features.shape[1] != max(1, self.design.n_features):
                msg = (
                    f"The model was fitted to {self.design.n_features} features, this graph has "
                    f"{scene.features.shape[1]}; its node table must hold the same columns."
                )
                raise ValueError(msg)
            parts = parts_of(scene.whole, self.design.flavour, where)
            return self.in_scene(scene, parts, known, settings.rounds, where)

    def in_scene(
        self, scene: Scene, parts: Any, known: NDArray[np.int64], rounds: int, device: torch.device
    ) -> NDArray[np.float64]:
        """(N, T) probabilities in a scene that is made already."""
        types = PartnerTypes(known, None, self.design.n_types)
        chance = self._mean(scene, parts, types, device)
        typed = self.design.partner_types and self.design.n_layers > 0
        for _ in range(rounds if typed else 0):
            types = PartnerTypes(known, chance.astype(np.float32), self.design.n_types)
            chance = self._mean(scene, parts, types, device)
        return chance

    def _mean(
        self, scene: Scene, parts: Any, types: PartnerTypes, device: torch.device
    ) -> NDArray[np.float64]:
        total = np.zeros((len(scene.node_ids), self.design.n_types))
        for network, temperature in zip(self.networks, self.temperatures, strict=True):
            scores = whole_scores(network.to(device), scene.features, types, parts)
            total += softmax(scores, temperature)
        return total / len(self.networks)

    def about(self) -> dict[str, Any]:
        """All but the weights, as JSON has it."""
        return {
            "design": self.design._asdict(),
            "plan": asdict(self.plan),
            "kinds": list(self.kinds),
            "graph_kinds": list(self.graph_kinds),
            "temperatures": self.temperatures,
            "n_learnt": self.n_learnt,
            "n_watched": self.n_watched,
            "losses": [list(row) for row in self.losses],
        }

    def states(self) -> list[dict[str, Any]]:
        """The weights."""
        return [network.state_dict() for network in self.networks]

    @classmethod
    def from_saved(cls, about: dict[str, Any], states: list[dict[str, Any]]) -> Ensemble:
        """From what `about` and `states` gave."""
        design = Design(**about["design"])
        networks = []
        for state in states:
            network = TypeNetwork(design)
            network.load_state_dict(state)
            network.eval()
            networks.append(network)
        plan = about["plan"]
        return cls(
            design=design,
            plan=FeaturePlan(
                tuple(plan["asked"]),
                {name: tuple(words) for name, words in plan["words"].items()},
                plan["mirror_axis"],
            ),
            kinds=tuple(about["kinds"]),
            graph_kinds=tuple(about["graph_kinds"]),
            networks=networks,
            temperatures=list(about["temperatures"]),
            n_learnt=about["n_learnt"],
            n_watched=about["n_watched"],
            losses=[(int(a), int(b), float(c), float(d)) for a, b, c, d in about["losses"]],
        )


def fit_ensemble(
    graphs: Mapping[str, Graph],
    learn: NDArray[np.int64],
    n_types: int,
    settings: Settings,
    seed: int,
    device: str | None,
    error_model: ErrorModel | None,
    tell: Callable[[int, int], None] | None,
) -> Ensemble:
    """Train the networks, each with other neurons kept back.

    Parameters
    ----------
    learn : (N,) int64
        Type in [0, n_types), -1 where there is nothing to learn from.
    """
    where = _device(device)
    plan = plan_features(graphs, settings.features, settings.mirror_axis)
    kinds = sender_kinds(graphs, settings.edge_types)
    with quiet_sparse():
        scene = make_scene(graphs, plan, settings.edge_types, kinds, where)
        design = Design(
            n_features=scene.features.shape[1],
            n_types=n_types,
            n_relations=len(scene.relations),
            n_layers=settings.n_layers,
            hidden=settings.hidden,
            flavour=settings.layer,
            heads=settings.heads,
            dropout=settings.dropout,
            partner_types=settings.partner_types,
        )
        n_links = sum(len(one.partners) for one in scene.relations)
        options = settings.training(batch_of(settings, n_links))
        ensemble = Ensemble(design, plan, kinds, tuple(graphs), [], [], int((learn >= 0).sum()), 0)
        parts = parts_of(scene.whole, design.flavour, where)
        watched: set[int] = set()
        for k in range(settings.n_networks):
            own_seed = int(np.random.SeedSequence(seed, spawn_key=(6, k)).generate_state(1)[0])
            random = np.random.default_rng(own_seed)
            back = draw_held_out(learn, settings.watch_share, random)
            lesson, watch = learn.copy(), np.full(len(learn), -1, dtype=np.int64)
            lesson[back], watch[back] = -1, learn[back]
            trained = train_network(
                *(design, scene, lesson, watch, options),
                seed=own_seed,
                device=where,
                scene_of_epoch=_with_errors(
                    graphs, plan, settings, kinds, where, error_model, own_seed
                ),
                tell=_part_of(tell, k, settings.n_networks, settings.epochs),
            )
            temperature = 1.0
            if len(back):
                told = PartnerTypes(lesson, None, n_types)
                scores = whole_scores(trained.network, scene.features, told, parts)
                temperature = fit_temperature(scores[back], watch[back])
            ensemble.networks.append(trained.network)
            ensemble.temperatures.append(temperature)
            ensemble.losses += [(k, *row) for row in trained.losses]
            watched |= set(back.tolist())
        ensemble.n_watched = len(watched)
    return ensemble


def _with_errors(
    graphs: Mapping[str, Graph],
    plan: FeaturePlan,
    settings: Settings,
    kinds: tuple[str, ...],
    device: torch.device,
    error_model: ErrorModel | None,
    seed: int,
) -> Callable[[int], Scene] | None:
    """A scene with errors for every epoch; only the first graph is corrupted."""
    if error_model is None:
        return None
    model = error_model
    if model.fragments and len(graphs) > 1:
        msg = (
            "An error model that splits or merges neurons cannot be used with several kinds of "
            "connections; give one graph, or a model without split and merge."
        )
        raise ValueError(msg)
    first = next(iter(graphs))

    def scene_of(epoch: int) -> Scene:
        drawn = np.random.SeedSequence(seed, spawn_key=(9, epoch)).generate_state(1)[0]
        corrupted = model.corrupt(graphs[first], rng=int(drawn))
        changed = {**graphs, first: corrupted}
        return make_scene(changed, plan, settings.edge_types, kinds, device)

    return scene_of


def _part_of(
    tell: Callable[[int, int], None] | None, k: int, networks: int, epochs: int
) -> Callable[[int], None] | None:
    """Epochs of one network as epochs of all; a network that stops early is done all the same."""
    if tell is None:
        return None
    return lambda done: tell(k * epochs + done, networks * epochs)


def _device(name: str | None) -> torch.device:
    if name is not None:
        try:
            device = torch.device(name)
            torch.zeros(1, device=device)
        except (RuntimeError, AssertionError, NotImplementedError):
            msg = (
                f"device must be one that torch has here, such as cpu, cuda, cuda:1 or mps; got {name!r}. "
                "Leave it out to take the best there is."
            )
            raise ValueError(msg) from None
        return device
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def _kinds_in_words(kinds: tuple[str, ...]) -> str:
    return "one graph" if kinds == ("",) else f"graphs of the kinds {', '.join(kinds)}"


@contextmanager
def quiet_sparse() -> Iterator[None]:
    """Without torch's notes on sparse matrices, which are in beta and whose indices are ours."""
    with (
        warnings.catch_warnings(),
        torch.sparse.check_sparse_tensor_invariants(  # type: ignore[no-untyped-call]
            enable=False
        ),
    ):
        warnings.filterwarnings("ignore", message="Sparse", category=UserWarning)
        yield
