"""Relations: for each two nodes of a motif, which pairs of neurons fit.

All that can be judged from one pair (edges there or missing, their weights, who may stand at
either end) is settled here, so that the search joins sorted lists and looks at nothing else. A
relation lists the pairs that fit or, where only missing edges are asked for, those that do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .columns import Mask, edge_weights
from .motif import Clause, EdgeRule, Motif, Pair
from .pairs import Combination, Pairs, chosen_edges, combined

if TYPE_CHECKING:
    from ...graph import Graph


class Relation(NamedTuple):
    """Pairs of neurons at two nodes of a motif.

    Attributes
    ----------
    first, second : int
        The nodes, ``first < second``.
    fits : bool
        Whether the pairs are those that fit, or those that do not.
    pairs : Pairs
    """

    first: int
    second: int
    fits: bool
    pairs: Pairs

    def seen_from(self, node: int) -> Pairs:
        """The pairs with the neurons at `node` first."""
        return self.pairs if node == self.first else self.pairs.turned


class Relations:
    """Builds the relations of a motif on a graph without self-loops, the most selective first.

    Attributes
    ----------
    candidates : list of (N,) bool array or None
        Narrowed as relations are built, to neurons that have a partner; None means all.
    """

    def __init__(self, g: Graph, motif: Motif, candidates: list[Mask | None]) -> None:
        self.g, self.motif = g, motif
        self.candidates = list(candidates)
        self._masks: dict[object, Mask] = {}
        self._whole: dict[object, Pairs] = {}

    def build(self, *, induced: bool) -> list[Relation]:
        """All relations, those that list fitting pairs first.

        With `induced`, edges that the motif does not speak of must be missing.
        """
        silent = EdgeRule(required=False, forbidden=((),) if induced else ())
        size = len(self.motif.nodes)
        rules = {
            (a, b): (self.motif.edges.get((a, b), silent), self.motif.edges.get((b, a), silent))
            for a in range(size)
            for b in range(a + 1, size)
        }
        fitting = [pair for pair, (to, fro) in rules.items() if to.required or fro.required]
        barred = [
            pair
            for pair, (to, fro) in rules.items()
            if pair not in fitting and (to.forbidden or fro.forbidden)
        ]
        found = []
        while fitting:
            pair = min(fitting, key=self._work)
            fitting.remove(pair)
            relation = Relation(*pair, True, self._fitting(*pair, *rules[pair]))
            self._narrow(relation)
            found.append(relation)
        return found + [Relation(*p, False, self._barred(*p, *rules[p])) for p in barred]

    def _work(self, pair: Pair) -> int:
        """How many pairs of neurons the candidates leave."""
        n = self.g.n_nodes
        sizes = [
            n if mask is None else int(np.count_nonzero(mask))
            for mask in (self.candidates[pair[0]], self.candidates[pair[1]])
        ]
        return sizes[0] * sizes[1]

    def _narrow(self, relation: Relation) -> None:
        if relation.pairs.whole:
            return  # nearly all neurons have partners, and lists of all can be shared
        indptr, indices = relation.pairs.forward
        self.candidates[relation.first] = np.diff(indptr) > 0
        partners = np.zeros(self.g.n_nodes, dtype=bool)
        partners[indices] = True
        self.candidates[relation.second] = partners

    # ------------------------------------------------------------ from rules to pairs

    def _fitting(self, a: int, b: int, to: EdgeRule, fro: EdgeRule) -> Pairs:
        if not to.required:
            return self._fitting(b, a, fro, to).turned
        wanted = self._edges(a, b, self._wanted(to))
        if fro.required:
            return self._combined(wanted, self._edges(b, a, self._wanted(fro)).turned, "and")
        if fro.forbidden:
            return self._combined(wanted, self._edges(b, a, self._ruled_out(fro)).turned, "minus")
        return wanted

    def _barred(self, a: int, b: int, to: EdgeRule, fro: EdgeRule) -> Pairs:
        if not to.forbidden:
            return self._barred(b, a, fro, to).turned
        there = self._edges(a, b, self._ruled_out(to))
        if not fro.forbidden:
            return there
        return self._combined(there, self._edges(b, a, self._ruled_out(fro)).turned, "or")

    def _combined(self, left: Pairs, right: Pairs, how: Combination) -> Pairs:
        def made() -> Pairs:
            lists = combined(left.forward, right.forward, how)
            return Pairs.of(lists, whole=left.whole and right.whole)

        if not (left.whole and right.whole):
            return made()
        key = (how, id(left), id(right))
        if key not in self._whole:
            self._whole[key] = made()
        return self._whole[key]

    def _edges(self, a: int, b: int, mask: Mask | None) -> Pairs:
        """Edges from candidates of `a` to candidates of `b`, those of the mask."""
        senders, receivers = self.candidates[a], self.candidates[b]
        g = self.g
        if senders is not None or receivers is not None:
            lists = chosen_edges((g.out_indptr, g.out_indices), senders, receivers, mask)
            return Pairs.of(lists, whole=False)
        key = id(mask)  # masks are kept, so that no two have the same
        if key not in self._whole:
            if mask is None:
                self._whole[key] = Pairs.made(
                    (g.out_indptr, g.out_indices), lambda: (g.in_indptr, g.in_indices), whole=True
                )
            else:
                lists = chosen_edges((g.out_indptr, g.out_indices), None, None, mask)
                self._whole[key] = Pairs.of(lists, whole=True)
        return self._whole[key]

    # ------------------------------------------------------------ weights

    def _wanted(self, rule: EdgeRule) -> Mask | None:
        """Edges that serve where one is required; None for all."""
        if not rule.clauses and not rule.forbidden:
            return None
        key = ("wanted", rule.key())
        if key not in self._masks:
            self._masks[key] = self._all_of(rule.clauses)
            for clauses in rule.forbidden:
                self._masks[key] &= ~self._all_of(clauses)
        return self._masks[key]

    def _ruled_out(self, rule: EdgeRule) -> Mask | None:
        """Edges that must not be there; None for all."""
        if () in rule.forbidden:
            return None
        key = ("ruled out", rule.key())
        if key not in self._masks:
            self._masks[key] = np.logical_or.reduce([self._all_of(c) for c in rule.forbidden])
        return self._masks[key]

    def _all_of(self, clauses: tuple[Clause, ...]) -> Mask:
        met = np.ones(self.g.n_edges, dtype=bool)
        for clause in clauses:
            weights = edge_weights(self.g, clause.attribute, clause.place, self.motif.text)
            met &= weights.meets(clause, self.motif.text)
        return met
