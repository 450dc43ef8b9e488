"""Graph: a simple directed graph of neurons, immutable, as CSR both ways beside its node table."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .edge_lists import Offsets, Weights, as_confidence, as_weights, compress, confidence_of_pairs
from .how_counted import HowCounted
from .ids import Indices, Positions, as_ids, require_unique

if TYPE_CHECKING:
    import graph_tool
    import igraph
    import networkx
    import pandas as pd
    import scipy.sparse
    import torch_geometric.data

SelfLoops = Literal["drop", "keep", "error"]
Parallel = Literal["sum", "error"]
Orientation = Literal["rows-are-pre", "columns-are-pre"]


class Graph:
    """A directed graph whose nodes are neurons.

    Made by `from_edges`, `from_adjacency`, `from_networkx` or ``Connectome.graph``. Nothing in it
    can be changed: its arrays are read-only.

    Self-loops are dropped and parallel edges are added up into one, unless asked otherwise; how
    many of each there were is kept in `n_self_loops_dropped` and `n_parallel_merged`.

    Attributes
    ----------
    node_ids : (N,) int64
        Id of each node; position in this array is the node's dense index.
    out_indptr, out_indices : (N + 1,) int64, (E,) int32
        CSR by sender: node ``i`` sends to ``out_indices[out_indptr[i]:out_indptr[i + 1]]``,
        in ascending order.
    weights : (E,) int32, int64 or float64
        Weight of each edge in the order of `out_indices`. Integers stay integers.
    confidence : (E,) float64 or None
        Probability that each edge is real, in the order of `out_indices`; None where it is not
        known of every edge.
    n_self_loops_dropped, n_parallel_merged : int
    name : str
        For titles and tables.
    weight_meaning : str
        What a weight is, with its unit.
    how_counted : HowCounted or None
        Unit, detector and thresholds of the connectome it was made from; None where that is not known,
        and where the graph was normalised to others.

    Examples
    --------
    >>> g = Graph.from_edges([10, 10, 30], [20, 30, 20], weight=[2, 1, 5])
    >>> g
    Graph: 3 nodes, 3 edges
    >>> g.node_ids.tolist(), g.out_degree.tolist(), g.in_degree.tolist()
    ([10, 20, 30], [2, 0, 1], [0, 2, 1])
    """

    def __init__(
        self,
        node_ids: NDArray[np.int64],
        out_indptr: Offsets,
        out_indices: Indices,
        weights: Weights,
        *,
        nodes: pd.DataFrame | None = None,
        n_self_loops_dropped: int = 0,
        n_parallel_merged: int = 0,
        name: str = "",
        weight_meaning: str = "",
        confidence: NDArray[np.float64] | None = None,
        how_counted: HowCounted | None = None,
    ) -> None:
        # Checked by the constructors that are meant to be called; this one joins the parts.
        self.node_ids = _frozen(node_ids.copy())  # the caller's own array stays the caller's
        self.out_indptr = _frozen(out_indptr)
        self.out_indices = _frozen(out_indices)
        self.weights = _frozen(weights)
        self._nodes = nodes
        self.n_self_loops_dropped = n_self_loops_dropped
        self.n_parallel_merged = n_parallel_merged
        self.name = name
        self.weight_meaning = weight_meaning
        self.how_counted = how_counted
        self.confidence = None if confidence is None else _frozen(confidence)
        self._sealed = True

    def __setattr__(self, name: str, value: object) -> None:
        if getattr(self, "_sealed", False):
            msg = f"A Graph cannot be changed; make another one instead of setting {name}."
            raise AttributeError(msg)
        super().__setattr__(name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        # Pickled and copied arrays are writable; made anew, they are not.
        arrays = (self.node_ids, self.out_indptr, self.out_indices, self.weights)
        options = {
            "nodes": self._nodes,
            "n_self_loops_dropped": self.n_self_loops_dropped,
            "n_parallel_merged": self.n_parallel_merged,
            "name": self.name,
            "weight_meaning": self.weight_meaning,
            "confidence": None if self.confidence is None else self.confidence.copy(),
            "how_counted": self.how_counted,
        }
        return _make, (arrays, options)

    # ---------------------------------------------------------------- making one

    @classmethod
    def from_edges(
        cls,
        pre: ArrayLike,
        post: ArrayLike,
        weight: ArrayLike | None = None,
        node_ids: ArrayLike | None = None,
        *,
        nodes: pd.DataFrame | None = None,
        self_loops: SelfLoops = "drop",
        parallel: Parallel = "sum",
        confidence: ArrayLike | None = None,
        name: str = "",
        weight_meaning: str = "",
        how_counted: HowCounted | None = None,
    ) -> Graph:
        """Make a graph from a list of edges.

        Parameters
        ----------
        pre, post : (M,) array of int
            Ids of the neurons that send and receive.
        weight : (M,) array, optional
            Finite and not 0; 1 for every edge where left out.
        node_ids : (N,) array of int, optional
            All neurons, in the order wanted. Give it: neurons without edges belong to the graph,
            and density and null models depend on them. Where left out, the ids seen in `pre` and
            `post`, ascending.
        nodes : DataFrame with a column ``node_id``, optional
            Node table; `node_ids` is then taken from it.
        self_loops : {"drop", "keep", "error"}
        parallel : {"sum", "error"}
            Rows with the same `pre` and `post` become one edge with the sum of weights.
        confidence : (M,) array, optional
            Probability that each edge is real. Parallel edges become one that is real where any of
            them is, 1 - product of (1 - confidence).
        name, weight_meaning : str
        how_counted : HowCounted, optional

        Raises
        ------
        ValueError
            Where an id is not an integer, is not in `node_ids`, or a length or weight is wrong.

        Examples
        --------
        >>> g = Graph.from_edges([1, 1, 2], [2, 2, 2], weight=[3, 4, 9], node_ids=[1, 2, 3])
        >>> g.n_nodes, g.n_edges, g.weights.tolist(), g.n_self_loops_dropped, g.n_parallel_merged
        (3, 1, [7], 1, 1)
        """
        senders, receivers = as_ids(pre, "pre"), as_ids(post, "post")
        if len(senders) != len(receivers):
            msg = f"pre and post must be equally long, got {len(senders)} and {len(receivers)}."
            raise ValueError(msg)
        strengths = as_weights(weight, len(senders))
        ids = _all_ids(senders, receivers, node_ids, nodes)
        where = Positions(ids)
        return cls._from_dense(
            where(senders, "pre"),
            where(receivers, "post"),
            strengths,
            ids,
            nodes=nodes,
            self_loops=self_loops,
            parallel=parallel,
            name=name,
            weight_meaning=weight_meaning,
            confidence=as_confidence(confidence, len(senders)),
            how_counted=how_counted,
        )

    @classmethod
    def from_adjacency(
        cls,
        matrix: ArrayLike | scipy.sparse.sparray | scipy.sparse.spmatrix | pd.DataFrame,
        node_ids: ArrayLike | None = None,
        *,
        orientation: Orientation = "rows-are-pre",
        nodes: pd.DataFrame | None = None,
        self_loops: SelfLoops = "drop",
        name: str = "",
        weight_meaning: str = "",
    ) -> Graph:
        """Make a graph from an N x N matrix of weights; 0 means no edge.

        Parameters
        ----------
        matrix : (N, N) array, sparse matrix or DataFrame
            ``matrix[i, j]`` is what neuron ``i`` sends to neuron ``j``. Integer labels of a
            DataFrame are the node ids, others are names; its columns must have the labels of its
            rows and may stand in another order.
        node_ids : (N,) array of int, optional
            0 ... N - 1 where left out.
        orientation : {"rows-are-pre", "columns-are-pre"}
        """
        import scipy.sparse as sp

        given: Any = matrix
        if hasattr(given, "columns") and hasattr(given, "index"):
            given, labels = _aligned(given)
            if node_ids is None and nodes is None:
                node_ids, nodes = _ids_of_labels(labels)
        coo = sp.coo_array(given)
        coo.data = as_weights(coo.data, coo.nnz, zeros="keep")
        if len(coo.shape) != 2 or coo.shape[0] != coo.shape[1]:
            msg = f"An adjacency matrix must be square, got {' x '.join(map(str, coo.shape))}."
            raise ValueError(msg)
        coo.eliminate_zeros()
        rows, columns = coo.coords if hasattr(coo, "coords") else (coo.row, coo.col)
        if orientation == "columns-are-pre":
            rows, columns = columns, rows
        elif orientation != "rows-are-pre":
            msg = f"orientation must be 'rows-are-pre' or 'columns-are-pre', got {orientation!r}."
            raise ValueError(msg)
        size = coo.shape[0]
        if nodes is not None or node_ids is not None:
            ids = _all_ids(np.empty(0, np.int64), np.empty(0, np.int64), node_ids, nodes)
        else:
            ids = np.arange(size)
        if len(ids) != size:
            msg = f"node_ids must have {size} entries as the matrix has rows, got {len(ids)}."
            raise ValueError(msg)
        require_unique(ids)
        return cls._from_dense(
            rows.astype(np.int32),
            columns.astype(np.int32),
            coo.data,
            ids,
            nodes=nodes,
            self_loops=self_loops,
            parallel="sum",
            name=name,
            weight_meaning=weight_meaning,
        )

    @classmethod
    def from_networkx(
        cls,
        graph: networkx.Graph[Hashable],
        weight: str | None = "weight",
        *,
        self_loops: SelfLoops = "drop",
        parallel: Parallel = "sum",
        name: str = "",
    ) -> Graph:
        """Make a graph from networkx; an undirected edge becomes one each way.

        Node labels that are all integers are the node ids. Otherwise the ids are 1 ... N in the
        graph's order and the column ``name`` of `nodes` holds the labels. Node attributes become
        columns of `nodes`. An edge without the attribute `weight` has weight 1.
        """
        from .convert.from_networkx import edge_lists

        pre, post, strengths, nodes = edge_lists(graph, weight)
        return cls.from_edges(
            pre,
            post,
            strengths,
            nodes=nodes,
            self_loops=self_loops,
            parallel=parallel,
            name=name or str(graph.name or ""),
        )

    @classmethod
    def _from_dense(
        cls,
        senders: Indices,
        receivers: Indices,
        weights: Weights,
        ids: NDArray[np.int64],
        *,
        nodes: pd.DataFrame | None,
        self_loops: SelfLoops,
        parallel: Parallel,
        name: str,
        weight_meaning: str,
        confidence: NDArray[np.float64] | None = None,
        how_counted: HowCounted | None = None,
    ) -> Graph:
        loops = senders == receivers
        n_loops = int(np.count_nonzero(loops))
        if n_loops and self_loops == "error":
            example = ids[senders[loops][0]]
            msg = (
                f"{n_loops} edges join a neuron to itself, for instance {example}; "
                "self_loops='drop' leaves them out."
            )
            raise ValueError(msg)
        if self_loops not in ("drop", "keep", "error"):
            msg = f"self_loops must be 'drop', 'keep' or 'error', got {self_loops!r}."
            raise ValueError(msg)
        if n_loops and self_loops == "drop":
            keep = ~loops
            senders, receivers, weights = senders[keep], receivers[keep], weights[keep]
            confidence = None if confidence is None else confidence[keep]
        indptr, indices, summed = compress(senders, receivers, weights, len(ids))
        n_merged = len(senders) - len(indices)
        if n_merged and parallel == "error":
            msg = f"{n_merged} edges are repeated; parallel='sum' adds their weights up."
            raise ValueError(msg)
        if parallel not in ("sum", "error"):
            msg = f"parallel must be 'sum' or 'error', got {parallel!r}."
            raise ValueError(msg)
        return cls(
            ids,
            indptr,
            indices,
            summed,
            nodes=None if nodes is None else nodes.reset_index(drop=True),
            n_self_loops_dropped=n_loops if self_loops == "drop" else 0,
            n_parallel_merged=n_merged,
            name=name,
            weight_meaning=weight_meaning,
            how_counted=how_counted,
            confidence=None
            if confidence is None
            else confidence_of_pairs(senders, receivers, confidence, len(ids)),
        )

    # ---------------------------------------------------------------- what it holds

    @property
    def n_nodes(self) -> int:
        """Number of neurons, those without edges too."""
        return len(self.node_ids)

    @property
    def n_edges(self) -> int:
        """Number of ordered pairs with an edge."""
        return len(self.out_indices)

    @property
    def nodes(self) -> pd.DataFrame:
        """Node table, one row per node in the order of `node_ids`; a copy."""
        import pandas as pd

        if self._nodes is None:
            return pd.DataFrame({"node_id": self.node_ids})
        return self._nodes.copy()

    @cached_property
    def out_sources(self) -> Indices:
        """(E,) int32: the sender of each edge, in the order of `out_indices`."""
        return _frozen(np.repeat(np.arange(self.n_nodes, dtype=np.int32), np.diff(self.out_indptr)))

    @cached_property
    def _incoming(self) -> tuple[Offsets, Indices, NDArray[np.int64]]:
        import scipy.sparse as sp

        by_sender = sp.csr_array(
            (np.arange(self.n_edges), self.out_indices, self.out_indptr),
            shape=(self.n_nodes, self.n_nodes),
        )
        by_receiver = by_sender.tocsc()
        return (
            _frozen(by_receiver.indptr.astype(np.int64)),
            _frozen(by_receiver.indices.astype(np.int32)),
            _frozen(by_receiver.data),
        )

    @property
    def in_indptr(self) -> Offsets:
        """(N + 1,) int64: CSR by receiver."""
        return self._incoming[0]

    @property
    def in_indices(self) -> Indices:
        """(E,) int32: senders to each node, ascending."""
        return self._incoming[1]

    @property
    def in_edges(self) -> NDArray[np.int64]:
        """(E,) int64: place of each incoming edge in `out_indices` and `weights`."""
        return self._incoming[2]

    @cached_property
    def out_degree(self) -> NDArray[np.int64]:
        """(N,) int64: number of neurons each one sends to."""
        return _frozen(np.diff(self.out_indptr))

    @cached_property
    def in_degree(self) -> NDArray[np.int64]:
        """(N,) int64: number of neurons each one receives from."""
        return _frozen(
            np.bincount(self.out_indices, minlength=self.n_nodes).astype(np.int64, copy=False)
        )

    @cached_property
    def has_self_loops(self) -> bool:
        """Whether an edge joins a node to itself; only with ``self_loops="keep"``."""
        return bool(np.any(self.out_sources == self.out_indices))

    def edges(self) -> pd.DataFrame:
        """Edge table: ``pre_id``, ``post_id``, ``weight``, sorted by sender, then receiver.

        Where the graph knows it, also ``confidence``.
        """
        import pandas as pd

        columns: dict[str, Any] = {
            "pre_id": self.node_ids[self.out_sources],
            "post_id": self.node_ids[self.out_indices],
            "weight": self.weights,
        }
        if self.confidence is not None:
            columns["confidence"] = self.confidence
        return pd.DataFrame(columns)

    # ---------------------------------------------------------------- other graphs from it

    def without_self_loops(self) -> Graph:
        """Return the same graph without self-loops; itself where it has none."""
        if not self.has_self_loops:
            return self
        return self.edges_kept(self.out_sources != self.out_indices)

    def edges_kept(self, keep: NDArray[np.bool_]) -> Graph:
        """Return the graph on the same nodes with some of its edges.

        Parameters
        ----------
        keep : (E,) array of bool
            In the order of `edges`.

        Examples
        --------
        >>> g = Graph.from_edges([1, 2], [2, 1], weight=[3, 8])
        >>> g.edges_kept(g.weights > 5).edges().to_numpy().tolist()
        [[2, 1, 8]]
        """
        kept = np.asarray(keep)
        if kept.dtype != np.bool_ or kept.shape != (self.n_edges,):
            msg = (
                f"keep must be {self.n_edges:,} of True and False, one for each edge, got "
                f"{kept.dtype} of shape {kept.shape}."
            )
            raise ValueError(msg)
        return self.with_edges(
            self.out_sources[kept],
            self.out_indices[kept],
            self.weights[kept],
            None if self.confidence is None else self.confidence[kept],
        )

    def symmetrized(self) -> Graph:
        """Return the undirected simplified graph: each joined pair has an edge both ways.

        The weight both ways is the sum of the weights of the two directions.
        """
        pre = np.concatenate([self.out_sources, self.out_indices])
        post = np.concatenate([self.out_indices, self.out_sources])
        twice = None if self.confidence is None else np.tile(self.confidence, 2)
        return self.with_edges(pre, post, np.concatenate([self.weights, self.weights]), twice)

    def with_edges(
        self,
        senders: NDArray[Any],
        receivers: NDArray[Any],
        weights: Weights | None = None,
        confidence: ArrayLike | None = None,
    ) -> Graph:
        """Return a graph on the same nodes with other edges.

        Parameters
        ----------
        senders, receivers : (M,) int
            Dense indices, not ids. Parallel edges are added up, self-loops kept.
        weights : (M,) array, optional
            1 for every edge where left out.
        confidence : (M,) array, optional
            Not known where left out.
        """
        return Graph._from_dense(
            np.asarray(senders, dtype=np.int32),
            np.asarray(receivers, dtype=np.int32),
            as_weights(weights, len(senders)),
            self.node_ids,
            nodes=self._nodes,
            self_loops="keep",
            parallel="sum",
            name=self.name,
            weight_meaning=self.weight_meaning if weights is not None else "",
            how_counted=self.how_counted,
            confidence=as_confidence(confidence, len(senders)),
        )

    def subgraph(self, node_ids: ArrayLike) -> Graph:
        """Return the graph induced on some nodes, in the order of this graph.

        Parameters
        ----------
        node_ids : array of int
            Ids, each in the graph.
        """
        wanted = Positions(self.node_ids)(as_ids(node_ids, "node_ids"), "node_ids")
        chosen = np.zeros(self.n_nodes, dtype=bool)
        chosen[wanted] = True
        new = np.cumsum(chosen, dtype=np.int32) - np.int32(1)
        keep = chosen[self.out_sources] & chosen[self.out_indices]
        return Graph._from_dense(
            new[self.out_sources[keep]],
            new[self.out_indices[keep]],
            self.weights[keep],
            self.node_ids[chosen],
            nodes=None if self._nodes is None else self._nodes[chosen],
            self_loops="keep",
            parallel="sum",
            name=self.name,
            weight_meaning=self.weight_meaning,
            how_counted=self.how_counted,
            confidence=None if self.confidence is None else self.confidence[keep],
        )

    def named(self, name: str) -> Graph:
        """Return the same graph under another name, as tables and pictures will call it.

        Examples
        --------
        >>> Graph.from_edges([1], [2], name="larva").named("larva left").name
        'larva left'
        """
        make, (arrays, options) = self.__reduce__()
        renamed: Graph = make(arrays, options | {"name": name})
        return renamed

    def in_order(self, positions: ArrayLike) -> Graph:
        """Return the same graph with its nodes in another order.

        Parameters
        ----------
        positions : (N,) array of int
            Positions of the nodes in this graph, each once.

        Raises
        ------
        ValueError
            Where a position is missing or stands twice.
        """
        order = np.asarray(positions)
        if not np.array_equal(np.sort(order), np.arange(self.n_nodes)):
            msg = f"positions must hold each of 0 to {self.n_nodes - 1:,} once."
            raise ValueError(msg)
        new = np.empty(self.n_nodes, dtype=np.int32)
        new[order] = np.arange(self.n_nodes, dtype=np.int32)
        return Graph._from_dense(
            new[self.out_sources],
            new[self.out_indices],
            self.weights,
            self.node_ids[order],
            nodes=None if self._nodes is None else self._nodes.iloc[order],
            self_loops="keep",
            parallel="sum",
            name=self.name,
            weight_meaning=self.weight_meaning,
            how_counted=self.how_counted,
            confidence=self.confidence,
        )

    # ---------------------------------------------------------------- to other libraries

    def to_scipy(self) -> scipy.sparse.csr_array:
        """(N, N) CSR array; ``[i, j]`` is the weight from node i to node j. A copy.

        Its ``indices`` and ``indptr`` are both int32, and both int64 beyond 2**31 - 1 edges:
        ``scipy.sparse.csgraph`` takes nothing in between.
        """
        import scipy.sparse as sp

        # Arrays of two widths would both be widened to int64, which csgraph of old scipy refuses.
        width = np.int32 if self.n_edges <= np.iinfo(np.int32).max else np.int64
        return sp.csr_array(
            (self.weights.copy(), self.out_indices.astype(width), self.out_indptr.astype(width)),
            shape=(self.n_nodes, self.n_nodes),
        )

    def to_networkx(self) -> networkx.DiGraph[int]:
        """networkx DiGraph: nodes are ids with the node table's columns, edges have ``weight``."""
        from .convert.to_networkx import to_networkx

        return to_networkx(self)

    def to_igraph(self) -> igraph.Graph:
        """igraph Graph: vertex attribute ``node_id`` and the node table, edge ``weight``."""
        from .convert.to_igraph import to_igraph

        return to_igraph(self)

    def to_graph_tool(self) -> graph_tool.Graph:
        """graph-tool Graph with property maps ``node_id`` and ``weight`` and the node table."""
        from .convert.to_graph_tool import to_graph_tool

        return to_graph_tool(self)

    def to_pyg(self) -> torch_geometric.data.Data:
        """PyTorch Geometric Data: ``edge_index`` (2, E), ``edge_weight`` (E,), ``node_id`` (N,)."""
        from .convert.to_pyg import to_pyg

        return to_pyg(self)

    # ---------------------------------------------------------------- how it looks

    def __repr__(self) -> str:
        title = f"Graph {self.name!r}" if self.name else "Graph"
        weight = f", weight: {self.weight_meaning}" if self.weight_meaning else ""
        return f"{title}: {self.n_nodes:,} nodes, {self.n_edges:,} edges{weight}"

    def equals(self, other: Graph) -> bool:
        """Whether both have the same node ids, edges, weights and confidences."""
        mine, others = self.confidence, other.confidence
        if mine is None or others is None:
            if mine is not others:
                return False
        elif not np.array_equal(mine, others):
            return False
        return (
            np.array_equal(self.node_ids, other.node_ids)
            and np.array_equal(self.out_indptr, other.out_indptr)
            and np.array_equal(self.out_indices, other.out_indices)
            and np.array_equal(self.weights, other.weights)
        )


