"""Columns: attributes of neurons and edges as arrays, and which rows meet a condition.

A missing value meets no condition, as in SQL.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...tables.nearest_names import names_in_words
from .motif import Clause, Operator, Value
from .words import Place, mistake

if TYPE_CHECKING:
    import pandas as pd

    from ...graph import Graph

Mask = NDArray[np.bool_]

_WORDS = {"text": "text", "number": "numbers", "truth": "true or false"}
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


@dataclass(frozen=True)
class Column:
    """One attribute.

    Attributes
    ----------
    name : str
    kind : {"number", "text", "truth"}
    entries : (K,) array
        Of numbers and truths, one for each row; of text, each text once.
    codes : (R,) int array or None
        Of text, the place of each row's text in `entries`, -1 where missing.
    missing : (R,) bool array
    """

    name: str
    kind: Literal["number", "text", "truth"]
    entries: NDArray[Any]
    codes: NDArray[np.intp] | None
    missing: Mask

    @property
    def words(self) -> str:
        """What it holds, for errors."""
        return _WORDS[self.kind]

    def meets(self, clause: Clause, text: str) -> Mask:
        """(R,) bool: the rows that meet a clause; `text` is the motif's, for errors."""
        for value in clause.wanted:
            self._require_kind(clause, value, text)
        if self.codes is None:
            return _meets(self.entries, clause.operator, clause.wanted) & ~self.missing
        among = np.append(_meets(self.entries, clause.operator, clause.wanted), False)
        return among[self.codes]  # -1, missing, is the last, which is False

    def _require_kind(self, clause: Clause, value: Value, text: str) -> None:
        kind = (
            "truth" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
        )
        if kind != self.kind:
            shown = f'"{value}"' if isinstance(value, str) else str(value).lower()
            hint = f'; write "{shown}" in quotes' if self.kind == "text" else ""
            raise mistake(text, clause.place, f"{self.name} holds {self.words}, got {shown}{hint}")
        if clause.operator in ("contains", "!contains") and self.kind != "text":
            msg = f"{clause.operator!r} is for text, {self.name} holds {self.words}"
            raise mistake(text, clause.place, msg)
        if self.kind == "truth" and clause.operator in ("<", "<=", ">", ">="):
            raise mistake(text, clause.place, f"{self.name} is true or false and has no order")

    def ranked(self) -> NDArray[Any]:
        """(R,) values that sort as the attribute does; those of missing rows mean nothing."""
        if self.codes is None:
            return self.entries
        return self.entries[self.codes] if len(self.entries) else np.full(len(self.codes), "")


def _meets(values: NDArray[Any], operator: Operator, wanted: tuple[Value, ...]) -> Mask:
    if operator in ("in", "!in"):
        among = np.zeros(len(values), dtype=bool)
        for value in wanted:
            among |= _compared(values, "=", value)
        return among if operator == "in" else ~among
    if operator in ("contains", "!contains"):
        part = str(wanted[0])
        held = np.fromiter((part in value for value in values), dtype=bool, count=len(values))
        return held if operator == "contains" else ~held
    return _compared(values, operator, wanted[0])


def _compared(values: NDArray[Any], operator: Operator, wanted: Value) -> Mask:
    if values.dtype.kind in "iu" and not isinstance(wanted, (str, bool)):
        return _whole_compared(values, operator, wanted)
    answer: Mask = np.asarray(_COMPARE[operator](values, wanted), dtype=bool)
    return answer


def _whole_compared(values: NDArray[Any], operator: Operator, wanted: float) -> Mask:
    """Whole numbers against any number, exactly: no id passes through a float."""
    if wanted in (math.inf, -math.inf):  # written as 1e999
        low = operator in ("<", "<=", "!=") if wanted > 0 else operator in (">", ">=", "!=")
        return np.full(len(values), low)
    whole = math.floor(wanted)
    if whole != wanted:
        if operator in ("=", "!="):
            return np.full(len(values), operator == "!=")
        operator = "<=" if operator in ("<", "<=") else ">"  # of the whole number below
    limits = np.iinfo(values.dtype)
    if whole > limits.max:
        return np.full(len(values), operator in ("<", "<=", "!="))
    if whole < limits.min:
        return np.full(len(values), operator in (">", ">=", "!="))
    answer: Mask = _COMPARE[operator](values, values.dtype.type(whole))
    return answer


# ---------------------------------------------------------------- where they come from


