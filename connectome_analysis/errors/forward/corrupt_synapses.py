"""Corrupt synapses: pass a true synapse table through the observation channel.

Neurons are split and merged first, where their synapses lie. Then each synapse is found or missed,
each side of those found is attached or not, and false synapses are added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...random_streams import Seed, seed_number, stream
from ..could_touch import WithinDistance
from ..edge_rates import synapse_rates
from ..generators import generator
from ..rate_table import RateTable
from .channel import require_rates
from .false_pairs import false_pairs
from .false_synapses import false_rows, joined
from .merge_synapses import near_partners
from .merging import goes_by, merging_neurons, neighbours
from .neuron_rates import neuron_rates
from .parts import Parts, inherited, make_parts, node_table
from .split_synapses import leaving_sides
from .synapse_rows import AXES, SynapseRows, rate_of_rows, read_rows

if TYPE_CHECKING:
    import pandas as pd

    from ..error_model import ErrorModel


class CorruptedSynapses(NamedTuple):
    """A corrupted synapse table and what happened to it.

    Attributes
    ----------
    synapses : DataFrame
        The columns given; ``synapse_id`` int64, ``pre_id`` and ``post_id`` Int64, null where
        unattached.
    nodes : DataFrame
        Without merged neurons; fragments that are kept come last and name their neuron in
        ``fragment_of``.
    log : DataFrame
        One row for each thing that happened: ``event``, ``synapse_id``, ``node_id``, ``other_id``
        (Int64, null where they do not apply) and ``n_synapses``. Events: "split" (``other_id`` the
        fragment, null where lost), "merge" (``other_id`` the neuron it goes by), "autapse" (a
        synapse between merged neurons, left out), "missed", "unattached pre", "unattached post"
        and "false" (``node_id`` to ``other_id``).
    """

    synapses: pd.DataFrame
    nodes: pd.DataFrame
    log: pd.DataFrame


def corrupt_synapses(
    synapses: pd.DataFrame,
    model: ErrorModel,
    rng: Seed = 0,
    nodes: pd.DataFrame | None = None,
    skeletons: pd.DataFrame | None = None,
) -> CorruptedSynapses:
    """Draw a synapse table as a reconstruction with these errors would have it.

    Parameters
    ----------
    synapses : DataFrame satisfying the table ``synapses``
        The truth: ``synapse_id``, ``pre_id``, ``post_id``, ``x_nm``, ``y_nm``, ``z_nm``, perhaps
        ``region`` and others.
    model : ErrorModel
        Of synapses; its threshold concerns edges and plays no part here.
    rng : int or numpy.random.Generator
    nodes : DataFrame satisfying the table ``nodes``, optional
        All neurons, with the columns the model's rates need; by default the ids seen.
    skeletons : DataFrame satisfying the table ``skeletons``, optional
        Splits of the kind "near" then cut the skeleton at an edge, and "axon" and "dendrite" go by
        its ``compartment``. Neurons without one are split around one of their synapses; by outputs
        and inputs.

    Raises
    ------
    ValueError
        Where the model is one of connections, or the tables do not fit the contract.

    Notes
    -----
    A rate given by group of a column that `synapses` has, such as ``region``, is that of the
    synapse's own group. Of a fragment that is lost, and of sites that are not attached, the rows
    stay, with that side null. Expected numbers of false synapses are those of the neurons there are
    after splits and merges; each lies within about a quarter micrometre of a synapse of one of its
    two neurons and has its region; other columns are empty.

    Examples
    --------
    >>> import connectome_analysis as ca, pandas as pd
    >>> table = pd.DataFrame({"synapse_id": [1, 2, 3], "pre_id": [1, 1, 2], "post_id": [2, 2, 1]})
    >>> seen = corrupt_synapses(table, ca.errors.ErrorModel(recall=0.5), rng=3)
    >>> seen.log["event"].tolist()
    ['missed']
    """
    require_rates(model)
    if model.of_connections:
        msg = (
            "alpha and beta are errors of connections, a synapse table has single synapses: give the "
            "model recall and false_rate, or corrupt the graph: model.corrupt(g)."
        )
        raise ValueError(msg)
    gen = generator(rng)
    rows = read_rows(synapses, nodes)
    rows = _with_centroids(rows, model)
    log = _Log(synapses["synapse_id"].to_numpy(np.int64))
    parts, owners = _fragmented(rows, model, skeletons, gen, log)
    n = rows.n_rows
    kept = np.ones(n, bool)
    before, after = rows.owners, owners
    autapse = (after[:n] >= 0) & (after[:n] == after[n:]) & (before[:n] != before[n:])
    log.synapses("autapse", autapse, owners=parts.node_ids[after[:n]] if n else None)
    kept &= ~autapse
    missed = kept & (gen.random(n) >= rate_of_rows(model.recall, rows, synapses, "recall", "pre"))
    log.synapses("missed", missed)
    kept &= ~missed
    for side, at in (("pre", slice(0, n)), ("post", slice(n, 2 * n))):
        name = f"{side}_completeness"
        share = rate_of_rows(getattr(model, name), rows, synapses, name, side)  # type: ignore[arg-type]
        lost = kept & (owners[at] >= 0) & (gen.random(n) >= share)
        log.synapses(f"unattached {side}", lost, owners=parts.node_ids[owners[at]] if n else None)
        owners[at][lost] = -1
    false = _false(synapses, rows, model, parts, after, gen, log)
    seen = synapses[kept].reset_index(drop=True)
    seen["synapse_id"] = seen["synapse_id"].astype(np.int64)
    for side, at in (("pre_id", slice(0, n)), ("post_id", slice(n, 2 * n))):
        seen[side] = _ids(owners[at][kept], parts.node_ids)
    return CorruptedSynapses(
        joined(seen, false), node_table(parts, _nodes(rows, nodes)), log.table()
    )


def _fragmented(
    rows: SynapseRows,
    model: ErrorModel,
    skeletons: pd.DataFrame | None,
    gen: np.random.Generator,
    log: _Log,
) -> tuple[Parts, NDArray[np.int64]]:
    """Split and merge; whose each side then is, as an index of ``parts.node_ids``, -1 for nobody's."""
    g = rows.g
    left = np.zeros(len(rows.owners), bool)
    if model.split is not None:
        chance = neuron_rates(model.split.probability, g, "split.probability")
        chosen = np.flatnonzero(gen.random(g.n_nodes) < chance)
        left = leaving_sides(rows, model.split, chosen, skeletons, gen)
    into = np.arange(g.n_nodes)
    if model.merge is not None:
        merging = merging_neurons(model.merge, g, gen)
        staying = np.where(left, -1, rows.owners)
        partners = near_partners(rows, staying, merging, neighbours(model.merge, g), gen)
        into = goes_by(g.n_nodes, merging[partners >= 0], partners[partners >= 0])
    n_left = np.bincount(rows.owners[left], minlength=g.n_nodes)
    n_stayed = np.bincount(rows.owners[~left & (rows.owners >= 0)], minlength=g.n_nodes)
    keep = model.split is not None and model.split.keep_fragment
    parts = make_parts(g.node_ids, into, (n_left > 0) & keep)
    owners = np.full(len(rows.owners), -1, np.int64)
    stays = ~left & (rows.owners >= 0)
    owners[stays] = parts.rest[rows.owners[stays]]
    owners[left] = parts.fragment[rows.owners[left]]
    split = np.flatnonzero(n_left)
    merged = np.flatnonzero(into != np.arange(g.n_nodes))
    log.neurons(
        "split", g.node_ids[split], _ids(parts.fragment[split], parts.node_ids), n_left[split]
    )
    log.neurons("merge", g.node_ids[merged], g.node_ids[into[merged]], n_stayed[merged])
    return parts, owners


