"""Profiles: a table of motif profiles, and what follows from it - distances and a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from ..measures.choice import require_choice
from .profile_vectors import Measure

if TYPE_CHECKING:
    import pandas as pd

Metric: TypeAlias = Literal["correlation", "cosine", "euclidean"]
Which: TypeAlias = Literal["profile", "aware_profile", "imputed_profile"]
Method: TypeAlias = Literal["average", "complete", "single", "ward"]


@dataclass(frozen=True, eq=False, repr=False)
class MotifProfiles:
    """Motif profiles of several connectomes; made by `motif_profiles`.

    Attributes
    ----------
    table : DataFrame, one row per connectome, null and motif
        ``connectome``, ``null_model``, ``motif``; ``observed``, ``null_mean``, ``null_sd``, ``z``
        (0 where no sample differs from the graph), ``z_se``, what a finite number of samples leaves
        open of it where counts are about normal; ``p_value``, ``q_value``; ``profile``, of unit
        length. Where an error model was given ``aware_z``, ``aware_q_value`` and ``aware_profile``
        against nulls with the same errors; ``imputed_profile``, mean over true graphs drawn from
        the posterior, with ``low`` and ``high``; NaN for connectomes without a model.
        ``n_samples``.
    significance : mapping from (connectome, null model) to DataFrame
        The whole tables of `motifs.significance`, which know their seed and mixing.
    measure : {"z", "ratio"}
    level : float or None
        Of the intervals; None where there are none.
    """

    table: pd.DataFrame
    significance: dict[tuple[str, str], pd.DataFrame]
    measure: Measure
    level: float | None

    @property
    def connectomes(self) -> list[str]:
        """Names, in the order given."""
        return list(dict.fromkeys(self.table["connectome"]))

    @property
    def nulls(self) -> list[str]:
        """Null models, in the order given."""
        return list(dict.fromkeys(self.table["null_model"]))

    def __repr__(self) -> str:
        return (
            f"MotifProfiles of {', '.join(self.connectomes)} against {', '.join(self.nulls)}; "
            f"see .table, .wide(), .distances(), .linkage() and ca.plot.profile_tree."
        )

    def null(self, given: str | None = None) -> str:
        """Return the null asked for; the last of several where none was.

        Raises
        ------
        ValueError
            Where there is no such null.
        """
        if given is None:
            return self.nulls[-1]
        require_known("null", given, self.nulls)
        return given

    def wide(self, null: str | None = None, which: Which = "profile") -> pd.DataFrame:
        """One row per connectome, one column per motif.

        Parameters
        ----------
        null : str, optional
            The last of those given by default.
        which : {"profile", "aware_profile", "imputed_profile"}
            Against nulls without errors, against nulls with errors, or of the imputed true graph.
            The last two need an error model for every connectome.
        """
        require_choice("which", which, get_args(Which))
        rows = self.table[self.table["null_model"] == self.null(null)]
        lacking = (
            self.connectomes
            if which not in rows.columns
            else sorted(
                set(rows["connectome"][rows.groupby("connectome")[which].transform("count") == 0])
            )
        )
        if lacking:
            msg = (
                f"{which} needs an error model of every connectome and a null that takes one; it is "
                f"not known of {', '.join(lacking)}."
            )
            raise ValueError(msg)
        motifs = list(dict.fromkeys(rows["motif"]))
        table = rows.pivot_table(
            index="connectome", columns="motif", values=which, dropna=False, sort=False
        )
        return table.loc[self.connectomes, motifs]

    def distances(
        self, null: str | None = None, *, metric: Metric = "correlation", which: Which = "profile"
    ) -> pd.DataFrame:
        """How unlike the profiles of each two connectomes are.

        Parameters
        ----------
        null, which
            As for `wide`.
        metric : {"correlation", "cosine", "euclidean"}
            1 - Pearson's r over the motifs, which Milo et al. 2004 cluster by; 1 - the cosine of
            the angle; or the length of the difference. A motif that is not known of one is left out
            of that pair.

        Returns
        -------
        (C, C) DataFrame, symmetric, 0 on the diagonal
            NaN where a profile is the same for all motifs, which correlates with nothing.
        """
        import pandas as pd

        require_choice("metric", metric, get_args(Metric))
        wide = self.wide(null, which)
        values = profile_distances(wide.to_numpy(np.float64), metric)
        return pd.DataFrame(values, index=wide.index, columns=wide.index.rename(None))

    def linkage(
        self,
        null: str | None = None,
        *,
        method: Method = "average",
        metric: Metric = "correlation",
        which: Which = "profile",
    ) -> NDArray[np.float64]:
        """Hierarchical clustering of the profiles, as ``scipy.cluster.hierarchy.linkage`` has it.

        Parameters
        ----------
        null, metric, which
            As for `distances`.
        method : {"average", "complete", "single", "ward"}
            "ward" is for the metric "euclidean" only.

        Returns
        -------
        (C - 1, 4) float64
            Leaves are the connectomes in the order given, the most alike beside each other.

        Raises
        ------
        ValueError
            Where there are fewer than two connectomes or a distance is not known.
        """
        from scipy.cluster.hierarchy import linkage, optimal_leaf_ordering
        from scipy.spatial.distance import squareform

        require_choice("method", method, get_args(Method))
        if method == "ward" and metric != "euclidean":
            msg = f"method='ward' is for metric='euclidean', got {metric!r}."
            raise ValueError(msg)
        table = self.distances(null, metric=metric, which=which)
        if len(table) < 2:
            msg = f"A tree needs two connectomes or more, got {len(table)}."
            raise ValueError(msg)
        unknown = table.columns[table.isna().all(axis=1) | table.isna().any(axis=1)]
        if len(unknown):
            msg = (
                f"The profile of {unknown[0]} has no distance to others: it is the same for all "
                "motifs. Leave it out, or take metric='euclidean'."
            )
            raise ValueError(msg)
        condensed = squareform(table.to_numpy(), checks=False)
        tree: NDArray[np.float64] = linkage(condensed, method)
        return np.asarray(optimal_leaf_ordering(tree, condensed))


def profile_distances(
    profiles: NDArray[np.float64], metric: Metric = "correlation"
) -> NDArray[np.float64]:
    """(C, C) distances between the rows of (C, K) profiles; see `MotifProfiles.distances`.

    Examples
    --------
    >>> profile_distances(np.array([[1.0, 0.0], [0.0, 1.0]]), "cosine").tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    count = len(profiles)
    result = np.zeros((count, count))
    for i in range(count):
        for j in range(i):
            known = np.isfinite(profiles[i]) & np.isfinite(profiles[j])
            a, b = profiles[i][known], profiles[j][known]
            if metric == "euclidean":
                value = float(np.linalg.norm(a - b))
            else:
                if metric == "correlation" and len(a):
                    a, b = a - a.mean(), b - b.mean()
                length = float(np.linalg.norm(a) * np.linalg.norm(b))
                value = max(1.0 - float(a @ b) / length, 0.0) if length > 0 else np.nan
            result[i, j] = result[j, i] = value
    return result


def require_known(argument: str, given: object, known: list[str]) -> None:
    """Raise a ValueError where something is not among those that a result has."""
    if given not in known:
        msg = f"{argument} must be one of {', '.join(map(repr, known))}, got {given!r}."
        raise ValueError(msg)
