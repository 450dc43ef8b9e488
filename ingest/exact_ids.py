"""Exact ids: an integer id reaches the tables with every digit it has in the source, or not at all.

Ids pass 2**53, where float64 rounds: 720575940629970489 would become another neuron. So text is
cast to a 64-bit integer and back, and must come back the same; a column of floats is refused.
Sources that name their neurons (``ADAL``) have names for ids, and every neuron gets a number.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from connectome_analysis.tables import ContractError

from .missing_values import NAME_SPELLINGS, SPELLINGS, is_missing, with_given
from .source_rows import SourceRows
from .workspace import Workspace, literals, quoted

IdKind = Literal["integers", "names"]

INTEGER_TYPES = frozenset(
    f"{sign}{size}INT" for sign in ("", "U") for size in ("TINY", "SMALL", "", "BIG", "HUGE")
) | {"INTEGER", "UINTEGER"}
_LARGEST = 2**63 - 1
# What a float leaves behind in text, and integers beyond 64 bits; "007" and "+5" are names.
_NUMBER_LIKE = (
    r"^[+-]?[0-9]+\.[0-9]*([eE][+-]?[0-9]+)?$|^[+-]?[0-9]+[eE][+-]?[0-9]+$|^[1-9][0-9]{18,}$"
)


@dataclass(frozen=True, kw_only=True)
class IdColumn:
    """A column of a source that holds ids, and how it is read.

    Attributes
    ----------
    rows : SourceRows
    source : str
        The column's name in the source.
    role : str
        What it becomes: ``pre_id``, ``post_id`` or ``node_id``.
    zero_is_missing : bool
        In releases 0 stands for "unattached"; in a graph or matrix it is a neuron.
    missing : mapping
        Further spellings of a missing id; see `with_given`.
    """

    rows: SourceRows
    source: str
    role: str
    zero_is_missing: bool = True
    missing: Mapping[str, Collection[str]] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The column's DuckDB type."""
        return self.rows.columns[self.source]

    @property
    def is_text(self) -> bool:
        """Whether ids come as text."""
        return self.rows.is_text(self.source)

    @property
    def plain(self) -> bool:
        """Whether every value is a 64-bit integer or none, so that nothing has to be read."""
        return self.type == "BIGINT" and not self._given()

    def require_exact_type(self) -> None:
        """Raise where the type cannot hold an id exactly."""
        if self.is_text or self.type in INTEGER_TYPES:
            return
        if self.type in {"DOUBLE", "FLOAT"} or self.type.startswith("DECIMAL"):
            msg = (
                f"{self.rows.label}: {self.role} must be an integer, column {self.source!r} is "
                f"{_plain_type(self.type)}. Ids above 2**53 do not survive float64, so write the "
                "column as an integer or as text where the file is made."
            )
            raise ContractError(msg)
        msg = (
            f"{self.rows.label}: {self.role} must be an integer or a name, column "
            f"{self.source!r} is {self.type.lower()}. Name the right column: "
            f"columns={{{self.role!r}: ...}} (--map {self.role}=...)."
        )
        raise ContractError(msg)

    def text(self) -> str:
        """SQL text of the id."""
        if self.is_text:
            return self.rows.trimmed(self.source)
        return f"CAST({quoted(self.source)} AS VARCHAR)"

    def given_missing(self, kind: IdKind) -> str:
        """SQL condition: there is no id here. A 0 is not meant; see `key`."""
        if not self.is_text and not self._given():
            return f"({quoted(self.source)} IS NULL)"
        if kind == "names":
            return is_missing(self.text(), NAME_SPELLINGS | self._given())
        given = f"{self.text()} IN ({literals(self._given())})" if self._given() else "false"
        # Words are compared only where there is no integer: 3x faster at 15 M rows.
        missing = is_missing(self.text(), SPELLINGS | self._given())
        return f"(CASE WHEN {self.integer()} IS NULL THEN {missing} ELSE {given} END)"

    def integer(self) -> str:
        """SQL BIGINT where the id is exactly one, NULL otherwise."""
        if not self.is_text:
            return f"TRY_CAST({quoted(self.source)} AS BIGINT)"
        value = f"TRY_CAST({self.text()} AS BIGINT)"
        return f"CASE WHEN CAST({value} AS VARCHAR) = {self.text()} THEN {value} END"

    def key(self, kind: IdKind) -> str:
        """SQL of the id as neurons are looked up by it; NULL where there is none.

        For columns that `decide_id_kind` has seen: of integers it has made sure that every text
        is one, or a missing value, so that nothing is cast back (3 s less at 15 M rows).
        """
        if kind == "names":
            return f"CASE WHEN NOT {self.given_missing(kind)} THEN {self.text()} END"
        source = self.rows.trimmed(self.source) if self.is_text else quoted(self.source)
        value = source if self.plain else f"TRY_CAST({source} AS BIGINT)"
        if self._given():  # a -1 may be declared to be no neuron
            value = f"CASE WHEN NOT {self.given_missing(kind)} THEN {value} END"
        return f"nullif({value}, 0)" if self.zero_is_missing else value

    def questions(self) -> dict[str, str]:
        """Aggregates that tell what kind of ids the column holds; see `IdProfile`."""
        if self.plain:
            name = quoted(self.source)
            return {
                f"{self.role}.rows": "count(*)",
                f"{self.role}.missing": f"count(*) - count({name})",
                f"{self.role}.integers": f"count({name})",
                f"{self.role}.negative": f"count(*) FILTER ({name} < 0)",
                f"{self.role}.inexact": "0",
            }
        missing = self.given_missing("integers")
        value = self.integer()
        other = f"({value} IS NULL AND NOT {missing})"
        # The pattern runs only over what is no integer: 30x faster on a clean column of 15 M.
        inexact = f"CASE WHEN {other} THEN regexp_matches({self.text()}, '{_NUMBER_LIKE}') END"
        return {
            f"{self.role}.rows": "count(*)",
            f"{self.role}.missing": f"count(*) FILTER ({missing})",
            f"{self.role}.integers": f"count({value}) FILTER (NOT {missing})",
            f"{self.role}.negative": f"count(*) FILTER ({value} < 0 AND NOT {missing})",
            f"{self.role}.inexact": f"count(*) FILTER ({inexact})",
        }

    def profile(self, answers: Mapping[str, Any]) -> IdProfile:
        """Read the answers to `questions`."""
        return IdProfile(
            column=self,
            **{
                name: int(answers[f"{self.role}.{name}"])
                for name in ("rows", "missing", "integers", "negative", "inexact")
            },
        )

    def _given(self) -> frozenset[str]:
        return with_given(frozenset(), self.missing, self.role, self.source)


