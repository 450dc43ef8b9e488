"""The notation says what DotMotif's says; what it cannot read it names with line and column."""

from __future__ import annotations

import pytest

import connectome_analysis as ca
from connectome_analysis.motifs.search.motif import EdgeRule, Motif
from connectome_analysis.motifs.search.notation import parse
from connectome_analysis.motifs.search.symmetry import automorphisms, first_of_each


def shape(motif: Motif) -> set[str]:
    """Edges as text: AB for one that must be there, A!B for one that must not."""
    names = motif.nodes
    return {
        f"{names[a]}{'' if rule.required else '!'}{names[b]}"
        for (a, b), rule in motif.edges.items()
    }


# ---------------------------------------------------------------- what it reads


@pytest.mark.parametrize(
    "text",
    [
        "A -> B; B -> C; A !> C",
        "A -> B\nB -> C\nA !> C",
        "A->B;B->C;A~>C",
        "\ufeffA -> B\r\nB -> C\r\n\r\nA !> C\r\n",
        "# a chain\nA -> B  # first\n\n  ;; B -> C ;\n\tA !> C",
        "chain(x, y, z) { x -> y; y -> z; x !> z }\nchain(A, B, C)",
        """chain(A, B, C); chain(
             x,
             y, z
           )
           {
             edge(x, y)
             edge(y, z)
             x !> z
           }
           edge(a, b) { a -> b }""",
    ],
)
def test_one_motif_can_be_written_in_many_ways(text: str) -> None:
    motif = parse(text)
    assert motif.nodes == ("A", "B", "C")
    assert shape(motif) == {"AB", "BC", "A!C"}


def test_conditions_keep_their_values_and_their_kinds() -> None:
    motif = parse(
        """
        A -> B [weight >= 5, weight < 1e3, "weight" != -2.5] as ab
        A.name = "it's; a # name"     # a comment
        A.name != 'said "so"'
        A.name = "a \\" and a \\\\"
        A.left = true; A.right = FALSE; A.type = KC; A.n in [1,
            2.5, -3]
        B["cell body"] contains "é"
        ab.weight <> 7
        """
    )
    edge = motif.edges[0, 1]
    assert [(c.operator, c.wanted) for c in edge.clauses] == [
        (">=", (5,)), ("<", (1000.0,)), ("!=", (-2.5,)), ("!=", (7,)),
    ]  # fmt: skip
    values = [clause.wanted for clause in motif.clauses[0]]
    assert values == [
        ("it's; a # name",), ('said "so"',), ('a " and a \\',), (True,), (False,), ("KC",),
        (1, 2.5, -3),
    ]  # fmt: skip
    assert [(c.attribute, c.operator) for c in motif.clauses[1]] == [("cell body", "contains")]


def test_names_may_be_of_any_alphabet() -> None:
    motif = parse("нейрон -> ニューロン; ニューロン -> _é1; é2 -> _é1")
    assert motif.nodes == ("нейрон", "ニューロン", "_é1", "é2")
    g = ca.Graph.from_edges([1, 2, 4], [2, 3, 3])
    assert list(ca.motifs.find(g, "α -> β; β -> γ; δ -> γ").columns) == ["α", "β", "γ", "δ"]


def test_one_edge_said_twice_is_one_edge_with_all_its_conditions() -> None:
    motif = parse("A -> B [weight > 1]; A -> B [weight < 5]; A !> B [weight = 3]")
    (rule,) = motif.edges.values()
    assert rule.required
    assert len(rule.clauses) == 2
    assert len(rule.forbidden) == 1
    turned = parse("A !> B [weight = 3]; A -> B [weight < 5, weight > 1]")
    assert turned.edges[0, 1].key() == rule.key()


