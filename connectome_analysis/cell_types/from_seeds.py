"""Seeded typing: types of a few neurons carried over to all, in the spirit of NTAC."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..graph import require_graph
from ..measures.per_neuron import labels_of, require_positive
from ..random_streams import Seed, seed_number
from .result import CellTypes, as_objects
from .type_rounds import Rounds, type_rounds

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

_HELD_OUT = 0.25
_LEAST_HELD_OUT = 20


def seeded(
    g: Graph,
    labels: str | pd.Series[Any] | ArrayLike,
    *,
    least_confidence: float = 0.5,
    calibrate: bool = True,
    rng: Seed = 0,
    n_jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CellTypes:
    """Give every neuron a type, from neurons whose type is known.

    A neuron takes the type under which its partners are likeliest: ln(1 + weight) summed by the
    partners' types, in and out, as a multinomial whose shares are those of the type's seeds, and
    the types' shares of all seeds as prior. The surest neurons are typed first, and tell of which
    type the partners of the others are. The idea of typing neurons by
    their partners' types, over and over, is that of NTAC, which compares by weighted Jaccard. The
    prior favours large types: more neurons are right with it, and rare types are found less often.

    Parameters
    ----------
    g : Graph
        Weights above 0.
    labels : str, (N,) Series by node id, or (N,) array
        Known types; None, NaN or NA where unknown. A string is a column of the node table.
    least_confidence : float in [0, 1]
        Neurons below it are answered "unknown" (None); `CellTypes.guess` still says the likeliest.
    calibrate : bool
        Hold out a quarter of the seeds of types with two or more, type them from the others, and
        take as confidence the share of them that was right at the same margin (isotonic
        regression). Doubles the time. Without it, or with fewer than 20 to hold out, confidence
        is 1 - exp(-lead over the next type in nats), which is not a probability.
    rng : int or numpy.random.Generator
        Which seeds are held out.
    n_jobs : int, optional
        Threads; the answer does not depend on it.
    progress : callable, optional
        Told (rounds done, rounds).

    Returns
    -------
    CellTypes
        Seeds keep their type, with confidence 1. A neuron that exchanges nothing with any typed
        neuron is unknown, with confidence 0. Calibration knows nothing of types without seeds.

    Raises
    ------
    ValueError
        Where no neuron has a label, a weight is below 0, or `labels` fits no neurons.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.cell_types.planted_types(400, 8000, 6, rng=1)
    >>> truth = g.nodes["cell_type"].to_numpy(dtype=object)
    >>> known = truth.copy()
    >>> known[100:] = None
    >>> found = ca.cell_types.seeded(g, known)
    >>> bool((found.guess == truth).mean() > 0.9)
    True
    """
    import pandas as pd

    require_graph(g)
    require_positive(g)
    if not 0 <= least_confidence <= 1:
        msg = f"least_confidence must be between 0 and 1, got {least_confidence!r}."
        raise ValueError(msg)
    seed = seed_number(rng)
    given = labels_of(g, labels, argument="labels")
    number, found_names = pd.factorize(given.astype(object), sort=False)
    known = np.asarray(number, dtype=np.int64)
    plain = list(found_names)
    order = sorted(range(len(plain)), key=lambda k: (str(type(plain[k])), plain[k]))
    names = as_objects(plain[k] for k in order)
    known = np.append(np.argsort(order), -1)[known].astype(np.int64)
    n_seeds = int((known >= 0).sum())
    if n_seeds == 0:
        msg = f"None of {g.n_nodes:,} neurons has a label to begin from; give some."
        raise ValueError(msg)
    held_out = _held_out(known, seed) if calibrate else np.zeros(0, dtype=np.int64)
    calibrated = len(held_out) >= _LEAST_HELD_OUT
    pieces = 2 if calibrated else 1
    curve = None
    right = float("nan")
    if calibrated:
        fewer = known.copy()
        fewer[held_out] = -1
        trial = type_rounds(
            g, fewer, len(names), n_jobs=n_jobs, progress=part_of(progress, 0, pieces)
        )
        correct = trial.best[held_out] == known[held_out]
        right = float(correct.mean())
        curve = _curve(trial.margin[held_out], correct)
    found = type_rounds(
        g, known, len(names), n_jobs=n_jobs, progress=part_of(progress, pieces - 1, pieces)
    )
    return _result(g, found, known, names, curve, right, least_confidence, seed, len(held_out))


def _result(
    g: Graph,
    found: Rounds,
    known: NDArray[np.int64],
    names: NDArray[np.object_],
    curve: tuple[NDArray[np.float64], NDArray[np.float64]] | None,
    right: float,
    least_confidence: float,
    seed: int,
    n_held_out: int,
) -> CellTypes:
    is_seed = known >= 0
    best = np.where(is_seed, known, found.best)
    confidence = 1 - np.exp(-found.margin) if curve is None else np.interp(found.margin, *curve)
    confidence = np.where(best >= 0, confidence, 0.0)
    confidence[is_seed] = 1.0
    guess = as_objects([*names, None])[best]
    labels = guess.copy()
    labels[confidence < least_confidence] = None
    if curve is None:
        meaning = "1 - exp(-lead over the next type in nats); not a probability"
    else:
        meaning = f"probability, calibrated on {n_held_out:,} held-out seeds ({right:.1%} right)"
    return CellTypes(
        node_ids=g.node_ids,
        labels=labels,
        confidence=confidence,
        method="seeds",
        chosen=(
            f"{int(is_seed.sum()):,} seeds of {len(names):,} types, {found.n_rounds} rounds; unknown "
            f"below a confidence of {least_confidence:g}."
        ),
        confidence_is=meaning,
        seed=seed,
        guess=guess,
        facts={
            "n_seeds": int(is_seed.sum()),
            "n_rounds": found.n_rounds,
            "n_held_out": n_held_out,
            "held_out_right": right,
            "least_confidence": least_confidence,
        },
    )


def _held_out(known: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """A quarter of the seeds, and of no type all."""
    random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1,)))
    seeds = np.flatnonzero(known >= 0)
    seeds = random.permutation(seeds)
    _, first = np.unique(known[seeds], return_index=True)
    spare = np.delete(seeds, first)
    return np.sort(spare[: round(_HELD_OUT * len(seeds))])


def _curve(
    margin: NDArray[np.float64], correct: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Margins and the probability of being right at each: isotonic, with one success and one failure
    added at the ends, so that nothing is ever called certain.
    """
    from scipy.optimize import isotonic_regression

    order = np.argsort(margin, kind="stable")
    x = np.concatenate([[0.0], margin[order], [margin.max()]])
    y = np.concatenate([[1.0], correct[order].astype(float), [0.0]])
    return x, isotonic_regression(y, increasing=True).x


def part_of(
    progress: Callable[[int, int], None] | None, part: int, parts: int
) -> Callable[[int, int], None] | None:
    """Progress of one part of several, as progress of the whole."""
    if progress is None:
        return None
    return lambda done, total: progress(part * total + done, parts * total)