def _false(
    synapses: pd.DataFrame,
    rows: SynapseRows,
    model: ErrorModel,
    parts: Parts,
    owners: NDArray[np.int64],
    gen: np.random.Generator,
    log: _Log,
) -> pd.DataFrame:
    senders = receivers = np.empty(0, np.int64)
    if model.has_false and rows.g.n_nodes:
        rate = inherited(_false_rate(model, rows), parts)
        state = stream(seed_number(gen), 0)
        one, two, count = false_pairs(rate).draw(state)
        senders, receivers = np.repeat(one, count), np.repeat(two, count)
    false = false_rows(synapses, rows.positions, owners, (senders, receivers), parts.node_ids, gen)
    log.false(false)
    return false


def _false_rate(model: ErrorModel, rows: SynapseRows) -> RateTable:
    # The rates of what is found may go by columns that only the synapses have.
    only = model.replace(recall=1.0, pre_completeness=1.0, post_completeness=1.0, uncertainty=None)
    return synapse_rates(only, rows.g).false_rate


def _with_centroids(rows: SynapseRows, model: ErrorModel) -> SynapseRows:
    """Neurons without a position lie at the mean of their synapses, where distances are asked for."""
    from ...graph import Graph

    touch = [model.could_touch, None if model.merge is None else model.merge.could_touch]
    if not any(isinstance(kind, WithinDistance) for kind in touch):
        return rows
    nodes = rows.g.nodes
    both = np.concatenate([rows.placed, rows.placed]) & (rows.owners >= 0)
    where = np.concatenate([rows.positions, rows.positions])[both]
    number = np.bincount(rows.owners[both], minlength=rows.g.n_nodes)
    for axis, name in enumerate(AXES):
        total = np.bincount(rows.owners[both], where[:, axis], rows.g.n_nodes)
        centre = np.divide(total, number, out=np.full(len(total), np.nan), where=number > 0)
        given = nodes[name].to_numpy(np.float64, na_value=np.nan) if name in nodes else centre
        nodes[name] = np.where(np.isfinite(given), given, centre)
    lost = nodes[list(AXES)].isna().any(axis=1).to_numpy()
    if lost.any():
        # Somewhere that nobody is near to: a neuron without position or synapse touches none.
        far = 1e15 * (1.0 + np.arange(int(lost.sum())))
        for name in AXES:
            nodes.loc[lost, name] = far
    return SynapseRows(Graph.from_edges([], [], nodes=nodes), rows.owners, rows.positions)