def test_the_edges_named_in_a_macro_belong_to_each_call() -> None:
    text = """
    weaker(x, y, z) {
        x -> y as one
        y -> z as two
        one.weight > two.weight
        x.side = y.side
    }
    weaker(A, B, C)
    weaker(B, C, D)
    """
    motif = parse(text)
    owners = [(c.left.owner, c.right.owner) for c in motif.comparisons]
    assert owners == [((0, 1), (1, 2)), (0, 1), ((1, 2), (2, 3)), (1, 2)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("A -> B", 1),
        ("A -> B; B -> A", 2),
        ("A -> B; B -> C; C -> A", 3),
        ("A -> B; A -> C; A -> D", 6),
        ("A -> B; B -> A; B -> C; C -> B; A -> C; C -> A", 6),
        ("A -> C; A -> D; B -> C; B -> D", 4),
        ("A -> C; A -> D; B -> C; B -> D; A.x = 1", 2),
        ("A -> C; A -> D; B -> C; B -> D; A.x = 1; B.x = 1.0", 4),
        ("A -> C; A -> D; B -> C; B -> D; A.x = 1; B.x = true", 2),
        ("A -> B; A -> C; B.x > C.x", 1),
        ("A -> B; A -> C; B.x > C.y; C.x > B.y", 2),
        ("A -> B; A -> C; C.y < B.x; C.x > B.y", 2),
        ("A -> B; A -> C; B.x != C.x", 2),
        ("A -> B as ab; A -> C as ac; ab.weight > ac.weight", 1),
        ("A -> B as ab; A -> C as ac; ab.weight = ac.weight", 2),
        ("A -> B [weight > 2]; A -> C [weight > 1]", 1),
        ("A -> B; A -> C; A !> B [weight > 1]", 1),
        ("; ".join(f"{a} -> {b}" for a in "ABCDEF" for b in "ABCDEF" if a != b), 720),
    ],
)
def test_symmetries_keep_edges_and_conditions(text: str, number: int) -> None:
    assert len(automorphisms(parse(text))) == number


def test_the_conditions_of_order_break_every_symmetry() -> None:
    motif = parse("A -> B; A -> C; A -> D")
    assert first_of_each(automorphisms(motif)) == [(1, 2), (1, 3), (2, 3)]
    assert first_of_each(automorphisms(parse("A -> B; B -> C; C -> A"))) == [(0, 1), (0, 2)]
    assert first_of_each([]) == []


def test_a_rule_is_the_same_in_whatever_order_it_is_written() -> None:
    one, two = parse("A -> B [weight in [1, 2]]"), parse("A -> B [weight in [2, 1, 2]]")
    assert one.edges[0, 1].key() == two.edges[0, 1].key()
    assert EdgeRule(required=True).key() != EdgeRule(required=False).key()


