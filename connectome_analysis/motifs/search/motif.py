"""Motif: the nodes, edges and conditions that a search asks for, as read from its notation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .words import Place

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in", "!in", "contains", "!contains"]
Value: TypeAlias = int | float | str | bool
Pair: TypeAlias = tuple[int, int]

MAX_NODES = 6


@dataclass(frozen=True)
class Clause:
    """One condition on an attribute: ``weight >= 5``, ``cell_type in ["KC", "PN"]``.

    Attributes
    ----------
    attribute : str
    operator : Operator
    wanted : tuple
        One value, or those of the list after ``in`` and ``!in``.
    place : Place
        Where it was written; two clauses are equal wherever they stand.
    """

    attribute: str
    operator: Operator
    wanted: tuple[Value, ...]
    place: Place = field(compare=False)

    def key(self) -> tuple[object, ...]:
        """What it says, with 1 and true told apart."""
        values = tuple((isinstance(value, bool), value) for value in self.wanted)
        return self.attribute, self.operator, frozenset(values)


@dataclass(frozen=True)
class EdgeRule:
    """What is asked of one ordered pair of nodes.

    Attributes
    ----------
    required : bool
        Whether there must be an edge; it then meets all of `clauses`.
    clauses : tuple of Clause
    forbidden : tuple of tuple of Clause
        There must not be an edge that meets all clauses of one of these; an empty one forbids any.
    place : Place
    """

    required: bool
    clauses: tuple[Clause, ...] = ()
    forbidden: tuple[tuple[Clause, ...], ...] = ()
    place: Place = field(default=Place(1, 1), compare=False)

    def key(self) -> tuple[object, ...]:
        """What it says, in whatever order it was written."""
        clauses = frozenset(clause.key() for clause in self.clauses)
        forbidden = frozenset(frozenset(c.key() for c in one) for one in self.forbidden)
        return self.required, clauses, forbidden


@dataclass(frozen=True)
class Term:
    """One side of a comparison: an attribute of a node (its number) or of an edge (its pair)."""

    owner: int | Pair
    attribute: str
    place: Place = field(compare=False)


@dataclass(frozen=True)
class Comparison:
    """Two attributes held against each other: ``A.size > B.size``, ``ab.weight >= bc.weight``."""

    left: Term
    operator: Operator
    right: Term


@dataclass(frozen=True)
class Motif:
    """A pattern of up to six neurons.

    Attributes
    ----------
    text : str
        As it was given.
    nodes : tuple of str
        Names, in the order in which they first appear; nodes are numbered by it.
    edges : dict of pair to EdgeRule
        For the ordered pairs that were spoken of.
    clauses : tuple of tuple of Clause
        For each node.
    comparisons : tuple of Comparison
    alike : tuple of (int, int, Place)
        Nodes declared interchangeable by ``===``.
    where : tuple of str or None
        For each node, a condition in SQL; empty where there is none at all.
    """

    text: str
    nodes: tuple[str, ...]
    edges: dict[Pair, EdgeRule]
    clauses: tuple[tuple[Clause, ...], ...]
    comparisons: tuple[Comparison, ...] = ()
    alike: tuple[tuple[int, int, Place], ...] = ()
    where: tuple[str | None, ...] = ()
