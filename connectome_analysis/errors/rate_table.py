"""Rate table: a rate for every ordered pair of neurons, without a matrix of all pairs.

Neurons fall into classes as senders and into classes as receivers; a pair's rate is that of its two
classes. Single pairs may differ. One number, a rate per neuron, per region and per pair are all this.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Classes = NDArray[np.int32]

# A table of more entries would take longer than what is computed with it.
_MOST_ENTRIES = 1 << 26


@dataclass(frozen=True, eq=False)
class RateTable:
    """A number for every ordered pair of neurons.

    Attributes
    ----------
    sender_class, receiver_class : (N,) int32
    table : (S, R) float64
        By class of the sender and class of the receiver.
    keys : (P,) int64, ascending
        Pairs with a value of their own, as ``sender * N + receiver``, dense indices.
    values : (P,) float64
    """

    sender_class: Classes
    receiver_class: Classes
    table: Floats
    keys: NDArray[np.int64]
    values: Floats

    @property
    def n_nodes(self) -> int:
        """Number of neurons."""
        return len(self.sender_class)

    @property
    def constant(self) -> float | None:
        """The value of every pair, or None where they differ."""
        first = float(self.table.flat[0]) if self.table.size else 0.0
        same = bool((self.table == first).all() and (self.values == first).all())
        return first if same else None

    @property
    def least(self) -> float:
        """Smallest value of any pair."""
        return float(min(self.table.min(initial=np.inf), self.values.min(initial=np.inf)))

    @property
    def most(self) -> float:
        """Largest value of any pair."""
        return float(max(self.table.max(initial=-np.inf), self.values.max(initial=-np.inf)))

    def of(self, senders: NDArray[Any], receivers: NDArray[Any]) -> Floats:
        """Values of pairs given as dense indices, same shape as these."""
        result: Floats = self.table[self.sender_class[senders], self.receiver_class[receivers]]
        if len(self.keys):
            keys = np.asarray(senders, np.int64) * self.n_nodes + receivers
            place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
            result = np.where(self.keys[place] == keys, self.values[place], result)
        return result

    def apart(self) -> Floats:
        """(P,) how far the pairs with a value of their own differ from that of their classes."""
        sender, receiver = np.divmod(self.keys, max(self.n_nodes, 1))
        usual: Floats = self.table[self.sender_class[sender], self.receiver_class[receiver]]
        return self.values - usual

    def dense(self) -> Floats:
        """(N, N) of all pairs; the diagonal says nothing."""
        matrix: Floats = self.table[np.ix_(self.sender_class, self.receiver_class)]
        matrix.reshape(-1)[self.keys] = self.values
        return matrix

    def map(self, function: Callable[[Floats], Floats]) -> RateTable:
        """The same pairs with a function of their values."""
        return RateTable(
            self.sender_class,
            self.receiver_class,
            function(self.table),
            self.keys,
            function(self.values),
        )


def constant_rate(n_nodes: int, value: float) -> RateTable:
    """One number for all pairs."""
    classes = np.zeros(n_nodes, np.int32)
    return RateTable(
        classes, classes, np.full((1, 1), float(value)), np.empty(0, np.int64), np.empty(0)
    )


def rate_by_classes(
    sender_class: NDArray[Any], receiver_class: NDArray[Any], table: Floats
) -> RateTable:
    """A number for each pair of classes."""
    return RateTable(
        np.asarray(sender_class, np.int32),
        np.asarray(receiver_class, np.int32),
        np.ascontiguousarray(table, np.float64),
        np.empty(0, np.int64),
        np.empty(0),
    )


def with_pairs(
    base: RateTable, senders: NDArray[Any], receivers: NDArray[Any], values: Floats
) -> RateTable:
    """The table with values of their own for some pairs; each pair once."""
    keys = np.asarray(senders, np.int64) * base.n_nodes + receivers
    order = np.argsort(keys, kind="stable")
    return RateTable(
        base.sender_class,
        base.receiver_class,
        base.table,
        keys[order],
        np.asarray(values, np.float64)[order],
    )


def combine(function: Callable[..., Floats], *tables: RateTable) -> RateTable:
    """Apply a function of several rates pair by pair.

    Parameters
    ----------
    function : callable
        Takes as many arrays of one shape as there are tables.

    Examples
    --------
    >>> one, two = constant_rate(3, 0.5), rate_by_classes([0, 1, 1], [0, 0, 0], np.ones((2, 1)))
    >>> combine(np.multiply, one, two).constant
    0.5
    """
    senders, sender_rows = _joint([table.sender_class for table in tables])
    receivers, receiver_rows = _joint([table.receiver_class for table in tables])
    if len(sender_rows) * len(receiver_rows) > _MOST_ENTRIES:
        msg = (
            f"Rates differ between {len(sender_rows):,} kinds of sender and {len(receiver_rows):,} "
            f"kinds of receiver, more than the {_MOST_ENTRIES:,} pairs of kinds that are kept apart; "
            "let them vary by region or type, or by fewer neurons."
        )
        raise ValueError(msg)
    parts = [
        table.table[np.ix_(sender_rows[:, i], receiver_rows[:, i])]
        for i, table in enumerate(tables)
    ]
    keys = _united([table.keys for table in tables if len(table.keys)])
    n_nodes = tables[0].n_nodes
    at = np.divmod(keys, n_nodes) if len(keys) else (keys, keys)
    values = function(*(table.of(*at) for table in tables)) if len(keys) else np.empty(0)
    return RateTable(senders, receivers, np.asarray(function(*parts), np.float64), keys, values)


def _united(keys: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """All of several ascending lists of keys, once each; np.union1d takes 20 times as long."""
    if len(keys) < 2:
        return keys[0] if keys else np.empty(0, np.int64)
    together = np.sort(np.concatenate(keys), kind="stable")  # runs in order are merged
    once: NDArray[np.int64] = together[np.append(True, together[1:] != together[:-1])]
    return once


def _joint(classes: list[Classes]) -> tuple[Classes, NDArray[np.int64]]:
    """Classes of neurons alike in all of several divisions, and their class in each of them."""
    if all(len(one) == 0 or one.max() == 0 for one in classes):
        return np.zeros(len(classes[0]), np.int32), np.zeros((1, len(classes)), np.int64)
    rows, of = np.unique(np.column_stack(classes), axis=0, return_inverse=True)
    return of.reshape(-1).astype(np.int32), rows.astype(np.int64)
