"""Motif search by its definition: try every way to put different neurons at the nodes.

A motif is a list of statements, each a tuple that begins with its kind. `text` writes them in the
notation, so that the search is told the same by other means.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import numpy as np

Statement = tuple[Any, ...]

COMPARE = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda value, values: value in values,
    "!in": lambda value, values: value not in values,
    "contains": lambda value, part: part in value,
    "!contains": lambda value, part: part not in value,
}


def written(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(written(one) for one in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def text(statements: Sequence[Statement]) -> str:
    """The motif in the notation; nodes are letters."""
    lines = []
    for number, (kind, *rest) in enumerate(statements):
        if kind in ("edge", "absent"):
            a, b, clauses = rest
            inside = ", ".join(f"weight {op} {value}" for op, value in clauses)
            arrow = "->" if kind == "edge" else "!>"
            name = f" as e{a}{b}{number}" if kind == "edge" else ""
            lines.append(f"{a} {arrow} {b}" + (f" [{inside}]" if inside else "") + name)
        elif kind == "node":
            a, attribute, op, value = rest
            lines.append(f"{a}.{attribute} {op} {written(value)}")
        elif kind == "nodes":
            a, one, op, b, two = rest
            lines.append(f"{a}.{one} {op} {b}.{two}")
        else:
            first, op, second = rest  # numbers of two edges above
            names = ["e{1}{2}{0}".format(i, *statements[i][1:3]) for i in (first, second)]
            lines.append(f"{names[0]}.weight {op} {names[1]}.weight")
    return "\n".join(lines)


def nodes(statements: Sequence[Statement]) -> list[str]:
    """Names in the order in which the edges name them."""
    ends = [name for kind, *rest in statements if kind in ("edge", "absent") for name in rest[:2]]
    return list(dict.fromkeys(ends))


def holds(
    statement: Statement,
    statements: Sequence[Statement],
    put: dict[str, int],
    weights: np.ndarray,
    table: list[dict[str, Any]],
) -> bool:
    kind, *rest = statement
    if kind in ("edge", "absent"):
        a, b, clauses = rest
        weight = weights[put[a], put[b]]
        there = bool(weight != 0 and all(COMPARE[op](weight, value) for op, value in clauses))
        return there if kind == "edge" else not there
    if kind == "node":
        a, attribute, op, value = rest
        found = table[put[a]][attribute]
        return found is not None and COMPARE[op](found, value)
    if kind == "nodes":
        a, one, op, b, two = rest
        x, y = table[put[a]][one], table[put[b]][two]
        return x is not None and y is not None and COMPARE[op](x, y)
    first, op, second = rest
    ends = [tuple(put[name] for name in statements[i][1:3]) for i in (first, second)]
    return bool(COMPARE[op](weights[ends[0]], weights[ends[1]]))


def mappings(
    statements: Sequence[Statement],
    weights: np.ndarray,
    table: list[dict[str, Any]],
    *,
    induced: bool = False,
) -> list[tuple[int, ...]]:
    """Every way in which a motif fits, as neurons in the order of `nodes`.

    Parameters
    ----------
    statements : list of tuples
    weights : (N, N) array; 0 means no edge
    table : list of N dicts
        Attributes of each neuron; None where missing.
    """
    names = nodes(statements)
    spoken = {(s[1], s[2]) for s in statements if s[0] in ("edge", "absent")}
    silent = [(a, b) for a in names for b in names if a != b and (a, b) not in spoken]
    found = []
    for neurons in permutations(range(len(weights)), len(names)):
        put = dict(zip(names, neurons, strict=True))
        if not all(holds(s, statements, put, weights, table) for s in statements):
            continue
        if induced and any(weights[put[a], put[b]] for a, b in silent):
            continue
        found.append(neurons)
    return found


def instances(
    statements: Sequence[Statement], found: list[tuple[int, ...]]
) -> list[tuple[int, ...]]:
    """Of mappings that say the same of the same neurons, the first."""
    names = nodes(statements)
    first: dict[frozenset[Any], tuple[int, ...]] = {}
    for neurons in sorted(found):
        put = dict(zip(names, neurons, strict=True))
        said = frozenset(saying(s, statements, put) for s in statements)
        first.setdefault(said, neurons)
    return sorted(first.values())


def saying(statement: Statement, statements: Sequence[Statement], put: dict[str, int]) -> Any:
    """A statement with neurons for nodes, in one way of writing."""
    kind, *rest = statement
    turned = {">": "<", ">=": "<="}
    if kind in ("edge", "absent"):
        return kind, put[rest[0]], put[rest[1]], frozenset(rest[2])
    if kind == "node":
        return kind, put[rest[0]], *rest[1:]
    if kind == "nodes":
        a, one, op, b, two = rest
        sides: list[Any] = [(put[a], one), (put[b], two)]
    else:
        first, op, second = rest
        sides = [tuple(put[name] for name in statements[i][1:3]) for i in (first, second)]
    if op in turned:
        return kind, sides[1], turned[op], sides[0]
    if op in ("=", "!="):
        sides.sort()
    return kind, sides[0], op, sides[1]
