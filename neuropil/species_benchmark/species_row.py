"""Species row: what a connectome is and how it is wired, without any null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..report.descriptive_numbers import describe

if TYPE_CHECKING:
    from connectome_analysis import Connectome, Graph

    from .declared import Dataset

# Beyond so many neurons, path lengths are means over paths from as many, drawn at random.
_PATH_SOURCES = 2_000


def species_row(dataset: Dataset, connectome: Connectome, g: Graph, seed: int) -> dict[str, Any]:
    """Describe one dataset.

    Returns
    -------
    dict
        ``dataset``, ``species``, ``sex``, ``stage``, ``weight``, ``licence``; the numbers of `describe`;
        ``path_length`` (mean, directed, in the largest strong component), ``path_length_sources`` (0 where
        all were taken); ``clustering_over_er``, ``path_length_over_er`` and ``small_worldness`` by the
        formulas of Lin et al. 2024 (doi:10.1038/s41586-024-07968-y).
    """
    from connectome_analysis import measures

    m = connectome.manifest
    sources = _PATH_SOURCES if g.n_nodes > _PATH_SOURCES else None
    world = measures.small_world(g, sources=sources, rng=seed, n_jobs=1)
    return {
        "dataset": dataset.name,
        "species": m.species or "",
        "sex": m.sex or "",
        "stage": m.stage or "",
        "weight": g.weight_meaning or "of unstated meaning",
        "licence": m.licence or "not stated",
        "citation": "; ".join(m.citation),
        **{str(name): value for name, value in describe(g).items() if name != "autapses"},
        "path_length": float(world["path_length"]),
        "path_length_sources": sources or 0,
        "clustering_over_er": float(world["clustering_ratio"]),
        "path_length_over_er": float(world["path_length_ratio"]),
        "small_worldness": float(world["small_worldness"]),
    }
