"""Views: the common questions of SQL made one line, over whatever tables and columns a connectome has.

A view is made in the connection of a query that names it, and nowhere else: opening a connectome costs
nothing more, and a query that names none costs nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .manifest import Manifest
from .schemas import NODES

# What is known of a neuron and said again of both ends of a connection.
ANNOTATIONS = (
    *("name", "cell_type", "cell_class", "super_class", "side", "region"),
    *("neurotransmitter", "sign"),
)


@dataclass(frozen=True, kw_only=True)
class View:
    """One view.

    Attributes
    ----------
    name : str
    meaning : str
        One row per what.
    sql : str
        The SELECT behind it; empty where the connectome lacks what it needs.
    columns : mapping
        Meaning of each column that is not a column of `of` under its own name.
    of : str
        The table whose columns it repeats, or empty.
    uses : tuple of str
        Views that stand in its SELECT.
    lacks : str
        What the connectome would need to have it; empty where it has the view.
    """

    name: str
    meaning: str
    sql: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    of: str = ""
    uses: tuple[str, ...] = ()
    lacks: str = ""


class _Lacking(Exception):
    """What is missing, in words."""


@dataclass(frozen=True)
class _Has:
    """The tables and columns of a connectome."""

    tables: Mapping[str, Sequence[str]]

    def __call__(self, table: str, column: str) -> bool:
        return column in self.tables.get(table, ())

    def annotations(self) -> list[str]:
        """Those of ANNOTATIONS that the nodes have; raise where there is none."""
        found = [name for name in ANNOTATIONS if self("nodes", name)]
        if not found:
            raise _Lacking(f"nodes has none of the columns {', '.join(ANNOTATIONS)}")
        return found

    def need(self, table: str, *columns: str) -> None:
        """Raise where the table or a column is not there."""
        if table not in self.tables:
            raise _Lacking(f"there is no table {table}")
        for column in columns:
            if not self(table, column):
                raise _Lacking(f"{table} has no column {column}")

    def counts(self, table: str = "edges") -> bool:
        return self(table, "syn_count")


_WEIGHTS = "totals are over edges of one edge_type, autapses included"
_ENDS = (("pre", "p", "the sender"), ("post", "q", "the receiver"))


def views_of(manifest: Manifest) -> dict[str, View]:
    """Every view there is, with its SELECT over this connectome or with what the connectome lacks.

    Examples
    --------
    >>> views_of(Manifest(name="none"))["degrees"].lacks
    'there is no table nodes'
    """
    has = _Has({name: list(record.columns) for name, record in manifest.tables.items()})
    taken = {name.casefold() for name in manifest.tables}
    found: dict[str, View] = {}
    for name, (meaning, make) in _VIEWS.items():
        try:
            if name in taken:
                raise _Lacking(f"it has a table {name} of its own")
            has.need("nodes")
            has.need("edges")
            view = make(has)
            for used in view.uses:
                if found[used].lacks:
                    raise _Lacking(found[used].lacks)
            found[name] = View(
                name=name,
                meaning=meaning,
                sql=view.sql,
                columns=view.columns,
                of=view.of,
                uses=view.uses,
            )
        except _Lacking as lack:
            found[name] = View(name=name, meaning=meaning, lacks=str(lack))
    return found


@dataclass(frozen=True, kw_only=True)
class _Made:
    sql: str
    columns: Mapping[str, str] = field(default_factory=dict)
    of: str = ""
    uses: tuple[str, ...] = ()


def _typed(has: _Has, table: str, *, sides_may_lack: bool = False) -> _Made:
    """A table with pre_id and post_id, and what is known of both ends beside it."""
    has.need(table)
    known = has.annotations()
    own = {name.casefold() for name in has.tables[table]}
    shown, meanings = [], {}
    for side, alias, words in _ENDS:
        for name in known:
            column = f"{side}_{name}"
            column = f"{side}_node_{name}" if column in own else column
            shown.append(f'{alias}."{name}" AS "{column}"')
            meanings[column] = f"{NODES.by_name[name].meaning}: of {words}"
    axes = [f"{axis}_nm" for axis in "xyz"]
    if all(has("nodes", axis) for axis in axes) and "distance_nm" not in own:
        squares = " + ".join(f"(p.{axis} - q.{axis}) ** 2" for axis in axes)
        shown.append(f"sqrt({squares}) AS distance_nm")
        meanings["distance_nm"] = "between the two neurons' somata, else centroids, nm"
    join = "LEFT JOIN" if sides_may_lack else "JOIN"
    return _Made(
        sql=f"SELECT t.*, {', '.join(shown)} FROM {table} t "
        f"{join} nodes p ON p.node_id = t.pre_id {join} nodes q ON q.node_id = t.post_id",
        columns=meanings,
        of=table,
    )


def _edge_fractions(has: _Has) -> _Made:
    count = ", e.syn_count" if has.counts() else ""
    return _Made(
        sql=f"""SELECT e.pre_id, e.post_id, e.edge_type, e.weight{count},
    e.weight / i.total AS input_fraction, e.weight / o.total AS output_fraction
