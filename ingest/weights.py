"""Weights: what the weight of an edge means, decided in the open.

A threshold on synapses, a comparison between animals and a model of missed synapses all need
counts. So a column becomes ``syn_count`` only where it is called so, where the user says so, or
where nobody says anything and all of it is whole numbers, which is then told as a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from connectome_analysis.tables import ContractError

from .column_mapping import ColumnMapping, header_unit, plain_name
from .column_values import Fault, Missing, number_value, require_no_fault, whole_number_fault
from .source_rows import SourceRows
from .workspace import Workspace, quoted

NegativeWeights = Literal["error", "sign"]
SYNAPSES = "synapses"
CONNECTED = "connected (the source gives no weight)"
UNSTATED = "unstated"
MIXED = "another thing for every kind of edge"
_MOST_SYNAPSES = 2**31
_NUMBERS = frozenset(
    f"{sign}{size}INT" for sign in ("", "U") for size in ("TINY", "SMALL", "BIG")
) | {"INTEGER", "UINTEGER", "DOUBLE", "FLOAT"}
# Names of what is surely no weight: ids, places in lists and in space, sections and frames.
_NO_WEIGHT = re.compile(
    r"(^|_)(id|ids|tid|index|idx|row|rank|line|x|y|z|nm|vx|voxel|position|section|slice|frame|series"
    r"|dataset|cluster|level|year|sign|excitatory|inhibitory|column_1|column_2)(_|$)"
)
_WEIGHT = re.compile(
    r"count|number|weight|strength|contact|synap|conductance|(^|_)(n|num|nbr)(_|$)"
)
_SAYS_SYNAPSES = frozenset({"synapse", "synapses", "synapse count", "synapse counts", "syn_count"})


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How rows become weights.

    Attributes
    ----------
    weight : str
        SQL DOUBLE of a row's weight; NULL where the row has none.
    syn_count : str or None
        SQL of a row's number of synapses, where the source counts them.
    sign : str or None
        SQL of the sign of a signed weight, where signs are kept.
    meaning : str
    unit : str or None
    present_only : bool
        Weights say only that there is a connection: pairs get weight 1, however many rows.
    counted : str or None
        The weight's SQL, where it is the number of synapses and nothing else.
    """

    weight: str
    syn_count: str | None = None
    sign: str | None = None
    meaning: str
    unit: str | None = None
    present_only: bool = False
    counted: str | None = None

    def manifest_entry(self) -> dict[str, str]:
        """The manifest's entry for one edge type."""
        entry = {"meaning": self.meaning}
        return entry if self.unit is None else {**entry, "unit": self.unit}


def decide_weights(
    workspace: Workspace,
    rows: SourceRows,
    mapping: ColumnMapping,
    *,
    meaning: str | None,
    unit: str | None,
    negative: NegativeWeights,
    missing: Missing,
) -> Weights:
    """Decide what the rows of an edge list weigh, and tell it.

    Raises
    ------
    ContractError
        Where a count is no whole number, a weight is negative or infinite, or what the user says
        contradicts the columns.
    """
    if meaning is not None and says_synapses(meaning):
        meaning = SYNAPSES
    counted, weighed = mapping.get("syn_count"), mapping.get("weight")
    if meaning is None and unit is None:
        meaning, unit = _said_by_header(weighed)
    if counted is None and weighed is None:
        return _without_column(workspace, rows, mapping, meaning, unit)
    values = {
        column: number_value(rows, f"edges.{column}", source, missing)
        for column, source in (("syn_count", counted), ("weight", weighed))
        if source is not None
    }
    answers = _ask(workspace, rows, values)
    for column, (number, fault) in values.items():
        _require_usable(workspace, rows, column, number, fault, answers, negative)
    if counted is not None and weighed is not None:
        return _with_both(workspace, rows, values, answers, meaning, unit, negative)
    ((column, (number, _)),) = values.items()
    source = mapping[column]
    whole = not answers[f"{column}.fractions"]
    if meaning is None:
        meaning = _guessed_meaning(workspace, rows, column, source, whole=whole)
    is_count = meaning == SYNAPSES
    if is_count and not whole:
        _raise_fraction(workspace, rows, column, number)
    return _signed(
        number,
        is_count=is_count,
        meaning=meaning,
        unit=unit,
        negative=negative,
        answers=answers,
        column=column,
    )


