"""Profile vectors: what many motifs of one graph say together, as a vector of length 1.

Counts and z-scores grow with the size of a graph; their proportions do not, so that networks of all
sizes can be held beside each other (Milo et al. 2004, doi:10.1126/science.1089167).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Measure: TypeAlias = Literal["z", "ratio"]
Floats: TypeAlias = NDArray[np.float64]

# Milo's epsilon: a class that neither the graph nor its nulls have says nothing.
_FEW = 4.0


def of_unit_length(values: Floats) -> Floats:
    """Divide by the length; what is not known counts as nothing and stays unknown.

    Examples
    --------
    >>> of_unit_length(np.array([3.0, np.nan, -4.0])).tolist()
    [0.6, nan, -0.8]
    >>> of_unit_length(np.zeros(2)).tolist()
    [0.0, 0.0]
    """
    length = float(np.sqrt(np.nansum(values**2)))
    return values / length if length > 0 else values


def z_scores(table: pd.DataFrame, prefix: str = "") -> Floats:
    """(K,) z of each motif; 0 where no sample differs from the graph.

    NaN where the graph differs from samples that are all the same: no z says how far.

    Parameters
    ----------
    table : DataFrame
        Of ``ca.motifs.significance``.
    prefix : {"", "aware_"}
    """
    z = table[f"{prefix}z"].to_numpy(np.float64).copy()
    same = table["observed"].to_numpy(np.float64) == table[f"{prefix}null_mean"].to_numpy(
        np.float64
    )
    z[np.isnan(z) & same] = 0.0
    return z


def abundances(table: pd.DataFrame, prefix: str = "") -> Floats:
    """(K,) (observed - mean) / (observed + mean + 4) of each motif.

    Milo et al. 2004, note 12: motifs of four neurons have z-scores that follow the size of a graph,
    and this does not.
    """
    observed = table["observed"].to_numpy(np.float64)
    mean = table[f"{prefix}null_mean"].to_numpy(np.float64)
    result: Floats = (observed - mean) / (observed + mean + _FEW)
    return result


def profile_of(table: pd.DataFrame, measure: Measure, prefix: str = "") -> Floats:
    """(K,) profile of unit length of a table of ``ca.motifs.significance``."""
    return of_unit_length((z_scores if measure == "z" else abundances)(table, prefix))
