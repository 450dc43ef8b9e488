"""Conformal sets: types among which the true one is, as often as promised, whatever the model is worth.

Split conformal prediction (Vovk, Gammerman and Shafer 2005, doi:10.1007/b106715; Sadinle, Lei and
Wasserman 2019, doi:10.1080/01621459.2017.1395341): how surprising the true type was to the model is
looked up for neurons it never saw, and types at most as surprising as the share promised of those are
in the set. The promise holds for neurons that are drawn as those were (exchangeable with them): not for
another hemisphere, individual or kind of error, unless neurons of it were looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ConformalSets:
    """How surprising true types were, and the sets that follow.

    Attributes
    ----------
    surprise : (M,) float64
        1 - probability of the true type, of each neuron looked at.
    number : (M,) int64
        Its type.
    n_types : int

    Examples
    --------
    >>> probability = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.3, 0.7]])
    >>> sets = ConformalSets.of(probability, [0, 0, 1, 0])
    >>> sets.members(probability, coverage=0.5).tolist()
    [[True, False], [True, False], [False, True], [False, True]]
    """

    surprise: NDArray[np.float64]
    number: NDArray[np.int64]
    n_types: int

    @classmethod
    def of(cls, probability: NDArray[np.floating], number: ArrayLike) -> ConformalSets:
        """Look at neurons whose type is known.

        Parameters
        ----------
        probability : (M, T)
        number : (M,) int in [0, T)
            Neurons of types the model does not know have no place here; leave them out.
        """
        where = np.asarray(number, dtype=np.int64)
        right = probability[np.arange(len(where)), where].astype(np.float64)
        return cls(1.0 - right, where, probability.shape[1])

    def thresholds(self, coverage: float, *, by_type: bool = False) -> NDArray[np.float64]:
        """(T,) surprise up to which each type is in a set; infinite where too few were looked at.

        The ceil((M + 1) coverage)-th least of M, so that a new neuron's is at most that with a
        probability of at least `coverage`, and at most `coverage` + 1 / (M + 1).
        """
        if not 0 < coverage < 1:
            msg = f"coverage must lie between 0 and 1, got {coverage!r}; 0.9 is usual."
            raise ValueError(msg)
        if not by_type:
            return np.full(self.n_types, _least(self.surprise, coverage))
        return np.array(
            [_least(self.surprise[self.number == k], coverage) for k in range(self.n_types)]
        )

    def members(
        self, probability: NDArray[np.floating], coverage: float = 0.9, *, by_type: bool = False
    ) -> NDArray[np.bool_]:
        """(N, T) whether each type is in each neuron's set.

        Parameters
        ----------
        probability : (N, T)
        coverage : float in (0, 1)
        by_type : bool
            Promise it for the neurons of every type (class-conditional), not for all together:
            types of which few were looked at are in every set.
        """
        within: NDArray[np.bool_] = (1.0 - probability) <= self.thresholds(
            coverage, by_type=by_type
        )
        return within


def _least(surprise: NDArray[np.float64], coverage: float) -> float:
    # Rounding must not lift a whole number by one: 0.9 * 10 is 9.000000000000002 in some orders.
    rank = int(np.ceil((len(surprise) + 1) * coverage - 1e-9))
    if rank > len(surprise):
        return float("inf")
    return float(np.partition(surprise, rank - 1)[rank - 1])


def sets_table(
    node_ids: NDArray[np.int64], members: NDArray[np.bool_], names: list[Any]
) -> pd.DataFrame:
    """Sets as a table: index ``node_id``, ``size`` and ``types``, a list for each neuron."""
    import pandas as pd

    texts = [str(name) for name in names]
    return pd.DataFrame(
        {
            "size": members.sum(axis=1),
            "types": [[texts[k] for k in np.flatnonzero(row)] for row in members],
        },
        index=pd.Index(node_ids, name="node_id"),
    )