FROM edges e
JOIN (SELECT post_id, edge_type, sum(weight) AS total FROM edges GROUP BY ALL) i
    ON i.post_id = e.post_id AND i.edge_type = e.edge_type
JOIN (SELECT pre_id, edge_type, sum(weight) AS total FROM edges GROUP BY ALL) o
    ON o.pre_id = e.pre_id AND o.edge_type = e.edge_type""",
        columns={
            "input_fraction": f"weight over all that post_id receives, 0..1; {_WEIGHTS}",
            "output_fraction": f"weight over all that pre_id sends, 0..1; {_WEIGHTS}",
        },
        of="edges",
    )


def _partners(has: _Has) -> _Made:
    known = [name for name in ANNOTATIONS if has("nodes", name)]
    count = ", e.syn_count" if has.counts() else ""
    about = "".join(f', n."{name}" AS "partner_{name}"' for name in known)

    def one_way(mine: str, other: str, word: str) -> str:
        return (
            f"SELECT e.{mine} AS node_id, '{word}' AS direction, e.{other} AS partner_id, "
            f"e.edge_type, e.weight{count}, e.weight / t.total AS fraction{about} FROM edges e "
            f"JOIN (SELECT {mine} AS id, edge_type, sum(weight) AS total FROM edges GROUP BY ALL) t "
            f"ON t.id = e.{mine} AND t.edge_type = e.edge_type "
            f"JOIN nodes n ON n.node_id = e.{other}"
        )

    return _Made(
        sql=one_way("post_id", "pre_id", "input")
        + " UNION ALL "
        + one_way("pre_id", "post_id", "output"),
        columns={
            "node_id": "the neuron",
            "direction": "'input': the partner sends to the neuron; 'output': it receives from it. "
            "Electrical partners are both",
            "partner_id": "the other neuron",
            "fraction": f"weight over all the neuron's input, or output, 0..1; {_WEIGHTS}",
            **{
                f"partner_{name}": f"{NODES.by_name[name].meaning}: of the partner"
                for name in known
            },
        },
        of="edges",
    )


def _degrees(has: _Has) -> _Made:
    sums = {"weight": "DOUBLE"} | ({"syn_count": "BIGINT"} if has.counts() else {})
    columns = {
        "node_id": "the neuron; those without edges have zeros",
        "edge_type": "each kind that the connectome has",
        "in_degree": "neurons that send to it, itself left out",
        "out_degree": "neurons that it sends to, itself left out",
    }
    shown = [f"coalesce({side}.degree, 0) AS {word}_degree" for side, word in _IN_OUT]
    for name in sums:
        for side, word in _IN_OUT:
            shown.append(f"coalesce({side}.{name}, 0) AS {word}_{name}")
            does = "received" if word == "in" else "sent"
            columns[f"{word}_{name}"] = f"{name} {does}, autapses left out"
    shown.append("coalesce(a.weight, 0) AS autapse_weight")
    columns["autapse_weight"] = "weight of the neuron's connection to itself"
    totals = ", ".join(f"sum({name})::{kind} AS {name}" for name, kind in sums.items())

    def ends(column: str) -> str:
        return (
            f"(SELECT {column} AS node_id, edge_type, count(*) AS degree, {totals} FROM edges "
            "WHERE pre_id <> post_id GROUP BY ALL)"
        )

    return _Made(
        sql=f"SELECT n.node_id, k.edge_type, {', '.join(shown)} FROM nodes n "
        "CROSS JOIN (SELECT DISTINCT edge_type FROM edges) k "
        f"LEFT JOIN {ends('post_id')} i ON i.node_id = n.node_id AND i.edge_type = k.edge_type "
        f"LEFT JOIN {ends('pre_id')} o ON o.node_id = n.node_id AND o.edge_type = k.edge_type "
        "LEFT JOIN (SELECT pre_id, edge_type, weight FROM edges WHERE pre_id = post_id) a "
        "ON a.pre_id = n.node_id AND a.edge_type = k.edge_type",
        columns=columns,
    )


_IN_OUT = (("i", "in"), ("o", "out"))


def _reciprocal_pairs(has: _Has) -> _Made:
    measures = ["weight", *(["syn_count"] if has.counts() else [])]
    shown = [f"e.{m} AS {m}_a_to_b, r.{m} AS {m}_b_to_a" for m in measures]
    known = [name for name in ANNOTATIONS if has("nodes", name)]
    for alias, letter in (("p", "a"), ("q", "b")):
        shown += [f'{alias}."{name}" AS "{letter}_{name}"' for name in known]
    ways = (("a_to_b", "from a to b"), ("b_to_a", "from b to a"))
    return _Made(
        sql=f"SELECT e.pre_id AS a_id, e.post_id AS b_id, e.edge_type, {', '.join(shown)} "
        "FROM edges e JOIN edges r ON r.pre_id = e.post_id AND r.post_id = e.pre_id "
        "AND r.edge_type = e.edge_type "
        "JOIN nodes p ON p.node_id = e.pre_id JOIN nodes q ON q.node_id = e.post_id "
        "WHERE e.pre_id < e.post_id",
        columns={
            "a_id": "the neuron with the smaller id",
            "b_id": "the neuron with the greater id",
            **{f"{m}_{way}": f"{m} {words}" for m in measures for way, words in ways},
            **{
                f"{letter}_{name}": f"{NODES.by_name[name].meaning}: of {letter}"
                for letter in "ab"
                for name in known
            },
        },
        of="edges",
    )


def _cell_types(has: _Has) -> _Made:
    has.need("nodes", "cell_type")
    sides = {"left", "right", "center"} if has("nodes", "side") else set()
    shown = [f"count(*) FILTER (side = '{side}') AS n_{side}" for side in sorted(sides)]
    also = [name for name in ("cell_class", "super_class") if has("nodes", name)]
    shown += [f"mode({name}) AS {name}" for name in also]
    return _Made(
        sql=f"SELECT cell_type, count(*) AS n_neurons{''.join(f', {s}' for s in shown)} "
        "FROM nodes GROUP BY cell_type",
        columns={
            "cell_type": "finest type; null: neurons without one",
            "n_neurons": "neurons of the type",
            **{f"n_{side}": f"of them on side {side}" for side in sorted(sides)},
            **{name: f"{NODES.by_name[name].meaning}: the most frequent one" for name in also},
        },
    )


def _type_matrix(has: _Has) -> _Made:
    has.need("nodes", "cell_type")
    total = ", sum(e.syn_count)::BIGINT AS syn_count" if has.counts() else ""
    count = ", m.syn_count" if has.counts() else ""
    return _Made(
        sql=f"""WITH sizes AS (SELECT cell_type, count(*) AS n FROM nodes GROUP BY ALL),