def _make(arrays: tuple[Any, ...], options: dict[str, Any]) -> Graph:
    return Graph(*(np.array(array) for array in arrays), **options)


def require_graph(g: object) -> None:
    """Raise TypeError where something else than a `Graph` was given, saying how to make one."""
    if not isinstance(g, Graph):
        msg = (
            f"A Graph is wanted, got {type(g).__module__}.{type(g).__qualname__}. Make one with "
            "Connectome.graph, Graph.from_edges, Graph.from_adjacency or Graph.from_networkx."
        )
        raise TypeError(msg)


def _all_ids(
    senders: NDArray[np.int64],
    receivers: NDArray[np.int64],
    node_ids: ArrayLike | None,
    nodes: pd.DataFrame | None,
) -> NDArray[np.int64]:
    if nodes is not None:
        if "node_id" not in nodes.columns:
            msg = f"nodes must have a column node_id, got {', '.join(map(str, nodes.columns))}."
            raise ValueError(msg)
        ids = as_ids(nodes["node_id"].to_numpy(), "nodes.node_id")
        if node_ids is not None and not np.array_equal(ids, as_ids(node_ids, "node_ids")):
            msg = "node_ids and nodes.node_id differ; give one of them."
            raise ValueError(msg)
    elif node_ids is not None:
        ids = as_ids(node_ids, "node_ids")
    else:
        return np.unique(np.concatenate([senders, receivers]))
    require_unique(ids)
    return ids


def _aligned(matrix: pd.DataFrame) -> tuple[NDArray[Any], list[Any]]:
    rows, columns = matrix.index, matrix.columns
    if matrix.shape[0] != matrix.shape[1]:
        msg = f"An adjacency matrix must be square, got {matrix.shape[0]} x {matrix.shape[1]}."
        raise ValueError(msg)
    if not rows.equals(columns):
        if set(rows) != set(columns) or rows.has_duplicates:
            msg = "The rows and columns of the matrix must have the same labels, each once."
            raise ValueError(msg)
        matrix = matrix[rows]
    return matrix.to_numpy(), list(rows)


def _ids_of_labels(labels: list[Any]) -> tuple[NDArray[np.int64], pd.DataFrame | None]:
    """Integer labels are the ids; other labels are names of neurons numbered 1 ... N."""
    import pandas as pd

    if all(isinstance(x, (int, np.integer)) and not isinstance(x, bool) for x in labels):
        return as_ids([int(x) for x in labels], "the labels of the matrix"), None
    ids = np.arange(1, len(labels) + 1)
    return ids, pd.DataFrame({"node_id": ids, "name": [str(x) for x in labels]})


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    """A view that nobody can make writable again: its base is read-only too."""
    array.setflags(write=False)
    return array.view()
