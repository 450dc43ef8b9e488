"""Node features: what is known of a neuron by itself, as numbers that mean the same in every individual.

Counts are taken as ln(1 + count) and every column is brought to mean 0 and standard deviation 1 among
the neurons of its own graph, so that an individual with more synapses, or another unit, is no other
kind of animal. Ids and the order of neurons never are features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...measures.per_neuron import labels_of
from ...motifs.participation import participation

if TYPE_CHECKING:
    from ...graph import Graph

COMPUTED = ("degree", "strength", "reciprocity", "motifs", "position")
_MOST_WORDS = 100


@dataclass(frozen=True)
class FeaturePlan:
    """Which features, settled by the graph that was fitted, for every graph to come.

    Attributes
    ----------
    asked : tuple of str
        Names of computed features, and columns of the node table.
    words : dict of str to tuple of str
        Values that a column of words has; others count as missing.
    mirror_axis : "x", "y", "z" or None
        Axis along which left and right lie.
    """

    asked: tuple[str, ...]
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    mirror_axis: str | None = None


def plan_features(
    graphs: Mapping[str, Graph], asked: Sequence[str], mirror_axis: str | None = None
) -> FeaturePlan:
    """Settle the features.

    Raises
    ------
    ValueError
        Where a name is neither a computed feature nor a column, or a column names single neurons.
    """
    g = next(iter(graphs.values()))
    if isinstance(asked, str):
        asked = (asked,)
    if mirror_axis not in (None, "x", "y", "z"):
        msg = f"mirror_axis must be 'x', 'y', 'z' or None, got {mirror_axis!r}."
        raise ValueError(msg)
    words: dict[str, tuple[str, ...]] = {}
    for name in asked:
        if name in COMPUTED:
            continue
        if name == "node_id":
            msg = "features must not hold 'node_id': an id says nothing about another neuron."
            raise ValueError(msg)
        if name not in g.nodes.columns:
            have = ", ".join(str(column) for column in g.nodes.columns if column != "node_id")
            msg = (
                f"features must be among {', '.join(COMPUTED)} and the columns of the node table "
                f"({have or 'it has none'}), got {name!r}."
            )
            raise ValueError(msg)
        values = labels_of(g, name, argument="features").dropna()
        if values.dtype.kind not in "iufb":
            found = sorted({str(value) for value in values})
            if len(found) > _MOST_WORDS:
                msg = (
                    f"The column {name!r} has {len(found):,} different words, for instance "
                    f"{found[0]!r}; at most {_MOST_WORDS} can be a feature."
                )
                raise ValueError(msg)
            words[name] = tuple(found)
    return FeaturePlan(tuple(asked), words, mirror_axis)


def node_features(
    graphs: Mapping[str, Graph], plan: FeaturePlan, *, n_jobs: int | None = None
) -> tuple[NDArray[np.float32], list[str]]:
    """(N, F) features of mean 0 and standard deviation 1, and their names.

    A column that is the same for every neuron is 0. Missing values are 0, and a further column
    says where they are, where any are.
    """
    columns: dict[str, NDArray[np.float64]] = {}
    g = next(iter(graphs.values()))
    for name in plan.asked:
        if name in ("degree", "strength", "reciprocity", "motifs"):
            for kind, each in graphs.items():
                prefix = f"{kind} " if kind else ""
                made = _COMPUTED[name](each, n_jobs)
                columns |= {f"{prefix}{label}": values for label, values in made.items()}
        elif name == "position":
            columns |= _positions(g, plan.mirror_axis)
        else:
            columns |= _column(g, name, plan.words.get(name))
    if not columns:
        return np.zeros((g.n_nodes, 0), dtype=np.float32), []
    return _standard(np.column_stack(list(columns.values()))), list(columns)


def _standard(raw: NDArray[np.float64]) -> NDArray[np.float32]:
    if len(raw) == 0:
        return raw.astype(np.float32)
    with np.errstate(invalid="ignore"):
        known = np.isfinite(raw)
        count = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, raw, 0).sum(axis=0) / count
        centred = np.where(known, raw - mean, 0.0)
        spread = np.sqrt((centred**2).sum(axis=0) / count)
    flat = spread <= 1e-9 * np.maximum(1.0, np.abs(mean))
    standard: NDArray[np.float64] = centred / np.where(flat, 1.0, spread)
    standard[:, flat] = 0.0
    return standard.astype(np.float32)


def _degree(g: Graph, _: int | None) -> dict[str, NDArray[np.float64]]:
    return {"in-degree": np.log1p(g.in_degree), "out-degree": np.log1p(g.out_degree)}


def _strength(g: Graph, _: int | None) -> dict[str, NDArray[np.float64]]:
    weights = g.weights.astype(np.float64)
    received = np.bincount(g.out_indices, weights, g.n_nodes)
    sent = np.bincount(g.out_sources, weights, g.n_nodes)
    return {
        "weight received": np.log1p(received),
        "weight sent": np.log1p(sent),
        "weight of an input": np.log1p(received / np.maximum(g.in_degree, 1)),
        "weight of an output": np.log1p(sent / np.maximum(g.out_degree, 1)),
    }


def _reciprocity(g: Graph, _: int | None) -> dict[str, NDArray[np.float64]]:
    here = g.out_sources.astype(np.int64) * g.n_nodes + g.out_indices
    back = g.out_indices.astype(np.int64) * g.n_nodes + g.out_sources
    mutual = np.isin(back, here)
    sent = np.bincount(g.out_sources, mutual, g.n_nodes)
    return {
        "outputs answered": sent / np.maximum(g.out_degree, 1),
        "inputs answered": sent / np.maximum(g.in_degree, 1),
    }


def _motifs(g: Graph, n_jobs: int | None) -> dict[str, NDArray[np.float64]]:
    table = participation(g, 3, n_jobs=n_jobs)
    return {f"role {name}": np.log1p(table[name].to_numpy()) for name in table.columns}


_COMPUTED = {
    "degree": _degree,
    "strength": _strength,
    "reciprocity": _reciprocity,
    "motifs": _motifs,
}


def _positions(g: Graph, mirror_axis: str | None) -> dict[str, NDArray[np.float64]]:
    columns: dict[str, NDArray[np.float64]] = {}
    for axis in "xyz":
        name = f"{axis}_nm"
        if name not in g.nodes.columns:
            msg = f"features='position' needs x_nm, y_nm and z_nm in the node table; {name} is not there."
            raise ValueError(msg)
        values = g.nodes[name].to_numpy(dtype=np.float64, na_value=np.nan)
        if not np.isfinite(values).any():
            msg = f"features='position': {name} is not known of any neuron; leave it out."
            raise ValueError(msg)
        if axis == mirror_axis:
            # Left and right are alike only by their distance from the midline.
            values = np.abs(values - np.nanmedian(values))
            name = f"{name} from the midline"
        columns[name] = values
    return columns


def _column(g: Graph, name: str, words: tuple[str, ...] | None) -> dict[str, NDArray[np.float64]]:
    if name not in g.nodes.columns:
        msg = (
            f"The node table has no column {name!r}, which was a feature when the model was fitted."
        )
        raise ValueError(msg)
    series = g.nodes[name]
    missing = series.isna().to_numpy(dtype=bool)
    unknown = {f"{name} missing": missing.astype(np.float64)}
    if words is not None:
        given = [None if gone else str(v) for v, gone in zip(series, missing, strict=True)]
        return {
            f"{name}={word}": np.array([v == word for v in given], dtype=np.float64)
            for word in words
        } | unknown
    if series.dropna().map(lambda v: isinstance(v, (int, float, np.number))).all():
        values: Any = series.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        msg = f"The column {name!r} held numbers when the model was fitted and holds words here."
        raise ValueError(msg)
    # The same for every graph, whatever signs its values have.
    return {name: np.sign(values) * np.log1p(np.abs(values))} | unknown