# ---------------------------------------------------------------- what it cannot read


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("A >> B", 1, 3, "expected '->', '!>', '===', '.' or '(' after 'A', got '>>'"),
        ("A", 1, 2, "after 'A', got the end of the motif"),
        ("A ->\nB", 1, 5, "expected a node after the arrow, got the end of the line"),
        ("-> B", 1, 1, "expected a node, an edge or a macro, got '->'"),
        ("A -> 5", 1, 6, "expected a node after the arrow, got '5'"),
        ("A -> in", 1, 6, "got 'in', a word of the notation"),
        ("A -> B\n  B -> C -> D", 2, 10, "one edge a statement: write A -> B; B -> C"),
        ("A -> B B -> C", 1, 8, "statements end with a new line or ';'"),
        ("A -> B; A.x > 1 and A.x < 3", 1, 17, "statements of their own and must all hold"),
        ("A <- B", 1, 3, "got '<-'; turn it round"),
        ("A <-> B", 1, 3, "for a mutual pair write both edges: A -> B; B -> A"),
        ("A -- B", 1, 3, "edges have a direction"),
        ("A -| B", 1, 3, "A.sign = -1"),
        ("A => B", 1, 3, "an edge is written A -> B"),
        ("A -> A", 1, 1, "'A' cannot send to itself here"),
        ("A -> B; A !> B", 1, 9, "the edge A -> B is ruled out here and asked for on line 1"),
        ("A !> B\nA -> B", 2, 1, "the edge A -> B is asked for here and ruled out on line 1"),
        ("A -> B; D.x = 1", 1, 9, "'D' is in no edge of the motif; nodes: A, B"),
        ("A -> B as ab; bc.weight = 1", 1, 15, "nodes: A, B; edges: ab"),
        ("A -> B as A", 1, 11, "'A' is a node; give the edge another name"),
        ("A -> B as e; B -> C as e", 1, 24, "another edge is called 'e' already"),
        ("A -> B; B !> C as bc; B -> C [weight > 1]", 1, 23, "asked for here and ruled out"),
        ("A -> B; B !> A as ba", 1, 19, "an edge that must be missing has nothing to be named"),
        ("A -> B as ab [weight > 1]", 1, 14, "conditions stand before the name"),
        ("A -> B [weight > 1", 1, 19, "expected ']' or ',' after a condition on an edge"),
        ("A -> B []", 1, 9, "expected an attribute of the edge, got ']'"),
        ("A -> B; A.", 1, 11, "expected an attribute after 'A.', got the end of the motif"),
        ("A -> B; A.x", 1, 12, "expected one of =, !=, <, <=, >, >=, in, !in, contains"),
        ("A -> B; A.cell type = 1", 1, 16, "quote the name of an attribute"),
        ("A -> B; A.x =", 1, 14, "expected a number, a text in quotes or true or false"),
        ("A -> B; A.x = B", 1, 11, "'B' is a node: compare with one of its attributes"),
        ("A -> B; A.x = null", 1, 15, "a missing value meets no condition"),
        ("A -> B; A.x in KC", 1, 16, "'in' wants a list such as"),
        ("A -> B; A.x in []", 1, 17, "the list after 'in' is empty"),
        ("A -> B; A.x in [1, 2", 1, 21, "expected ']' or ',' in the list after 'in'"),
        ("A -> B; A.x in B.y", 1, 16, "'in' wants"),
        ("A -> B; A.x contains B.y", 1, 22, "'contains' wants values, not another attribute"),
        ("A -> B; A.x contains 5", 1, 22, "'contains' wants a text in quotes"),
        ("A -> B; A.x = 'KC", 1, 15, "must end with it on the same line"),
        ('A -> B; A.x = "K\nC"', 1, 15, "must end with it on the same line"),
        ("A -> B; A.x > A.x", 1, 15, "an attribute is compared with itself"),
        ("A -> B as ab; ab.weight > A.x", 1, 27, "cannot be compared with one of an edge"),
        ("A -> B\n\tA @ B", 2, 4, "'@' means nothing in a motif"),
        ("A -> B; A === A", 1, 9, "'===' stands between two different nodes"),
        ("A -> B; A === D", 1, 15, "'D' is in no edge of the motif"),
        ("A -> B; A === B", 1, 9, "A and B are not alike"),
        ("A -> B as ab; B -> A as ba; ab === ba", 1, 29, "stands between nodes, not edges"),
        ("A->B; B->C; C->D; D->E; E->F\nF -> G", 2, 6, "a motif may have up to 6 nodes, 'G'"),
        ("f(A, B)", 1, 1, "no macro is called 'f'; there are: none"),
        (
            "f(x) { x -> y }\nf(A)",
            1,
            13,
            "'y' is neither a parameter nor a named edge of macro 'f'",
        ),
        ("f(x, y) { x -> y }\nf(A)", 2, 1, "macro 'f' takes 2 nodes, got 1"),
        ("f(x, y) { x -> y }\nf(A, A)", 1, 11, "'A' cannot send to itself here"),
        ("f(x, x) { x -> x }", 1, 1, "the parameters of 'f' must differ"),
        ("f(x) { x -> x }\nf(x) { x -> x }", 2, 1, "macro 'f' is there already, on line 1"),
        ("f(x, y) { x -> y", 1, 17, "expected '}' after macro 'f'"),
        ("f(x, y) { g(z) { z -> z } }", 1, 11, "macro 'g' must stand outside of 'f'"),
        ("f(x, y) { f(y, x) }\nf(A, B)", 1, 11, "macro 'f' calls itself (f -> f)"),
        ("f(x, y) { g(x, y) }; g(x, y) { f(x, y) }; f(A, B)", 1, 32, "(f -> g -> f)"),
        ("f(", 1, 3, "expected a node in the brackets of 'f', got the end of the motif"),
        ("}", 1, 1, "expected a node, an edge or a macro, got '}'"),
        ("SELECT * FROM nodes; --", 1, 8, "'*' means nothing in a motif"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(
    text: str, line: int, column: int, message: str
) -> None:
    with pytest.raises(ValueError, match=r"^line ") as error:
        ca.motifs.find(ca.Graph.from_edges([1], [2]), text)
    first, shown, mark = str(error.value).split("\n")
    assert first.startswith(f"line {line}, column {column}: ")
    assert message in first
    assert shown == text.split("\n")[line - 1]
    assert mark.index("^") == column - 1


@pytest.mark.parametrize("text", ["", "  \n;;\n", "# nothing", "f(x, y) { x -> y }"])
def test_an_empty_motif_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="The motif has no edges; write some"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [("A -> B; C -> D", "A, B and C, D"), ("A -> B; A !> C", "A, B and C"), ("A !> B", "A and B")],
)
def test_a_motif_in_parts_is_refused_with_its_parts(text: str, parts: str) -> None:
    with pytest.raises(ValueError, match=f"no '->' joins: {parts}\\. Search for each part"):
        parse(text)


def test_macros_that_call_macros_without_end_are_stopped() -> None:
    lines = ["f0(x, y) { x -> y }"]
    lines += [f"f{i}(x, y) {{ f{i - 1}(x, y); f{i - 1}(x, y) }}" for i in range(1, 60)]
    with pytest.raises(ValueError, match="macros call macros 10,000 times"):
        parse("\n".join([*lines, "f59(A, B)"]))
