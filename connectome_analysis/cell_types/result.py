"""Result: a label and a confidence for each neuron, what was chosen and why, ready for SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd


def _no_scores() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame()


@dataclass(frozen=True, repr=False)
class CellTypes:
    """Cell types found or transferred, neuron by neuron.

    Attributes
    ----------
    node_ids : (N,) int64
    labels : (N,) object
        Type of each neuron: numbers of clusters, 0 the largest, or names of types. None is unknown.
    confidence : (N,) float64
        How sure each label is, from 0 to 1; what it measures stands in `confidence_is`. NaN where
        it is not known.
    method : str
    chosen : str
        What was chosen, the number of types for instance, and why.
    confidence_is : str
    seed : int or None
        The same seed gives the same labels.
    scores : DataFrame
        One row per candidate that the criterion was asked about; empty where there was none.
    guess : (N,) object or None
        The likeliest type also where `labels` says unknown; None where the two are the same.
    levels : (L, N) object or None
        Labels of a hierarchy, finest first.
    linkage : (M - 1, 4) float64 or None
        Dendrogram of the M neurons that have a type, in their order, as ``scipy.cluster.hierarchy``
        has it.
    embedding : (N, D) float64 or None
        Coordinates in which neurons were clustered.
    facts : dict
        Other numbers, such as ``description_length``.
    """

    node_ids: NDArray[np.int64]
    labels: NDArray[np.object_]
    confidence: NDArray[np.float64]
    method: str
    chosen: str
    confidence_is: str = ""
    seed: int | None = None
    scores: pd.DataFrame = field(default_factory=_no_scores)
    guess: NDArray[np.object_] | None = None
    levels: NDArray[np.object_] | None = None
    linkage: NDArray[np.float64] | None = None
    embedding: NDArray[np.float64] | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def n_types(self) -> int:
        """Number of types that some neuron has."""
        return len({label for label in self.labels if label is not None})

    @property
    def n_unknown(self) -> int:
        """Neurons without a type."""
        return sum(label is None for label in self.labels)

    def to_frame(self) -> pd.DataFrame:
        """One row per neuron, index ``node_id``: ``label``, ``confidence`` and what else is known.

        ``guess`` where unknown is an answer, and ``level_1``, ... of a hierarchy. ``Connectome.register``
        takes it as it is.
        """
        import pandas as pd

        columns: dict[str, Any] = {"label": column(self.labels), "confidence": self.confidence}
        if self.guess is not None:
            columns["guess"] = column(self.guess)
        if self.levels is not None:
            columns |= {f"level_{k}": column(each) for k, each in enumerate(self.levels[1:], 1)}
        table = pd.DataFrame(columns, index=pd.Index(self.node_ids, name="node_id"))
        table.attrs |= {
            "method": self.method,
            "chosen": self.chosen,
            "confidence_is": self.confidence_is,
            "seed": self.seed,
            "n_types": self.n_types,
            "n_unknown": self.n_unknown,
            **self.facts,
        }
        return table

    def __repr__(self) -> str:
        unknown = f", {self.n_unknown:,} unknown" if self.n_unknown else ""
        known = self.confidence[np.isfinite(self.confidence)]
        sure = f"; median confidence {np.median(known):.2f}" if len(known) else ""
        return (
            f"CellTypes by {self.method}: {self.n_types:,} types of {len(self.labels):,} neurons"
            f"{unknown}{sure}. {self.chosen}"
        )


def column(labels: NDArray[np.object_]) -> Any:
    """Labels as a pandas array with missing values: whole numbers as Int64, the rest as text."""
    import pandas as pd

    known = [label for label in labels if label is not None]
    if all(isinstance(label, (int, np.integer)) for label in known):
        return pd.array([pd.NA if x is None else int(x) for x in labels], dtype="Int64")
    return pd.array([None if x is None else str(x) for x in labels], dtype=object)


def as_objects(values: Iterable[Any]) -> NDArray[np.object_]:
    """(N,) object array of plain Python values."""
    listed = list(values)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array


def by_size(raw: NDArray[Any]) -> NDArray[np.int64]:
    """Number groups by falling size, ties by the first member.

    Examples
    --------
    >>> by_size(np.array([7, 3, 3, 9])).tolist()
    [1, 0, 0, 2]
    """
    if len(raw) == 0:
        return np.zeros(0, dtype=np.int64)
    _, first, number, size = np.unique(
        raw, return_index=True, return_inverse=True, return_counts=True
    )
    place = np.empty(len(size), dtype=np.int64)
    place[np.lexsort((first, -size))] = np.arange(len(size))
    return place[number]
