"""Statements: what a motif's text says line by line, before names are joined and macros opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from .motif import Clause, Operator, Value
from .words import Place, Word, mistake, words

_OPERATORS: dict[str, Operator] = {
    "=": "=",
    "==": "=",
    "!=": "!=",
    "<>": "!=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "in": "in",
    "!in": "!in",
    "contains": "contains",
    "!contains": "!contains",
}
_KNOWN_OPERATORS = "=, !=, <, <=, >, >=, in, !in, contains, !contains"
_RESERVED = {"in", "contains", "as"}
# Arrows of other notations, and what to write.
_INSTEAD = {
    "<-": "turn it round: the arrow points from sender to receiver",
    "<->": "for a mutual pair write both edges: A -> B; B -> A",
    "--": "edges have a direction; for a mutual pair write A -> B; B -> A",
    "-->": "an edge is written A -> B",
    "=>": "an edge is written A -> B",
    "-|": "for the sign of a neuron write a condition: A -> B; A.sign = -1",
    "-+": "for the sign of a neuron write a condition: A -> B; A.sign = 1",
    "!|": "for the sign of a neuron write a condition: A !> B; A.sign = -1",
    "~|": "for the sign of a neuron write a condition: A !> B; A.sign = -1",
    "!+": "for the sign of a neuron write a condition: A !> B; A.sign = 1",
    "~+": "for the sign of a neuron write a condition: A !> B; A.sign = 1",
    "!-": "a missing edge is written A !> B",
    "~-": "a missing edge is written A !> B",
}


@dataclass(frozen=True)
class Arrow:
    """``A -> B [weight >= 5] as ab`` or ``A !> B``."""

    sender: Word
    receiver: Word
    present: bool
    clauses: tuple[Clause, ...]
    name: Word | None


class Unquoted(str):
    """A text that was written without quotes; it may be meant as a node."""

    __slots__ = ()


class Reference(NamedTuple):
    """``A.size``: something named, and one of its attributes."""

    owner: Word
    attribute: str


@dataclass(frozen=True)
class Condition:
    """``A.cell_type = "KC"``; the clause holds the attribute."""

    owner: Word
    clause: Clause


@dataclass(frozen=True)
class Contrast:
    """``A.size > B.size``."""

    left: Reference
    operator: Operator
    right: Reference


@dataclass(frozen=True)
class Alike:
    """``A === B``."""

    first: Word
    second: Word


@dataclass(frozen=True)
class Call:
    """``triangle(A, B, C)``."""

    macro: Word
    arguments: tuple[Word, ...]


Statement: TypeAlias = Arrow | Condition | Contrast | Alike | Call


@dataclass(frozen=True)
class Macro:
    """``triangle(x, y, z) { x -> y; y -> z; z -> x }``."""

    name: Word
    parameters: tuple[Word, ...]
    body: tuple[Statement, ...]


def read(text: str) -> tuple[list[Statement], dict[str, Macro]]:
    """Read a motif's text into statements, and macros by their name."""
    return _Reader(text).everything()


