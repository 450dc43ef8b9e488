"""Four-node classes: the 199 ways in which four neurons hang together, and their roles.

Nothing here is typed in. All 4,096 labelled graphs on four nodes are made; two are of one class
where renaming the nodes turns one into the other. A class is named by the smallest number that
its adjacency matrix can be read as, the sum of ``A[i, j] * 2**(4*i + j)`` over all orders of the
nodes: the id of mfinder, FANMOD and Milo et al. 2002 (doi:10.1126/science.298.5594.824), in which
the bi-fan is 204 and, with 3 for 4, the feed-forward loop 38.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations, permutations, product
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .triads import Edge

Skeleton = Literal["path", "star", "cycle", "paw", "diamond", "clique"]

DYADS = tuple(combinations(range(4), 2))
N_CODES = 4**6
LETTERS = "ABCD"

# How the nodes A, B, C, D of a class stand: in a row, round a centre A, in a ring, a triangle ABC
# with D at C, two triangles over the chord AB, all joined.
SKELETONS: Mapping[Skeleton, tuple[Edge, ...]] = {
    "path": ((0, 1), (1, 2), (2, 3)),
    "star": ((0, 1), (0, 2), (0, 3)),
    "cycle": ((0, 1), (1, 2), (2, 3), (0, 3)),
    "paw": ((0, 1), (0, 2), (1, 2), (2, 3)),
    "diamond": ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3)),
    "clique": DYADS,
}

# What the field calls some of them. Loops with several inputs, relays or outputs: Kashtan et al.
# 2004, doi:10.1103/PhysRevE.70.031909.
_FIELD_NAMES = {
    "A>B A>C A>D": "fan-out star",
    "B>A C>A D>A": "fan-in star",
    "A>B B>C C>D": "chain",
    "A>B B>C C>D D>A": "four-node feedback loop",
    "A>C A>D B>C B>D": "bi-fan",
    "A>B A>C B>D C>D": "bi-parallel",
    "A>B A>C A>D B>C B>D": "feed-forward loop with two outputs",
    "A>B A>C B>C D>B D>C": "feed-forward loop with two inputs",
    "A>B A>C A>D B>D C>D": "feed-forward loop with two relays",
    "A>B A>C A>D B>C B>D C>D": "feed-forward clique",
}
_FULLY_MUTUAL = "fully mutual {}"


@dataclass(frozen=True, kw_only=True)
class FourNodeClass:
    """One connected class of four neurons.

    Attributes
    ----------
    name : str
        "4-" and the id, for instance "4-204".
    mfinder : int
        The id of mfinder and FANMOD.
    edges : tuple of (int, int)
        The form in which it is named and drawn; nodes 0 to 3 are A to D.
    plain_name : str
        The field's name where there is one, else the skeleton and the edges. Unique.
    skeleton : str
        The undirected shape.
    mutual, asymmetric : int
        Number of mutual and of one-way dyads.
    roles : tuple of tuples of int
        Nodes that can take each other's place, of `edges`: role "a" is the first, and so on. They
        run from net sender to net receiver, as those of triads: by falling out-degree minus
        in-degree inside the motif, then by falling degree, then by the first node.
    automorphisms : int
        Ways to map it onto itself; the number of labelled forms, of 4,096, is 24 over this.
    """

    name: str
    mfinder: int
    edges: tuple[Edge, ...]
    plain_name: str
    skeleton: Skeleton
    mutual: int
    asymmetric: int
    roles: tuple[tuple[int, ...], ...]
    automorphisms: int

    @property
    def n_edges(self) -> int:
        """Number of directed edges; a mutual pair has two."""
        return len(self.edges)

    @property
    def labelled(self) -> int:
        """In how many ways four labelled nodes can form it, of 4,096."""
        return 24 // self.automorphisms


class CodeTables(NamedTuple):
    """What each labelled graph on four nodes is, by its code.

    The code of a labelled graph is the sum of ``code(a, b) << 2 * k`` over the dyads ``DYADS[k] =
    (a, b)``, where bit 1 is an edge from a to b and bit 2 one from b to a.

    Attributes
    ----------
    motif : (4096,) int16
        Place of its class in `four_node_classes`, -1 where the four do not hang together.
    role : (4096, 4) int16
        Place of the role of each node among all roles of all classes, in the order of the classes
        and then of their letters; -1 likewise.
    """

    motif: NDArray[np.int16]
    role: NDArray[np.int16]


def code_of_edges(edges: tuple[Edge, ...]) -> int:
    """Code of the labelled graph on nodes 0 to 3 with these edges."""
    code = 0
    for a, b in edges:
        k = DYADS.index((min(a, b), max(a, b)))
        code |= (1 if a < b else 2) << 2 * k
    return code


def edges_of_code(code: int) -> tuple[Edge, ...]:
    """Edges of a labelled graph, ascending."""
    found = []
    for k, (a, b) in enumerate(DYADS):
        state = code >> 2 * k & 3
        found += [(a, b)] * (state & 1) + [(b, a)] * (state >> 1)
    return tuple(sorted(found))


def dyad_state(codes: NDArray[np.int64], a: int, b: int) -> NDArray[np.int64]:
    """State of the dyad of nodes a and b in each labelled graph, seen from a."""
    k = DYADS.index((min(a, b), max(a, b)))
    state = codes >> 2 * k & 3
    return state if a < b else (state & 1) << 1 | state >> 1


def renamed(codes: NDArray[np.int64], order: tuple[int, ...]) -> NDArray[np.int64]:
    """Codes after node ``i`` has been renamed to ``order[i]``."""
    new = np.zeros_like(codes)
    for k, (a, b) in enumerate(DYADS):
        new |= dyad_state(codes, order.index(a), order.index(b)) << 2 * k
    return new


def _matrix_numbers(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    number = np.zeros_like(codes)
    for a, b in permutations(range(4), 2):
        number |= (dyad_state(codes, a, b) & 1) << (4 * a + b)
    return number


@cache
def _forms() -> NDArray[np.int64]:
    """(24, 4096): every labelled graph after each renaming of its nodes, in lexical order."""
    return np.array([renamed(np.arange(N_CODES), order) for order in permutations(range(4))])


@cache
def four_node_classes() -> Mapping[str, FourNodeClass]:
    """All 199 connected classes by name, in the order of their ids."""
    codes = np.arange(N_CODES)
    orders, forms = list(permutations(range(4))), _forms()
    ids = _matrix_numbers(codes)[forms].min(axis=0)
    found: dict[int, FourNodeClass] = {}
    field_names = {
        int(ids[code_of_edges(_edges_of_text(text))]): name for text, name in _FIELD_NAMES.items()
    }
    for skeleton, dyads in SKELETONS.items():
        for states in product((1, 2, 3), repeat=len(dyads)):
            code = sum(s << 2 * DYADS.index(dyad) for s, dyad in zip(states, dyads, strict=True))
            number = int(ids[code])
            if number in found:
                continue
            standing = [c for c in forms[:, code] if _stands_on(int(c), dyads)]
            code = min((int(c) for c in standing), key=lambda c: _backwards(c, dyads))
            edges = edges_of_code(code)
            onto_itself = [
                order for order, c in zip(orders, forms[:, code], strict=True) if c == code
            ]
            mutual = states.count(3)
            name = field_names.get(number) or _systematic_name(skeleton, code, dyads)
            found[number] = FourNodeClass(
                name=f"4-{number}",
                mfinder=number,
                edges=edges,
                plain_name=name if mutual < len(dyads) else _FULLY_MUTUAL.format(skeleton),
                skeleton=skeleton,
                mutual=mutual,
                asymmetric=len(dyads) - mutual,
                roles=_roles(edges, onto_itself),
                automorphisms=len(onto_itself),
            )
    return {found[number].name: found[number] for number in sorted(found)}


@cache
def code_tables() -> CodeTables:
    """Class and roles of all 4,096 labelled graphs."""
    motif = np.full(N_CODES, -1, dtype=np.int16)
    role = np.full((N_CODES, 4), -1, dtype=np.int16)
    first_role = 0
    for number, kind in enumerate(four_node_classes().values()):
        code = code_of_edges(kind.edges)
        of_node = {node: place for place, nodes in enumerate(kind.roles) for node in nodes}
        for order, form in zip(permutations(range(4)), _forms()[:, code].tolist(), strict=True):
            motif[form] = number
            for node in range(4):
                role[form, order[node]] = first_role + of_node[node]
        first_role += len(kind.roles)
    motif.setflags(write=False)
    role.setflags(write=False)
    return CodeTables(motif, role)


def _roles(
    edges: tuple[Edge, ...], onto_itself: list[tuple[int, ...]]
) -> tuple[tuple[int, ...], ...]:
    """Nodes that exchange places, in the order of the letters."""

    def place(nodes: tuple[int, ...]) -> tuple[int, int, int]:
        out = sum(a == nodes[0] for a, _ in edges)
        into = sum(b == nodes[0] for _, b in edges)
        return into - out, -(into + out), nodes[0]

    return tuple(sorted({tuple(sorted({o[i] for o in onto_itself})) for i in range(4)}, key=place))


def _stands_on(code: int, dyads: tuple[Edge, ...]) -> bool:
    return all(bool(code >> 2 * k & 3) is (dyad in dyads) for k, dyad in enumerate(DYADS))


def _backwards(code: int, dyads: tuple[Edge, ...]) -> tuple[int, ...]:
    """Sorts the forms of a class: arrows that lead on first, then double ones, then backward."""
    states = [code >> 2 * DYADS.index(dyad) & 3 for dyad in dyads]
    return tuple((0, 2, 1)[s - 1] for s in states)


def _systematic_name(skeleton: Skeleton, code: int, dyads: tuple[Edge, ...]) -> str:
    parts = []
    for a, b in dyads:
        state = code >> 2 * DYADS.index((a, b)) & 3
        sender, receiver = (b, a) if state == 2 else (a, b)
        arrow = (
            "\N{RIGHTWARDS ARROW OVER LEFTWARDS ARROW}" if state == 3 else "\N{RIGHTWARDS ARROW}"
        )
        parts.append(f"{LETTERS[sender]}{arrow}{LETTERS[receiver]}")
    return f"{skeleton}: {', '.join(parts)}"


def _edges_of_text(text: str) -> tuple[Edge, ...]:
    return tuple((LETTERS.index(edge[0]), LETTERS.index(edge[2])) for edge in text.split())