def _nodes(rows: SynapseRows, nodes: pd.DataFrame | None) -> pd.DataFrame:
    return rows.g.nodes[["node_id"]] if nodes is None else nodes.reset_index(drop=True)


def _ids(places: NDArray[np.int64], ids: NDArray[np.int64]) -> Any:
    """Ids as Int64, null where a place is -1."""
    import pandas as pd

    if not len(places):
        return pd.array([], dtype="Int64")
    if not len(ids):
        return pd.array([pd.NA] * len(places), dtype="Int64")
    return pd.arrays.IntegerArray(ids[np.maximum(places, 0)], places < 0)


class _Log:
    """Gathers what happens."""

    def __init__(self, numbers: NDArray[np.int64]) -> None:
        self._numbers = numbers
        self._tables: list[pd.DataFrame] = []

    def _add(self, event: str, length: int, **columns: Any) -> None:
        import pandas as pd

        table = pd.DataFrame({"event": [event] * length})
        for name in ("synapse_id", "node_id", "other_id"):
            table[name] = pd.array(columns.get(name, [pd.NA] * length), dtype="Int64")
        table["n_synapses"] = np.asarray(columns.get("n_synapses", np.ones(length)), np.int64)
        self._tables.append(table)

    def neurons(self, event: str, ids: Any, others: Any, numbers: Any) -> None:
        self._add(event, len(ids), node_id=ids, other_id=others, n_synapses=numbers)

    def synapses(self, event: str, rows: Any, owners: Any = None) -> None:
        columns = {} if owners is None else {"node_id": owners[rows]}
        self._add(event, int(rows.sum()), synapse_id=self._numbers[rows], **columns)

    def false(self, table: pd.DataFrame) -> None:
        self._add(
            "false",
            len(table),
            synapse_id=table["synapse_id"],
            node_id=table["pre_id"],
            other_id=table["post_id"],
        )

    def table(self) -> pd.DataFrame:
        import pandas as pd

        return pd.concat(self._tables, ignore_index=True)