class _Reader:
    """One pass from left to right; the next word decides."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = words(text)
        self.at = 0
        self.macros: dict[str, Macro] = {}

    # ------------------------------------------------------------ one word at a time

    @property
    def word(self) -> Word:
        return self.words[self.at]

    def take(self) -> Word:
        word = self.word
        if word.kind != "end":
            self.at += 1
        return word

    def skip_lines(self) -> None:
        while self.word.kind == "end of line":
            self.at += 1

    def sees(self, *signs: str) -> bool:
        return self.word.kind in ("sign", "name") and self.word.text in signs

    def want(self, sign: str, where: str) -> Word:
        if not self.sees(sign):
            raise mistake(
                self.text, self.word, f"expected {sign!r} {where}, got {self.word.shown()}"
            )
        return self.take()

    def name(self, what: str) -> Word:
        word = self.word
        if word.kind != "name":
            raise mistake(self.text, word, f"expected {what}, got {word.shown()}")
        if word.text in _RESERVED:
            raise mistake(
                self.text, word, f"expected {what}, got {word.text!r}, a word of the notation"
            )
        return self.take()

    # ------------------------------------------------------------ statements

    def everything(self) -> tuple[list[Statement], dict[str, Macro]]:
        found = self.block(inside=None)
        return found, self.macros

    def block(self, inside: Word | None) -> list[Statement]:
        found: list[Statement] = []
        while True:
            while self.word.kind == "end of line" or self.sees(";"):
                self.at += 1
            if self.word.kind == "end":
                if inside is not None:
                    raise mistake(
                        self.text, self.word, f"expected '}}' after macro {inside.text!r}"
                    )
                return found
            if inside is not None and self.sees("}"):
                return found
            statement = self.statement(inside)
            if statement is None:
                continue  # a macro; the next statement may follow at once
            found.append(statement)
            if not self.ended() and not (inside is not None and self.sees("}")):
                raise self.rest()

    def ended(self) -> bool:
        return self.word.kind in ("end of line", "end") or self.sees(";")

    def rest(self) -> ValueError:
        if self.sees("->", "!>", "~>"):
            hint = "one edge a statement: write A -> B; B -> C"
        elif self.word.text.lower() in {"and", "or", "&&", "||"}:
            hint = "conditions stand in statements of their own and must all hold"
        else:
            hint = "statements end with a new line or ';'"
        return mistake(
            self.text,
            self.word,
            f"expected the end of the statement, got {self.word.shown()}; {hint}",
        )

    def statement(self, inside: Word | None) -> Statement | None:
        first = self.name("a node, an edge or a macro")
        if self.sees("("):
            arguments = self.arguments(first)
            mark = self.at
            self.skip_lines()
            if self.sees("{"):
                self.define(first, arguments, inside)
                return None
            self.at = mark
            return Call(first, arguments)
        if self.sees("->", "!>", "~>"):
            return self.arrow(first)
        if self.sees("==="):
            self.take()
            return Alike(first, self.name("a node after '==='"))
        if self.sees(".", "["):
            return self.condition(first)
        hint = f"; {_INSTEAD[self.word.text]}" if self.word.text in _INSTEAD else ""
        raise mistake(
            self.text,
            self.word,
            f"expected '->', '!>', '===', '.' or '(' after {first.text!r}, "
            f"got {self.word.shown()}{hint}",
        )

    def arguments(self, macro: Word) -> tuple[Word, ...]:
        self.want("(", "")
        found: list[Word] = []
        while True:
            self.skip_lines()
            found.append(self.name(f"a node in the brackets of {macro.text!r}"))
            self.skip_lines()
            if self.sees(","):
                self.take()
                continue
            self.want(")", f"or ',' in the brackets of {macro.text!r}")
            return tuple(found)

    def define(self, name: Word, parameters: tuple[Word, ...], inside: Word | None) -> None:
        if inside is not None:
            raise mistake(
                self.text, name, f"macro {name.text!r} must stand outside of {inside.text!r}"
            )
        if name.text in self.macros:
            line = self.macros[name.text].name.line
            raise mistake(self.text, name, f"macro {name.text!r} is there already, on line {line}")
        if len({word.text for word in parameters}) < len(parameters):
            raise mistake(self.text, name, f"the parameters of {name.text!r} must differ")
        self.want("{", "")
        body = self.block(inside=name)
        self.want("}", f"after macro {name.text!r}")
        self.macros[name.text] = Macro(name, parameters, tuple(body))

    def arrow(self, sender: Word) -> Arrow:
        present = self.take().text == "->"
        receiver = self.name("a node after the arrow")
        clauses: tuple[Clause, ...] = ()
        if self.sees("["):
            clauses = self.edge_clauses()
        name = None
        if self.sees("as"):
            self.take()
            name = self.name("a name for the edge after 'as'")
            if self.sees("["):
                msg = "conditions stand before the name: A -> B [weight >= 5] as ab"
                raise mistake(self.text, self.word, msg)
        return Arrow(sender, receiver, present, clauses, name)

    def edge_clauses(self) -> tuple[Clause, ...]:
        self.want("[", "")
        found: list[Clause] = []
        while True:
            self.skip_lines()
            word = self.word
            attribute = self.attribute("an attribute of the edge")
            operator = self.operator(attribute)
            found.append(self.clause(attribute, operator, Place(word.line, word.column)))
            self.skip_lines()
            if self.sees(","):
                self.take()
                continue
            self.want("]", "or ',' after a condition on an edge")
            return tuple(found)

    def condition(self, owner: Word) -> Condition | Contrast:
        place = Place(self.words[self.at + 1].line, self.words[self.at + 1].column)
        attribute = self.dotted(owner)
        operator = self.operator(attribute)
        following = self.words[self.at + 1] if self.word.kind == "name" else None
        if following is not None and following.kind == "sign" and following.text in ".[":
            other = self.name("a node or edge")
            if operator in ("in", "!in", "contains", "!contains"):
                raise mistake(self.text, other, f"{operator!r} wants values, not another attribute")
            right = Reference(other, self.dotted(other))
            return Contrast(Reference(owner, attribute), operator, right)
        return Condition(owner, self.clause(attribute, operator, place))

    def dotted(self, owner: Word) -> str:
        """Read ``.size`` or ``["cell body size"]``."""
        if self.take().text == ".":
            return self.attribute(f"an attribute after '{owner.text}.'")
        attribute = self.attribute(f"an attribute of {owner.text!r}")
        self.want("]", f"after the attribute of {owner.text!r}")
        return attribute

    def attribute(self, what: str) -> str:
        word = self.word
        if word.kind == "text":
            return _unquoted(self.take().text)
        if word.kind != "name":
            raise mistake(self.text, word, f"expected {what}, got {word.shown()}")
        return self.take().text

    def operator(self, attribute: str) -> Operator:
        word = self.word
        if word.text not in _OPERATORS:
            hint = "; quote the name of an attribute that is no single word" * (word.kind == "name")
            raise mistake(
                self.text,
                word,
                f"expected one of {_KNOWN_OPERATORS} after {attribute!r}, got {word.shown()}{hint}",
            )
        return _OPERATORS[self.take().text]

    def clause(self, attribute: str, operator: Operator, place: Place) -> Clause:
        if operator not in ("in", "!in"):
            value = self.value(operator)
            if operator in ("contains", "!contains") and not isinstance(value, str):
                raise mistake(
                    self.text, self.words[self.at - 1], f"{operator!r} wants a text in quotes"
                )
            return Clause(attribute, operator, (value,), place)
        if not self.sees("[", "("):
            raise mistake(
                self.text,
                self.word,
                f'{operator!r} wants a list such as ["KC", "PN"], got {self.word.shown()}',
            )
        closing = {"[": "]", "(": ")"}[self.take().text]
        found: list[Value] = []
        while True:
            self.skip_lines()
            if self.sees(closing) and not found:
                raise mistake(self.text, self.word, f"the list after {operator!r} is empty")
            found.append(self.value(operator))
            self.skip_lines()
            if self.sees(","):
                self.take()
                continue
            self.want(closing, f"or ',' in the list after {operator!r}")
            return Clause(attribute, operator, tuple(found), place)

    def value(self, operator: str) -> Value:
        word = self.word
        if word.kind == "number":
            return _number(self.take().text)
        if word.kind == "text":
            return _unquoted(self.take().text)
        if word.kind == "name" and word.text.lower() in ("true", "false"):
            return self.take().text.lower() == "true"
        if word.kind == "name" and word.text.lower() in ("null", "none"):
            raise mistake(
                self.text,
                word,
                "a missing value meets no condition; to ask for one, use "
                "where={'A': 'column IS NULL'}",
            )
        if word.kind == "name" and word.text not in _RESERVED:
            return Unquoted(self.take().text)
        raise mistake(
            self.text,
            word,
            f"expected a number, a text in quotes or true or false after {operator!r}, "
            f"got {word.shown()}",
        )


def _unquoted(text: str) -> str:
    inner = text[1:-1]
    out, at = [], 0
    while at < len(inner):
        at += inner[at] == "\\"  # the character behind a backslash stands for itself
        out.append(inner[at])
        at += 1
    return "".join(out)


def _number(text: str) -> int | float:
    try:
        whole = int(text)
    except ValueError:
        return float(text)
    # No column holds larger integers, and numpy can compare a float with anything.
    return whole if abs(whole) < 2**64 else float(text)
