"""Imputed profiles: the profile of the true graph, and how far errors of reconstruction leave it open."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors.imputation.imputation import impute
from ..motifs.significance import significance
from .profile_vectors import Floats, Measure, profile_of

if TYPE_CHECKING:
    import distributed
    import pandas as pd

    from ..errors.error_model import ErrorModel
    from ..graph import Graph
    from ..null_models.ensemble import Progress


@dataclass(frozen=True)
class ProfileOfDraw:
    """Profile of one true graph, against nulls of its own.

    Nulls are drawn anew for each graph from a seed that its edges give, so that the same graph has
    the same profile on any thread.
    """

    null_model: str
    nulls_per_draw: int
    size: int
    measure: Measure
    motifs: tuple[str, ...]
    options: tuple[tuple[str, Any], ...]

    def __call__(self, g: Graph) -> pd.Series[float]:
        """(K,) Series, index the motifs."""
        import pandas as pd

        table: Any = significance(
            g,
            self.null_model,  # type: ignore[arg-type]
            self.nulls_per_draw,
            size=self.size,  # type: ignore[arg-type]
            rng=zlib.crc32(np.ascontiguousarray(g.out_indices).tobytes()),
            n_jobs=1,
            **dict(self.options),
        )
        return pd.Series(
            profile_of(table.loc[list(self.motifs)], self.measure), index=list(self.motifs)
        )


def imputed_profile(
    g: Graph,
    model: ErrorModel,
    profile: ProfileOfDraw,
    *,
    n_draws: int,
    level: float,
    seed: int,
    n_jobs: int | None,
    client: distributed.Client | None,
    progress: Progress | None,
) -> tuple[Floats, Floats, Floats]:
    """Mean, low and high of each motif's entry over graphs drawn from the posterior.

    Returns
    -------
    mean, low, high : (K,) float64
        The interval holds both what errors leave open and the chance of a finite number of nulls,
        so that it is rather too wide.
    """
    table = impute(
        g,
        model,
        {"profile": profile},
        n_draws=n_draws,
        level=level,
        rng=seed,
        n_jobs=n_jobs,
        client=client,
        progress=progress,
    )
    mean, low, high = (table[name].to_numpy(np.float64) for name in ("estimate", "low", "high"))
    return mean, low, high