@dataclass(frozen=True, kw_only=True)
class IdProfile:
    """What a column of ids holds, in rows.

    ``inexact`` counts what looks like a number and is no 64-bit integer: ``29.0``, ``7.2e+17``.
    """

    column: IdColumn
    rows: int
    missing: int
    integers: int
    negative: int
    inexact: int

    @property
    def others(self) -> int:
        """Rows that hold neither an integer nor nothing."""
        return self.rows - self.missing - self.integers


def decide_id_kind(
    workspace: Workspace,
    declared: Sequence[IdProfile],
    referring: Sequence[IdProfile],
    asked: IdKind | None,
) -> IdKind:
    """Decide whether a source's ids are integers or names, or raise.

    Where the source lists its neurons, the list decides: integers if every id in it is one, names
    otherwise (Ciona has both ``100`` and ``ADAL``). Where it does not, a mixture is refused: a
    mistyped integer would turn all ids into names.

    Parameters
    ----------
    workspace : Workspace
    declared : sequence of IdProfile
        Of the list of neurons, where there is one.
    referring : sequence of IdProfile
        Of the ids that refer to neurons.
    asked : {"integers", "names"} or None
        What the user says.

    Raises
    ------
    ContractError
        Where an id would lose digits, is negative, or integers and names are mixed.
    """
    profiles = [*declared, *referring]
    if asked == "names":
        return "names"
    for profile in profiles:
        if profile.inexact:
            raise ContractError(_inexact(workspace, profile.column))
    deciding = declared or referring
    integers = sum(profile.integers for profile in deciding)
    others = sum(profile.others for profile in deciding)
    if asked is None and others:
        if not integers or declared:
            return "names"
        raise ContractError(_mixed(workspace, referring))
    for profile in profiles:
        if profile.others:
            raise ContractError(_not_an_integer(workspace, profile.column))
        if profile.negative:
            raise ContractError(_negative(workspace, profile.column))
    return "integers"


def _inexact(workspace: Workspace, column: IdColumn) -> str:
    condition = f"{column.integer()} IS NULL AND regexp_matches({column.text()}, '{_NUMBER_LIKE}')"
    if not column.is_text:
        condition = f"{column.integer()} IS NULL AND {column.text()} IS NOT NULL"
    row, value = column.rows.first(workspace, condition, column.text())
    what = f"{column.rows.label}: {column.role} {value!r} in row {row} "
    if str(value).isdigit():
        return (
            what + f"is larger than a 64-bit integer can hold ({_LARGEST}). "
            'If it is a name, read ids as names: ids="names" (--ids names).'
        )
    if column.rows.excel:
        return (
            what + "is a number beyond 2**53, which Excel has already rounded. "
            "Store the column as text where the sheet is made."
        )
    return (
        what + "has been written from a float; ids above 2**53 do not survive that. Write the "
        'column as an integer or as text, or if it is a name, read ids as names: ids="names" '
        "(--ids names)."
    )


def _not_an_integer(workspace: Workspace, column: IdColumn) -> str:
    condition = f"{column.integer()} IS NULL AND NOT {column.given_missing('integers')}"
    row, value = column.rows.first(workspace, condition, column.text())
    return (
        f"{column.rows.label}: {column.role} {value!r} in row {row} is not an integer, the other "
        "ids are. Correct it, name it as missing (--missing "
        f'{column.role}=...), or read ids as names: ids="names" (--ids names).'
    )


def _negative(workspace: Workspace, column: IdColumn) -> str:
    condition = f"{column.integer()} < 0 AND NOT {column.given_missing('integers')}"
    row, value = column.rows.first(workspace, condition, column.text())
    return (
        f"{column.rows.label}: {column.role} {value} in row {row} is negative, ids are not. If it "
        f"stands for no neuron, say so: missing={{{column.role!r}: [{value!r}]}} "
        f"(--missing {column.role}={value})."
    )


def _mixed(workspace: Workspace, profiles: Sequence[IdProfile]) -> str:
    column = next(profile.column for profile in profiles if profile.others)
    condition = f"{column.integer()} IS NULL AND NOT {column.given_missing('integers')}"
    row, value = column.rows.first(workspace, condition, column.text())
    integers = sum(profile.integers for profile in profiles)
    others = sum(profile.others for profile in profiles)
    return (
        f"{column.rows.label}: ids are integers ({integers:,}) and names ({others:,}) mixed, for "
        f"instance {column.role} {value!r} in row {row}. If all are names, say so: "
        'ids="names" (--ids names); or give the list of neurons (--nodes FILE).'
    )


def _plain_type(type_: str) -> str:
    return {"DOUBLE": "float64", "FLOAT": "float32"}.get(type_, type_.lower())
