"""Training: in every epoch some known types are told to partners, and the rest are to be found.

Which are told is drawn anew, from none to nine tenths, so that a network can work with few known types
as with many, and no neuron is ever asked for a type that was told. Neurons that are kept back are never
told; how well they are found, from the whole graph, decides when to stop and which epoch to keep.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...random_streams import State, stream
from .message_layers import TorchBlock
from .needs_torch import F, torch
from .neighbour_sampling import NeighbourSampler
from .partner_types import PartnerTypes, balance
from .scenes import Scene, parts_of
from .temperature import fit_temperature, surprise_of_each
from .training_options import TrainingOptions
from .type_network import Design, TypeNetwork
from .whole_graph import whole_scores

_MOST_TOLD = 0.9


class Trained(NamedTuple):
    """A network and how it got there.

    Attributes
    ----------
    network : TypeNetwork
    n_epochs : int
        Epochs that were run.
    best_epoch : int
        Epoch that was kept, from 1.
    losses : list of (epoch, loss in training, loss on neurons kept back)
    """

    network: TypeNetwork
    n_epochs: int
    best_epoch: int
    losses: list[tuple[int, float, float]]


def train_network(
    design: Design,
    scene: Scene,
    learn: NDArray[np.int64],
    watch: NDArray[np.int64],
    options: TrainingOptions,
    *,
    seed: int,
    device: torch.device,
    likely: NDArray[np.float32] | None = None,
    scene_of_epoch: Callable[[int], Scene] | None = None,
    tell: Callable[[int], None] | None = None,
) -> Trained:
    """Train one network.

    Parameters
    ----------
    scene : Scene
        The graph as it is.
    learn, watch : (N,) int64
        Type of each neuron to learn from, and of each that is kept back; -1 elsewhere.
    likely : (N, T) float32, optional
        Likely types of neurons without one, told to their partners.
    scene_of_epoch : callable, optional
        Another scene for each epoch, such as one with errors. Neurons are found by their ids.
    tell : callable, optional
        Told the number of epochs done.
    """
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(7,)))
    with torch.random.fork_rng(devices=_devices(device)):
        torch.manual_seed(seed % 2**63)
        network = TypeNetwork(design).to(device)
        optimiser = torch.optim.AdamW(
            network.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay
        )
        n_learn = int((learn >= 0).sum())
        steps = 1 if options.batch_size is None else -(-n_learn // options.batch_size)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, options.learning_rate, total_steps=options.epochs * steps + 1
        )
        class_weight = torch.from_numpy(balance(learn, design.n_types, options.class_weight)).to(
            device
        )
        state = stream(seed, 8)
        parts = parts_of(scene.whole, design.flavour, device)
        whole = parts[0][2] if len(parts) == 1 else None
        watched = np.flatnonzero(watch >= 0)
        least, best_epoch, best = None, 0, None
        losses: list[tuple[int, float, float]] = []
        epoch = 0
        for epoch in range(1, options.epochs + 1):
            here, place = scene, np.arange(len(learn))
            if scene_of_epoch is not None:
                here = scene_of_epoch(epoch)
                place = _places(here.node_ids, scene.node_ids)
            number = np.where(place >= 0, learn[place], -1)
            told = np.full(len(number), -1, dtype=np.int64)
            share = generator.random() * _MOST_TOLD if network.type_vectors is not None else 0.0
            chosen = (generator.random(len(number)) < share) & (number >= 0)
            told[chosen] = number[chosen]
            asked = np.flatnonzero((number >= 0) & ~chosen)
            if len(asked) == 0:
                asked, told = np.flatnonzero(number >= 0), np.full(len(number), -1, dtype=np.int64)
            guesses = None
            if likely is not None:
                guesses = np.where((place >= 0)[:, None], likely[place], 0).astype(np.float32)
                guesses[number >= 0] = 0.0  # what was learnt from these would be told to itself
            types = PartnerTypes(told, guesses, design.n_types)
            network.train()
            total = 0.0
            for wanted, nodes, blocks in _batches(
                here,
                asked,
                generator,
                state,
                options,
                design,
                whole if here is scene else None,
                device,
            ):
                scores = network(
                    here.features if nodes is None else here.features[torch.from_numpy(nodes)],
                    types.rows(slice(None) if nodes is None else nodes).to(device),
                    blocks,
                )
                if nodes is None:
                    scores = scores[torch.from_numpy(wanted).to(device)]
                loss = F.cross_entropy(
                    scores,
                    torch.from_numpy(number[wanted]).to(device),
                    weight=class_weight,
                    label_smoothing=options.label_smoothing,
                )
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
                total += float(loss.detach()) * len(wanted)
                if schedule.last_epoch < options.epochs * steps:
                    schedule.step()
            last = epoch == options.epochs
            if tell is not None:
                tell(epoch)
            if len(watched) == 0 or not (epoch % options.check_every == 0 or last):
                continue
            everything = PartnerTypes(learn, likely, design.n_types)
            found = whole_scores(network, scene.features, everything, parts)
            # At its own temperature: a network that has become too sure is not worse for it.
            shown, truth = found[watched], watch[watched]
            surprise = surprise_of_each(shown, truth, fit_temperature(shown, truth))
            losses.append((epoch, total / len(asked), float(surprise.mean())))
            # The last epoch that is not clearly worse than the best: few neurons are watched, and
            # their least loss is mostly luck, while the last epochs are those of small steps.
            more = surprise - least if least is not None else -surprise
            if more.mean() <= more.std() / np.sqrt(len(more)):
                best, best_epoch = copy.deepcopy(network.state_dict()), epoch
            elif epoch - best_epoch >= options.patience:
                break
            if least is None or surprise.mean() < least.mean():
                least = surprise
        if best is not None:
            network.load_state_dict(best)
    network.eval()
    return Trained(network, epoch, best_epoch or epoch, losses)


def _batches(
    here: Scene,
    asked: NDArray[np.int64],
    generator: np.random.Generator,
    state: State,
    options: TrainingOptions,
    design: Design,
    whole: TorchBlock | None,
    device: torch.device,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64] | None, list[TorchBlock]]]:
    """Neurons asked for, those they need (None for all, in order) and the layers, batch by batch."""
    if options.batch_size is None:
        block = TorchBlock(here.whole, design.flavour, device) if whole is None else whole
        yield asked, None, [block] * design.n_layers
        return
    sampler = NeighbourSampler(here.relations, options.fanouts)
    order = generator.permutation(asked)
    for start in range(0, len(order), options.batch_size):
        wanted = order[start : start + options.batch_size]
        batch = sampler.sample(wanted, state)
        yield (
            wanted,
            batch.nodes,
            [TorchBlock(block, design.flavour, device) for block in batch.blocks],
        )


def _places(ids: NDArray[np.int64], among: NDArray[np.int64]) -> NDArray[np.int64]:
    """Place of each id in `among`, -1 where it is not there."""
    order = np.argsort(among, kind="stable")
    found = np.searchsorted(among, ids, sorter=order).clip(0, max(0, len(among) - 1))
    place: NDArray[np.int64] = order[found]
    return np.where(among[place] == ids, place, -1)


def _devices(device: torch.device) -> list[int]:
    return [device.index or 0] if device.type == "cuda" else []
