"""Selection: the neurons and connections that an export takes, as Arrow tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from connectome_analysis import Connectome
    from connectome_analysis.tables import Manifest


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What is exported.

    Attributes
    ----------
    connectome : Connectome
    nodes : pyarrow.Table
        Sorted by ``node_id``; neurons without edges too.
    edges : pyarrow.Table
        Among these neurons, sorted by ``pre_id``, ``post_id``, ``edge_type``.
    asked : dict
        What was asked for: ``edge_type``, ``min_synapses``, ``where``.
    """

    connectome: Connectome
    nodes: pa.Table
    edges: pa.Table
    asked: dict[str, Any]

    @property
    def manifest(self) -> Manifest:
        """The manifest of the connectome."""
        return self.connectome.manifest

    @property
    def kinds(self) -> list[str]:
        """Kinds of connection there are, sorted."""
        return sorted(self.edges["edge_type"].unique().to_pylist())

    def places(self) -> tuple[Any, Any]:
        """Rows of senders and of receivers in `nodes`: two (E,) int64 arrays."""
        import numpy as np

        ids = self.nodes["node_id"].to_numpy()
        return (
            np.searchsorted(ids, self.edges["pre_id"].to_numpy()),
            np.searchsorted(ids, self.edges["post_id"].to_numpy()),
        )

    def one_kind(self) -> str:
        """The one kind of connection; raise ValueError where there are several."""
        if len(self.kinds) > 1:
            msg = (
                f"{self.connectome.name} has {' and '.join(self.kinds)} edges, whose weights do not add "
                f"up in one matrix; choose one: edge_type={self.kinds[0]!r}."
            )
            raise ValueError(msg)
        return next(iter(self.kinds), "chemical")


def select(
    connectome: Connectome,
    *,
    edge_type: str | None = None,
    min_synapses: int | None = None,
    where: str | None = None,
) -> Selection:
    """Take neurons and the connections among them.

    Parameters
    ----------
    connectome : Connectome
    edge_type : str, optional
        One kind of connection; all by default.
    min_synapses : int, optional
        Edges of at least so many synapses.
    where : str, optional
        SQL condition on ``nodes``.

    Raises
    ------
    ValueError
        Where there is no such kind, synapses are not counted, or the condition is not SQL.
    """
    kinds = connectome.edge_types()
    if edge_type is not None and edge_type not in kinds:
        msg = f"{connectome.name} has no {edge_type} edges; it has {', '.join(kinds) or 'none'}."
        raise ValueError(msg)
    nodes, edges = connectome.rows_among(min_synapses, edge_type, where)
    asked = {"edge_type": edge_type, "min_synapses": min_synapses, "where": where}
    return Selection(
        connectome=connectome,
        nodes=nodes,
        edges=edges,
        asked={name: value for name, value in asked.items() if value is not None},
    )
