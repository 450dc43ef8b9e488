"""Notation: from a motif's text to a `Motif`, macros opened and every name known.

The notation is that of DotMotif (Matelsky et al. 2021, doi:10.1038/s41598-021-91025-5), read by a
parser of our own. ``docs/motif_search.md`` shows it on one page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from .motif import MAX_NODES, Clause, Comparison, EdgeRule, Motif, Pair, Term
from .statements import (
    Alike,
    Arrow,
    Call,
    Condition,
    Contrast,
    Macro,
    Reference,
    Statement,
    Unquoted,
    read,
)
from .words import Place, Word, mistake

# Macros that call macros twice can name more edges than there are atoms.
_MOST_STATEMENTS = 10_000


def parse(text: str) -> Motif:
    """Read a motif.

    Parameters
    ----------
    text : str
        In the notation of ``docs/motif_search.md``.

    Raises
    ------
    ValueError
        With line and column, what was read there and what was expected.
    TypeError
        Where it is no text.

    Examples
    --------
    >>> motif = parse('A -> B [weight >= 5]; B -> C; A !> C; A.side = "left"')
    >>> motif.nodes, len(motif.edges)
    (('A', 'B', 'C'), 3)
    """
    if not isinstance(text, str):
        msg = f"A motif must be text such as 'A -> B; B -> C', got {type(text).__name__}."
        raise TypeError(msg)
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    statements, macros = read(plain)
    return _Assembly(plain, list(_Opening(plain, macros).opened(statements))).motif()


# ---------------------------------------------------------------- macros


@dataclass(frozen=True)
class _Scope:
    """What the names in a macro stand for during one call."""

    macro: Word
    nodes: Mapping[str, str]
    edges: Mapping[str, str]


class _Opening:
    """Puts the statements of a macro in the place of each call."""

    def __init__(self, text: str, macros: Mapping[str, Macro]) -> None:
        self.text, self.macros = text, macros
        self.calls = 0
        self.count = 0

    def opened(
        self, statements: list[Statement], scope: _Scope | None = None, within: tuple[str, ...] = ()
    ) -> Iterator[Statement]:
        for written in statements:
            statement = written if scope is None else self.renamed(written, scope)
            if not isinstance(statement, Call):
                yield statement
                continue
            self.count += 1
            if self.count > _MOST_STATEMENTS:
                raise mistake(
                    self.text, statement.macro, f"macros call macros {_MOST_STATEMENTS:,} times"
                )
            macro = self.called(statement, within)
            self.calls += 1
            words = [word.text for word in statement.arguments]
            names = [parameter.text for parameter in macro.parameters]
            inner = _Scope(
                macro.name,
                dict(zip(names, words, strict=True)),
                # No user can write '@', so the edges of one call are not those of another.
                {
                    s.name.text: f"{s.name.text}@{self.calls}"
                    for s in macro.body
                    if isinstance(s, Arrow) and s.name is not None
                },
            )
            yield from self.opened(list(macro.body), inner, (*within, macro.name.text))

    def called(self, call: Call, within: tuple[str, ...]) -> Macro:
        macro = self.macros.get(call.macro.text)
        if macro is None:
            known = ", ".join(self.macros) or "none"
            msg = f"no macro is called {call.macro.text!r}; there are: {known}"
            raise mistake(self.text, call.macro, msg)
        if macro.name.text in within:
            chain = " -> ".join([*within[within.index(macro.name.text) :], macro.name.text])
            raise mistake(
                self.text, call.macro, f"macro {macro.name.text!r} calls itself ({chain})"
            )
        if len(call.arguments) != len(macro.parameters):
            raise mistake(
                self.text,
                call.macro,
                f"macro {macro.name.text!r} takes {len(macro.parameters)} nodes, "
                f"got {len(call.arguments)}",
            )
        return macro

    def renamed(self, statement: Statement, scope: _Scope) -> Statement:
        def node(word: Word) -> Word:
            if word.text not in scope.nodes:
                known = ", ".join([*scope.nodes, *scope.edges])
                raise mistake(
                    self.text,
                    word,
                    f"{word.text!r} is neither a parameter nor a named edge of macro "
                    f"{scope.macro.text!r}; it has {known}",
                )
            return word._replace(text=scope.nodes[word.text])

        def owner(word: Word) -> Word:
            edge = scope.edges.get(word.text)
            return node(word) if edge is None else word._replace(text=edge)

        if isinstance(statement, Arrow):
            name = None if statement.name is None else owner(statement.name)
            sender, receiver = node(statement.sender), node(statement.receiver)
            return replace(statement, sender=sender, receiver=receiver, name=name)
        if isinstance(statement, Condition):
            return replace(statement, owner=owner(statement.owner))
        if isinstance(statement, Contrast):
            left, right = statement.left, statement.right
            return replace(
                statement,
                left=Reference(owner(left.owner), left.attribute),
                right=Reference(owner(right.owner), right.attribute),
            )
        if isinstance(statement, Alike):
            return Alike(node(statement.first), node(statement.second))
        return Call(statement.macro, tuple(node(word) for word in statement.arguments))


# ---------------------------------------------------------------- names and rules


class _Assembly:
    """Joins statements about the same nodes and edges."""

    def __init__(self, text: str, statements: list[Statement]) -> None:
        self.text, self.statements = text, statements
        self.nodes: dict[str, int] = {}
        self.edges: dict[Pair, EdgeRule] = {}
        self.named: dict[str, Pair] = {}

    def motif(self) -> Motif:
        arrows = [s for s in self.statements if isinstance(s, Arrow)]
        if not arrows:
            msg = "The motif has no edges; write some, such as A -> B; B -> C."
            raise ValueError(msg)
        for arrow in arrows:
            self.add(arrow)
        for arrow in arrows:
            self.add_name(arrow)
        clauses: list[list[Clause]] = [[] for _ in self.nodes]
        comparisons: list[Comparison] = []
        alike: list[tuple[int, int, Place]] = []
        for statement in self.statements:
            if isinstance(statement, Condition):
                owner = self.owner(statement.owner)
                self.require_quotes(statement.clause)
                if isinstance(owner, int):
                    clauses[owner].append(statement.clause)
                else:
                    rule = self.edges[owner]
                    self.edges[owner] = replace(rule, clauses=(*rule.clauses, statement.clause))
            elif isinstance(statement, Contrast):
                comparisons.append(self.comparison(statement))
            elif isinstance(statement, Alike):
                alike.append(self.pair(statement))
        self.require_connected()
        return Motif(
            text=self.text,
            nodes=tuple(self.nodes),
            edges=dict(self.edges),
            clauses=tuple(tuple(one) for one in clauses),
            comparisons=tuple(comparisons),
            alike=tuple(alike),
        )

    def add(self, arrow: Arrow) -> None:
        for word in (arrow.sender, arrow.receiver):
            if word.text not in self.nodes:
                if len(self.nodes) == MAX_NODES:
                    raise mistake(
                        self.text,
                        word,
                        f"a motif may have up to {MAX_NODES} nodes, {word.text!r} is one more. "
                        "Search for parts and join their tables in SQL",
                    )
                self.nodes[word.text] = len(self.nodes)
        pair = self.nodes[arrow.sender.text], self.nodes[arrow.receiver.text]
        place = Place(arrow.sender.line, arrow.sender.column)
        if pair[0] == pair[1]:
            raise mistake(
                self.text,
                arrow.sender,
                f"{arrow.sender.text!r} cannot send to itself here: nodes of a motif stand for "
                "different neurons",
            )
        for clause in arrow.clauses:
            self.require_quotes(clause)
        rule = self.edges.get(pair, EdgeRule(required=False, place=place))
        if arrow.present:
            rule = replace(rule, required=True, clauses=(*rule.clauses, *arrow.clauses))
        else:
            rule = replace(rule, forbidden=(*rule.forbidden, arrow.clauses))
        if rule.required and () in rule.forbidden:
            edge = f"{arrow.sender.text} -> {arrow.receiver.text}"
            both = ("asked for", "ruled out") if arrow.present else ("ruled out", "asked for")
            raise mistake(
                self.text,
                arrow.sender,
                f"the edge {edge} is {both[0]} here and {both[1]} on line {rule.place.line}",
            )
        self.edges[pair] = rule

    def add_name(self, arrow: Arrow) -> None:
        word = arrow.name
        if word is None:
            return
        if not arrow.present:
            raise mistake(
                self.text, word, "an edge that must be missing has nothing to be named for"
            )
        if word.text in self.nodes:
            raise mistake(self.text, word, f"{word.text!r} is a node; give the edge another name")
        if word.text in self.named:
            raise mistake(self.text, word, f"another edge is called {word.text!r} already")
        self.named[word.text] = self.nodes[arrow.sender.text], self.nodes[arrow.receiver.text]

    def owner(self, word: Word) -> int | Pair:
        if word.text in self.nodes:
            return self.nodes[word.text]
        if word.text in self.named:
            return self.named[word.text]
        edges = f"; edges: {', '.join(self.named)}" if self.named else ""
        raise mistake(
            self.text,
            word,
            f"{word.text!r} is in no edge of the motif; nodes: {', '.join(self.nodes)}{edges}",
        )

    def require_quotes(self, clause: Clause) -> None:
        for value in clause.wanted:
            if isinstance(value, Unquoted) and value in self.nodes:
                raise mistake(
                    self.text,
                    clause.place,
                    f"{value!r} is a node: compare with one of its attributes, such as "
                    f'{value}.{clause.attribute}, or write "{value}" for the text',
                )

    def comparison(self, contrast: Contrast) -> Comparison:
        terms = []
        for reference in (contrast.left, contrast.right):
            word = reference.owner
            owner = self.owner(word)
            terms.append(Term(owner, reference.attribute, Place(word.line, word.column)))
        left, right = terms
        if isinstance(left.owner, int) != isinstance(right.owner, int):
            raise mistake(
                self.text,
                right.place,
                "an attribute of a node cannot be compared with one of an edge",
            )
        if (left.owner, left.attribute) == (right.owner, right.attribute):
            raise mistake(self.text, right.place, "an attribute is compared with itself")
        return Comparison(left, contrast.operator, right)

    def pair(self, alike: Alike) -> tuple[int, int, Place]:
        first, second = self.owner(alike.first), self.owner(alike.second)
        if not isinstance(first, int) or not isinstance(second, int):
            raise mistake(self.text, alike.first, "'===' stands between nodes, not edges")
        if first == second:
            raise mistake(self.text, alike.first, "'===' stands between two different nodes")
        return first, second, Place(alike.first.line, alike.first.column)

    def require_connected(self) -> None:
        names = list(self.nodes)
        parts = [{node} for node in range(len(names))]
        for (a, b), rule in self.edges.items():
            if rule.required and parts[a] is not parts[b]:
                joined = parts[a] | parts[b]
                for node in joined:
                    parts[node] = joined
        if len(parts[0]) == len(names):
            return
        distinct = list({id(part): part for part in parts}.values())
        shown = " and ".join(", ".join(names[node] for node in sorted(part)) for part in distinct)
        msg = (
            f"The motif falls into parts that no '->' joins: {shown}. Search for each part and "
            "join their tables in SQL, or add the edge that joins them."
        )
        raise ValueError(msg)
