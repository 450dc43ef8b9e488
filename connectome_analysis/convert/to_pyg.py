"""To PyTorch Geometric: ``edge_index``, ``edge_weight`` and ``node_id`` as tensors."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .attributes import node_attributes
from .missing_library import missing_library

if TYPE_CHECKING:
    import torch_geometric.data

    from ..graph import Graph


def to_pyg(graph: Graph) -> torch_geometric.data.Data:
    """PyTorch Geometric Data; raises ImportError naming the extra where it is missing.

    Columns of the node table become tensors of N: whole numbers int64, others float64 (NaN where
    missing); words become places int64 in a list of them called NAME_words, -1 where missing.
    ``edge_confidence`` stands beside ``edge_weight`` where the graph has it.
    """
    try:
        import torch

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch-geometric uses what torch has deprecated
            from torch_geometric.data import Data
    except ImportError as error:
        raise missing_library("torch-geometric", "pip install 'neuropil[gnn]'") from error
    edges = np.stack([graph.out_sources, graph.out_indices]).astype(np.int64)
    result = Data(
        edge_index=torch.from_numpy(edges),
        edge_weight=torch.from_numpy(graph.weights.copy()),
        node_id=torch.from_numpy(graph.node_ids.copy()),
        num_nodes=graph.n_nodes,
    )
    if graph.confidence is not None:
        result.edge_confidence = torch.from_numpy(graph.confidence.copy())
    for name, values in node_attributes(graph).items():
        if name in _TAKEN:
            continue
        column, words = as_numbers(values)
        result[name] = torch.from_numpy(column)
        if words is not None:
            result[f"{name}_words"] = words
    return result


_TAKEN = ("edge_index", "edge_weight", "edge_confidence", "num_nodes")


def as_numbers(values: list[Any]) -> tuple[NDArray[Any], list[str] | None]:
    """A column as numbers, and for words the list that the numbers are places in.

    Examples
    --------
    >>> as_numbers(["KC", None, "PN", "KC"])
    (array([ 0, -1,  1,  0]), ['KC', 'PN'])
    >>> as_numbers([1, None])[0].tolist()
    [1.0, nan]
    """
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, (int, float)) for value in known):
        if len(known) == len(values) and all(isinstance(value, int) for value in known):
            return np.array(values, dtype=np.int64), None
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64), None
    words = sorted({str(value) for value in known})
    places = {word: place for place, word in enumerate(words)}
    codes = [-1 if value is None else places[str(value)] for value in values]
    return np.array(codes, dtype=np.int64), words