def _said_by_header(column: str | None) -> tuple[str | None, str | None]:
    """Meaning and unit that a header such as ``weight [sections]`` states."""
    unit = None if column is None else header_unit(column)
    if unit is None or unit == UNSTATED:
        return unit, None
    return (SYNAPSES if says_synapses(unit) else unit), unit


def says_synapses(meaning: str) -> bool:
    """Whether words for what a weight measures say that it counts synapses."""
    return meaning.strip().lower() in _SAYS_SYNAPSES


def _without_column(
    workspace: Workspace,
    rows: SourceRows,
    mapping: ColumnMapping,
    meaning: str | None,
    unit: str | None,
) -> Weights:
    if meaning is None:
        for column, low, high in _like_counts(workspace, rows, mapping):
            workspace.account.warn(
                f"{rows.label}: column {column!r} holds numbers from {low:g} to {high:g} and is not "
                f"taken as the weight; if it is, say so: columns={{'weight': {column!r}}} "
                f"(--map weight={column})"
            )
        workspace.account.decide(f"{rows.label}: no weight, so every pair has weight 1")
        return Weights(weight="1.0", meaning=CONNECTED, unit=unit, present_only=True)
    workspace.account.decide(f"{rows.label}: no weight column, so each row counts 1 ({meaning})")
    count = "1" if meaning == SYNAPSES else None
    return Weights(weight="1.0", syn_count=count, meaning=meaning, unit=unit)


def _like_counts(
    workspace: Workspace, rows: SourceRows, mapping: ColumnMapping
) -> Iterator[tuple[str, float, float]]:
    """Columns left over that could be a weight: positive numbers that differ and are no place or id."""
    for column in mapping.extras:
        plain = plain_name(column)
        if _NO_WEIGHT.search(plain):
            continue
        if rows.is_text(column):
            number = f"TRY_CAST({rows.trimmed(column)} AS DOUBLE)"
        elif rows.columns[column] in _NUMBERS:
            number = f"CAST({quoted(column)} AS DOUBLE)"
        else:
            continue
        low, high, whole, filled, rows_filled = workspace.row(
            f"SELECT min({number}), max({number}), coalesce(bool_and({number} = floor({number})), "
            f"false), count({number}), count({quoted(column)}) FROM {quoted(rows.view)}"
        )
        if not filled or filled < rows_filled or not 0 <= low <= high < _MOST_SYNAPSES:
            continue
        if (whole and high > 1) or _WEIGHT.search(plain):
            yield column, low, high


def _with_both(
    workspace: Workspace,
    rows: SourceRows,
    values: Mapping[str, tuple[str, Fault]],
    answers: Mapping[str, Any],
    meaning: str | None,
    unit: str | None,
    negative: NegativeWeights,
) -> Weights:
    count, weight = values["syn_count"][0], values["weight"][0]
    if answers["syn_count.fractions"]:
        _raise_fraction(workspace, rows, "syn_count", count)
    (differ,) = workspace.row(
        f'SELECT count(*) FROM "{rows.view}" WHERE {weight} IS DISTINCT FROM {count}'
    )
    if meaning == SYNAPSES and differ:
        msg = (
            f"{rows.label}: weight differs from syn_count in {differ:,} rows, so it does not count "
            "synapses. Say what it is (--weight-meaning), or leave it out: "
            "columns={'weight': None} (--map weight=)."
        )
        raise ContractError(msg)
    if meaning is None:
        meaning = UNSTATED if differ else SYNAPSES
        if differ:
            _warn_unstated(workspace, rows, "weight")
    out = _signed(
        weight,
        is_count=False,
        meaning=meaning,
        unit=unit,
        negative=negative,
        answers=answers,
        column="weight",
    )
    return Weights(
        weight=out.weight, syn_count=count, sign=out.sign, meaning=out.meaning, unit=out.unit
    )