class NodeColumns:
    """The columns of a graph's node table, each read once."""

    def __init__(self, g: Graph, text: str) -> None:
        self.g, self.text = g, text
        self._read: dict[str, Column] = {}
        self._table: pd.DataFrame | None = None

    @property
    def table(self) -> pd.DataFrame:
        """The node table."""
        if self._table is None:
            self._table = self.g.nodes
        return self._table

    def column(self, name: str, place: Place) -> Column:
        """A column by name; a ValueError names those there are."""
        if name not in self._read:
            columns = [str(column) for column in self.table.columns]
            if name not in columns:
                close = difflib.get_close_matches(name, columns, n=1)
                hint = f", did you mean {close[0]}?" if close else ";"
                known = names_in_words(columns, name)
                msg = f"neurons have no attribute {name!r}{hint} known: {known}"
                raise mistake(self.text, place, msg)
            self._read[name] = self._column(name, place)
        return self._read[name]

    def _column(self, name: str, place: Place) -> Column:
        import pandas as pd

        series = self.table.iloc[:, [str(c) for c in self.table.columns].index(name)]
        missing = series.isna().to_numpy(dtype=bool)
        kinds = pd.api.types
        if kinds.is_bool_dtype(series.dtype):
            values = series.to_numpy(dtype=bool, na_value=False) if missing.any() else series
            return Column(name, "truth", np.asarray(values, dtype=bool), None, missing)
        if kinds.is_integer_dtype(series.dtype):
            filled = series.fillna(0) if missing.any() else series
            wide = np.uint64 if kinds.is_unsigned_integer_dtype(series.dtype) else np.int64
            return Column(name, "number", filled.to_numpy(dtype=wide), None, missing)
        if kinds.is_float_dtype(series.dtype):
            values = series.to_numpy(dtype=np.float64, na_value=np.nan)
            return Column(name, "number", values, None, missing)
        try:
            codes, found = pd.factorize(series)
            different = np.asarray(found, dtype=object)
        except TypeError:  # lists and the like
            codes, different = np.full(len(series), -1), np.array([object()])
        if all(isinstance(value, str) for value in different):
            return Column(name, "text", different, codes, missing)
        if all(isinstance(value, (bool, np.bool_)) for value in different):
            values = np.append(different.astype(bool), False)[codes]
            return Column(name, "truth", values, None, missing)
        if all(_is_whole(value) for value in different):
            values = np.append(different.astype(np.int64), 0)[codes]
            return Column(name, "number", values, None, missing)
        raise mistake(
            self.text,
            place,
            f"the attribute {name!r} holds {series.dtype} and can be asked for in SQL only; "
            "conditions here are on numbers, text, and true or false",
        )


def _is_whole(value: object) -> bool:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        return False
    return -(2**63) <= int(value) < 2**63


def edge_weights(g: Graph, name: str, place: Place, text: str) -> Column:
    """The weights of a graph's edges, asked for as ``weight`` or, if they are synapses, so."""
    synapses = g.weight_meaning.split(",")[0].strip().lower() in ("synapses", "synapse count")
    if name != "weight" and not (name == "syn_count" and synapses):
        known = "weight, or syn_count, which is the same here" if synapses else "weight"
        meaning = f" ({g.weight_meaning})" if g.weight_meaning and not synapses else ""
        raise mistake(text, place, f"edges have no attribute {name!r}; known: {known}{meaning}")
    return Column(name, "number", g.weights, None, np.zeros(g.n_edges, dtype=bool))


def ranks_together(left: Column, right: Column) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Both columns as numbers of one order, -1 where missing: exact for ids, words and floats."""
    columns = [left] if right is left else [left, right]
    if {column.entries.dtype.kind for column in columns} == {"i", "u"}:
        whole = [column.entries.astype(object) for column in columns]  # no type holds both
    elif {column.entries.dtype.kind for column in columns} in ({"i", "f"}, {"u", "f"}):
        whole = [column.entries.astype(object) for column in columns]
    else:
        whole = [column.ranked() for column in columns]
    known = [values[~column.missing] for values, column in zip(whole, columns, strict=True)]
    order = np.unique(np.concatenate(known))
    found = []
    for values, column in zip(known, columns, strict=True):
        ranks = np.full(len(column.missing), -1, dtype=np.int32)
        ranks[~column.missing] = np.searchsorted(order, values)
        found.append(ranks)
    return found[0], found[-1]
