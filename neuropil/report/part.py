"""Part: which neurons and connections of a connectome a report studies, in words, as a graph and in SQL."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectome_analysis import Connectome, Graph


@dataclass(frozen=True, kw_only=True)
class Part:
    """What was asked for.

    Attributes
    ----------
    edge_type : str or None
        Kind of connection, "all" for all kinds added up; None for `usual_edge_type`.
    min_synapses : int or None
        Pairs with fewer synapses are left out.
    where : str or None
        SQL condition on nodes.
    """

    edge_type: str | None = None
    min_synapses: int | None = None
    where: str | None = None

    @property
    def options(self) -> str:
        """As options of the command line, each with a space before it."""
        given = {
            "--edge-type": self.edge_type,
            "--min-synapses": self.min_synapses,
            "--where": self.where,
        }
        return "".join(
            f" {name} {shlex.quote(str(value))}"
            for name, value in given.items()
            if value is not None
        )

    def kind(self, connectome: Connectome) -> str:
        """The kind of connection that is studied, or "all"."""
        return self.edge_type or usual_edge_type(connectome.edge_types())

    def graph(self, connectome: Connectome) -> Graph:
        """Make the graph that is studied.

        Raises
        ------
        ValueError
            Where something was asked for and leaves no connection.
        """
        kind = self.kind(connectome)
        g = connectome.graph(self.min_synapses, None if kind == "all" else kind, self.where)
        if g.n_edges == 0 and self != Part():
            msg = (
                f"Nothing to report of {connectome.name}: {g.n_nodes:,} neurons and no connection are "
                f"left by{self.options}."
            )
            raise ValueError(msg)
        return g

    def in_words(self, connectome: Connectome, g: Graph) -> str:
        """Say what of the connectome is studied; empty where it is all of one kind.

        Parameters
        ----------
        connectome : Connectome
        g : Graph
            From `graph`.
        """
        kinds, kind = connectome.edge_types(), self.kind(connectome)
        said = []
        if kind == "all" and len(kinds) > 1:
            named = "; ".join(f"{count:,} {name}" for name, count in kinds.items())
            said.append(
                f"connections of all kinds ({named}) together, those of one pair of neurons as one"
            )
        elif len(kinds) > 1:
            said.append(
                f"{kind} connections alone, {kinds[kind]:,} of {sum(kinds.values()):,} of all kinds"
            )
        if self.min_synapses is not None:
            said.append(f"pairs of neurons with at least {self.min_synapses:,} synapses")
        if self.where is not None:
            neurons = connectome.manifest.tables["nodes"].rows
            said.append(f"{g.n_nodes:,} of {neurons:,} neurons, those where {self.where}")
        return "; ".join(said)

    def sql(self, kind: str) -> tuple[str, str, str, list[str]]:
        """The same part in SQL.

        Parameters
        ----------
        kind : str
            From `kind`.

        Returns
        -------
        before : str
            What goes before ``SELECT``.
        nodes, edges : str
            The tables to take in place of these.
        conditions : list of str
            On the rows ``e`` of `edges`.
        """
        named, nodes, edges, conditions = [], "nodes", "edges", []
        if self.where is not None:
            nodes = "chosen"
            named.append(f"chosen AS (\n  SELECT * FROM nodes WHERE ({self.where}\n))")
            conditions += [f"e.{end}_id IN (SELECT node_id FROM chosen)" for end in ("pre", "post")]
        if kind == "all":
            edges = "pairs"
            least = (
                ""
                if self.min_synapses is None
                else f" HAVING sum(syn_count) >= {self.min_synapses}"
            )
            named.append(
                "pairs AS (\n  SELECT pre_id, post_id, sum(weight) AS weight\n"
                f"  FROM edges GROUP BY ALL{least}\n)"
            )
        else:
            quoted = kind.replace("'", "''")
            conditions.insert(0, f"e.edge_type = '{quoted}'")
            if self.min_synapses is not None:
                conditions.append(f"e.syn_count >= {self.min_synapses}")
        before = f"WITH {', '.join(named)}\n" if named else ""
        return before, nodes, edges, conditions


def usual_edge_type(kinds: dict[str, int]) -> str:
    """Chemical, or the most frequent kind where there are none; "all" where that is the smaller part.

    Examples
    --------
    >>> usual_edge_type({"chemical": 5, "electrical": 2}), usual_edge_type({"electrical": 2})
    ('chemical', 'electrical')
    >>> usual_edge_type({"connected": 12_387, "chemical": 3_543})
    'all'
    """
    if not kinds:
        return "chemical"
    chosen = "chemical" if "chemical" in kinds else next(iter(kinds))
    return chosen if 2 * kinds[chosen] >= sum(kinds.values()) else "all"