m AS (
    SELECT p.cell_type AS pre_type, q.cell_type AS post_type, e.edge_type, count(*) AS n_edges,
        count(*) FILTER (e.pre_id <> e.post_id) AS proper, sum(e.weight) AS weight{total}
    FROM edges e JOIN nodes p ON p.node_id = e.pre_id JOIN nodes q ON q.node_id = e.post_id
    GROUP BY ALL
)
SELECT m.pre_type, m.post_type, m.edge_type, a.n AS n_pre, b.n AS n_post, m.n_edges,
    m.weight{count}, m.weight / m.n_edges AS weight_per_edge,
    m.weight / sum(m.weight) OVER (PARTITION BY m.post_type, m.edge_type) AS input_fraction,
    m.weight / sum(m.weight) OVER (PARTITION BY m.pre_type, m.edge_type) AS output_fraction,
    m.proper / nullif(
        a.n * b.n - CASE WHEN m.pre_type IS NOT DISTINCT FROM m.post_type THEN a.n ELSE 0 END, 0
    ) AS density
FROM m JOIN sizes a ON a.cell_type IS NOT DISTINCT FROM m.pre_type
JOIN sizes b ON b.cell_type IS NOT DISTINCT FROM m.post_type""",
        columns={
            "pre_type": "cell_type of the senders; null: those without one",
            "post_type": "cell_type of the receivers; null: those without one",
            "n_pre": "neurons of pre_type, joined or not",
            "n_post": "neurons of post_type, joined or not",
            "n_edges": "connections from the one to the other",
            "weight": "their weights, summed",
            "syn_count": "their synapses, summed",
            "weight_per_edge": "mean weight of a connection",
            "input_fraction": f"weight over all that post_type receives, 0..1; {_WEIGHTS}",
            "output_fraction": f"weight over all that pre_type sends, 0..1; {_WEIGHTS}",
            "density": "connections over ordered pairs of neurons, autapses left out, 0..1",
        },
    )


def _by_region(has: _Has) -> tuple[str, str]:
    """A SELECT of pairs by region, and whence."""
    if "edges_by_region" in has.tables:
        count = ", syn_count" if has.counts("edges_by_region") else ""
        return (
            f"SELECT pre_id, post_id, edge_type, region, weight{count} FROM edges_by_region",
            "edges_by_region",
        )
    if has("synapses", "region"):
        return (
            """SELECT pre_id, post_id, 'chemical' AS edge_type, region, count(*)::DOUBLE AS weight,
    count(*) AS syn_count FROM synapses
    WHERE pre_id IS NOT NULL AND post_id IS NOT NULL AND region IS NOT NULL GROUP BY ALL""",
            "synapses, counted",
        )
    raise _Lacking("there is neither a table edges_by_region nor a column synapses.region")


def _region_weights(has: _Has) -> _Made:
    rows, whence = _by_region(has)
    counted = "syn_count" in rows
    total = ", sum(syn_count)::BIGINT AS syn_count" if counted else ""
    return _Made(
        sql=f"SELECT region, edge_type, count(*) AS n_edges, count(DISTINCT pre_id) AS n_pre, "
        f"count(DISTINCT post_id) AS n_post, sum(weight) AS weight{total} FROM ({rows}) "
        "GROUP BY region, edge_type",
        columns={
            "region": f"the neuropil in which synapses lie (from {whence})",
            "n_edges": "pairs of neurons joined there",
            "n_pre": "neurons that send there",
            "n_post": "neurons that receive there",
            "weight": "weight there, summed",
            "syn_count": "synapses there",
        },
    )


def _neuron_regions(has: _Has) -> _Made:
    rows, whence = _by_region(has)
    return _Made(
        sql=f"""WITH r AS ({rows}), both_ways AS (
    SELECT post_id AS node_id, edge_type, region, weight AS received, 0.0 AS sent FROM r
    UNION ALL SELECT pre_id, edge_type, region, 0.0, weight FROM r
), t AS (
    SELECT node_id, edge_type, region, sum(received) AS in_weight, sum(sent) AS out_weight
    FROM both_ways GROUP BY ALL
)
SELECT node_id, edge_type, region, in_weight, out_weight,
    in_weight / nullif(sum(in_weight) OVER (PARTITION BY node_id, edge_type), 0) AS in_fraction,
    out_weight / nullif(sum(out_weight) OVER (PARTITION BY node_id, edge_type), 0) AS out_fraction
