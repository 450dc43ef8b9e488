"""Scored: a connectome on disk as a detector with scores shows it, and the truth behind it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

import connectome_analysis as ca
from connectome_analysis.tables import Manifest, write


class Scored(NamedTuple):
    """Where it is; and whether each synapse, by its id, and each edge are real."""

    path: Path
    synapses: pd.DataFrame
    pairs: pd.DataFrame


def scored_worm(
    folder: Path, rng: np.random.Generator, *, false_rate: float = 0.01, warp: float = 1.0
) -> Scored:
    """A worm of which every synapse is found and false ones come on top.

    warp : float
        Power by which the odds that the detector names are too far from even; 1 where right.
    """
    truth = ca.open("celegans-varshney2011").graph()
    n = truth.n_nodes
    n_false = rng.poisson(false_rate * n * (n - 1))
    pre, post = rng.integers(0, n, n_false), rng.integers(0, n - 1, n_false)
    post += post >= pre
    counts = truth.weights
    n_true = int(counts.sum())
    score = np.concatenate([rng.beta(4, 1.5, n_true), rng.beta(1.5, 4, n_false)])
    odds = (score / (1 - score)) ** 2.5 * n_true / n_false
    odds = odds**warp
    synapses = pd.DataFrame(
        {
            "synapse_id": rng.permutation(n_true + n_false) + 2**55,
            "pre_id": truth.node_ids[np.concatenate([np.repeat(truth.out_sources, counts), pre])],
            "post_id": truth.node_ids[np.concatenate([np.repeat(truth.out_indices, counts), post])],
            "x_nm": 0.0,
            "y_nm": 0.0,
            "z_nm": 0.0,
            "confidence": odds / (1 + odds),
            "is_true": np.arange(n_true + n_false) < n_true,
        }
    )
    by_pair = synapses.groupby(["pre_id", "post_id"])
    pairs = by_pair.agg(syn_count=("is_true", "size"), is_true=("is_true", "any")).reset_index()
    edges = pairs[["pre_id", "post_id"]].assign(
        edge_type="chemical",
        weight=pairs["syn_count"].astype(float),
        syn_count=pairs["syn_count"].astype("int32"),
    )
    meaning = {"chemical": {"meaning": "synapses", "unit": "synapses"}}
    path = write(
        folder / "scored",
        {"nodes": truth.nodes, "edges": edges, "synapses": synapses.drop(columns="is_true")},
        Manifest(name="scored", weights=meaning),
    )
    return Scored(path, synapses, pairs)