def _signed(
    number: str,
    *,
    is_count: bool,
    meaning: str,
    unit: str | None,
    negative: NegativeWeights,
    answers: Mapping[str, Any],
    column: str,
) -> Weights:
    signed = negative == "sign" and answers[f"{column}.negative"]
    weight = f"abs({number})" if signed else number
    return Weights(
        weight=weight,
        syn_count=f"CAST({weight} AS BIGINT)" if is_count else None,
        counted=weight if is_count else None,
        sign=f"CAST(sign({number}) AS TINYINT)" if signed else None,
        meaning=meaning,
        unit=unit,
    )


def _guessed_meaning(
    workspace: Workspace, rows: SourceRows, column: str, source: str, *, whole: bool
) -> str:
    if column == "syn_count":
        return SYNAPSES
    if whole:
        workspace.account.warn(
            f"{rows.label}: {_called(rows, source)} holds whole numbers, taken as the number of "
            "synapses; if they are something else, say what: weight_meaning=... (--weight-meaning)"
        )
        return SYNAPSES
    _warn_unstated(workspace, rows, source)
    return UNSTATED


def _warn_unstated(workspace: Workspace, rows: SourceRows, source: str) -> None:
    workspace.account.warn(
        f"{rows.label}: what {_called(rows, source)} measures is not stated; say it: "
        "weight_meaning=... (--weight-meaning) and weight_unit=... (--weight-unit)"
    )


def _called(rows: SourceRows, source: str) -> str:
    return "the matrix" if rows.cells else f"column {source!r}"


def _ask(
    workspace: Workspace, rows: SourceRows, values: Mapping[str, tuple[str, Fault]]
) -> dict[str, Any]:
    questions: dict[str, str] = {}
    for column, (number, fault) in values.items():
        questions |= {
            f"{column}.faults": f"count(*) FILTER ({fault.condition})",
            f"{column}.fractions": f"count(*) FILTER ({number} <> floor({number}))",
            f"{column}.negative": f"count(*) FILTER ({number} < 0)",
            f"{column}.infinite": f"count(*) FILTER (isinf({number}))",
        }
    return workspace.ask(rows.view, questions)


def _require_usable(
    workspace: Workspace,
    rows: SourceRows,
    column: str,
    number: str,
    fault: Fault,
    answers: Mapping[str, Any],
    negative: NegativeWeights,
) -> None:
    if answers[f"{column}.faults"]:
        require_no_fault(workspace, rows, [fault])
    if answers[f"{column}.infinite"]:
        row, value = rows.first(workspace, f"isinf({number})", number)
        msg = f"{rows.label}: {column} must be finite, got {value} in row {row:,}."
        raise ContractError(msg)
    if answers[f"{column}.negative"] and (negative == "error" or column == "syn_count"):
        row, value = rows.first(workspace, f"{number} < 0", number)
        msg = f"{rows.label}: {column} must be positive, got {value:g} in row {row:,}. " + (
            "A count is never negative."
            if column == "syn_count"
            else 'If the sign says excitatory or inhibitory: negative_weights="sign" '
            "(--negative-weights sign) keeps it in the column sign of edges."
        )
        raise ContractError(msg)


def _raise_fraction(workspace: Workspace, rows: SourceRows, column: str, number: str) -> None:
    fault = whole_number_fault(rows, number, "edges", column)
    row, value = rows.first(workspace, fault.condition, fault.value)
    hint = "" if column == "syn_count" else " Say what it measures instead: --weight-meaning."
    raise ContractError(fault.told(f"{row:,}", value) + hint)