FROM t""",
        columns={
            "node_id": "the neuron",
            "region": f"a neuropil in which it has synapses (from {whence})",
            "in_weight": "weight it receives there",
            "out_weight": "weight it sends there",
            "in_fraction": "of all it receives in any region, 0..1; null where it receives nothing",
            "out_fraction": "of all it sends in any region, 0..1; null where it sends nothing",
        },
    )


def _region_flow(has: _Has) -> _Made:
    _by_region(has)
    return _Made(
        sql="SELECT a.region AS from_region, b.region AS to_region, a.edge_type, "
        "count(*) AS n_neurons, sum(a.in_fraction * b.out_weight) AS weight "
        "FROM neuron_regions a JOIN neuron_regions b "
        "ON b.node_id = a.node_id AND b.edge_type = a.edge_type "
        "WHERE a.in_weight > 0 AND b.out_weight > 0 GROUP BY ALL",
        columns={
            "from_region": "where neurons receive",
            "to_region": "where the same neurons send",
            "n_neurons": "neurons that do both",
            "weight": "weight sent in to_region, each neuron's divided by where its input lies",
        },
        uses=("neuron_regions",),
    )


# In an order in which a view stands behind those it uses.
_VIEWS: Mapping[str, tuple[str, Callable[[_Has], _Made]]] = {
    "typed_edges": (
        "one row per edge, with what is known of both neurons",
        lambda has: _typed(has, "edges"),
    ),
    "typed_edges_by_region": (
        "one row per edge and region, with what is known of both neurons",
        lambda has: _typed(has, "edges_by_region"),
    ),
    "typed_synapses": (
        "one row per synapse, with what is known of both neurons; unattached sides stay",
        lambda has: _typed(has, "synapses", sides_may_lack=True),
    ),
    "edge_fractions": (
        "one row per edge, with its share of the receiver's input and of the sender's output",
        _edge_fractions,
    ),
    "partners": ("one row per neuron, direction and partner", _partners),
    "degrees": ("one row per neuron and kind of connection", _degrees),
    "reciprocal_pairs": ("one row per two neurons that send to each other", _reciprocal_pairs),
    "cell_types": ("one row per cell type", _cell_types),
    "type_matrix": ("one row per two cell types that are joined, and kind", _type_matrix),
    "region_weights": ("one row per region and kind of connection", _region_weights),
    "neuron_regions": (
        "one row per neuron, kind and region in which it has synapses",
        _neuron_regions,
    ),
    "region_flow": (
        "one row per two regions that neurons join, receiving in the one and sending in the other",
        _region_flow,
    ),
}
VIEW_NAMES: tuple[str, ...] = tuple(_VIEWS)
