"""Descriptive numbers: how large, dense and connected the wiring of one connectome is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from connectome_analysis import Graph


def describe(g: Graph) -> pd.Series:
    """Count and measure one graph.

    Returns
    -------
    Series, index the names of the numbers
        ``neurons``; ``connections`` (ordered pairs, without self-connections); ``autapses``
        (self-connections left out); ``density``, ``reciprocity`` and ``transitivity`` as in
        `connectome_analysis.measures`; ``largest_strong`` and ``largest_weak`` (neurons in the
        largest component); ``isolated`` (neurons without a connection).
    """
    import pandas as pd

    from connectome_analysis import measures

    def largest(kind: str) -> int:
        sizes = measures.components(g, "strong" if kind == "strong" else "weak")["size"]
        return int(sizes.max()) if len(sizes) else 0

    return pd.Series(
        {
            "neurons": g.n_nodes,
            "connections": g.n_edges,
            "autapses": g.n_self_loops_dropped,
            "density": measures.density(g),
            "reciprocity": measures.reciprocity(g),
            "transitivity": measures.transitivity(g),
            "largest_strong": largest("strong"),
            "largest_weak": largest("weak"),
            "isolated": int(((g.in_degree + g.out_degree) == 0).sum()),
        },
        name=g.name,
        dtype=object,
    )
