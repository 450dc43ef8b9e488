"""Spectral clusters: a mixture of normal distributions in the space of an embedding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..convert.missing_library import missing_library
from ..whole_numbers import require_whole
from .found import Found
from .silhouettes import candidate_numbers
from .spectral_embedding import Kind, spectral_embedding
from .wiring_profiles import Value

if TYPE_CHECKING:
    from ..graph import Graph

_BEYOND_THE_BEST = 8


def spectral(
    g: Graph,
    n_types: int | None,
    *,
    seed: int,
    embedding: Kind = "adjacency",
    others: Sequence[Graph] = (),
    n_dimensions: int | None = None,
    value: Value = "log",
    covariance: str = "diag",
    most_types: int = 100,
    n_starts: int = 3,
) -> Found:
    """Gaussian mixture, the number of its parts by the Bayesian information criterion.

    Parameters
    ----------
    embedding, n_dimensions, value
        As for `spectral_embedding`.
    others : sequence of Graph
        Further graphs of the same neurons, for ``embedding="omnibus"``.
    covariance : {"diag", "full", "tied", "spherical"}
        Of each part; see ``sklearn.mixture.GaussianMixture``.
    most_types : int
        Numbers up to this are tried, until the criterion has not improved on 8 running.
    n_starts : int
        Starts of the fit to each number.
    """
    try:
        from sklearn.mixture import GaussianMixture
    except ImportError as error:
        raise missing_library("sklearn", "pip install 'neuropil[gnn]'") from error
    import warnings

    require_whole("most_types", most_types)
    require_whole("n_starts", n_starts)
    if others and embedding != "omnibus":
        msg = f"others= belongs to embedding='omnibus', got embedding={embedding!r}."
        raise ValueError(msg)
    if embedding == "omnibus" and not others:
        msg = (
            "embedding='omnibus' is of several graphs; give others=, or take embedding='adjacency'."
        )
        raise ValueError(msg)
    found = spectral_embedding([g, *others], embedding, n_dimensions, value=value, rng=seed)
    points = found.points
    spread = points.std()
    scaled = points / spread if spread > 0 else points

    def fit(k: int) -> Any:
        mixture = GaussianMixture(
            k,
            covariance_type=covariance,
            n_init=n_starts,
            random_state=seed % 2**32,
            reg_covar=1e-4,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a start did not converge: others are compared
            return mixture.fit(scaled)

    fixed = {"n_dimensions": found.n_dimensions}
    scores = None
    if n_types is None:
        import pandas as pd

        tried: dict[int, tuple[float, Any]] = {}
        worse = 0
        for k in [1, *candidate_numbers(min(most_types, g.n_nodes - 1))]:
            mixture = fit(k)
            tried[k] = (float(mixture.bic(scaled)), mixture)
            worse = 0 if min(tried, key=lambda m: tried[m][0]) == k else worse + 1
            if worse >= _BEYOND_THE_BEST:
                break
        n_types = min(tried, key=lambda m: tried[m][0])
        best = tried[n_types][1]
        scores = pd.DataFrame({"n_types": list(tried), "bic": [each[0] for each in tried.values()]})
        chosen = f"the lowest BIC, {tried[n_types][0]:,.0f}, of {len(tried)} numbers tried"
    else:
        best, chosen = fit(n_types), "as many as asked for"
    chance = best.predict_proba(scaled)
    labels = chance.argmax(axis=1).astype(np.int64)
    return Found(
        labels,
        chosen,
        scores=scores,
        embedding=points,
        probability=chance[np.arange(len(labels)), labels],
        probability_is="posterior probability of its part of the mixture",
        fixed=fixed,
        facts={
            "embedding": embedding,
            "n_dimensions": found.n_dimensions,
            "covariance": covariance,
        },
    )
