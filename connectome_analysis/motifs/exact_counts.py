"""Count: how often each motif occurs, exactly, in one table whatever the size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from numpy.typing import ArrayLike

from ..graph import require_graph

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph


def count(
    g: Graph,
    size: Literal[3, 4, 5] = 3,
    *,
    colors: str | ArrayLike | None = None,
    directed: bool = True,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Count the connected motifs of a size: exact and induced.

    Parameters
    ----------
    g : Graph
        Self-loops are left out; weights do not matter.
    size : {3, 4, 5}
        Neurons of a motif. Five only with ``directed=False``.
    colors : str or (N,) array, optional
        Column of ``g.nodes`` or labels: each combination of colors is a motif of its own, see
        `colored_census`. Size 3, directed.
    directed : bool
        False: the graphlets of the undirected simplified graph, G1 and G2 of three neurons, G3 to
        G8 of four, G9 to G29 of five.
    n_jobs : int, optional
        Threads; by default all processors this process may use.

    Returns
    -------
    DataFrame, one row per motif, index ``motif``
        ``plain_name``; ``edges`` of the canonical form, as text; ``count`` int64. Every class has
        its row, also where the count is 0; with colors, the classes that occur.

    Raises
    ------
    ValueError
        For a size that is not counted exactly; `estimate` samples those.

    See Also
    --------
    classes : the same classes with their numbers in other programs

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> worm = ca.open("celegans-varshney2011").graph()
    >>> int(ca.motifs.count(worm, 3)["count"].sum()), int(ca.motifs.count(worm, 4)["count"].sum())
    (37426, 918550)
    """
    from .classes import classes

    require_graph(g)
    if colors is not None:
        if size != 3 or not directed:
            msg = "Colored motifs are counted for size 3, directed; leave colors out otherwise."
            raise ValueError(msg)
        from .colored_triads import colored_census

        return colored_census(g, colors, n_jobs=n_jobs)
    if directed and size == 3:
        from .triad_census import triad_census

        counts = triad_census(g, n_jobs=n_jobs)
    elif directed and size == 4:
        from .four_node_census import four_node_census

        counts = four_node_census(g, n_jobs=n_jobs)
    elif not directed and size in (3, 4, 5):
        from .graphlets import graphlets

        counts = graphlets(g, size, n_jobs=n_jobs)
    else:
        known = "3 and 4" if directed else "3, 4 and 5"
        msg = (
            f"Motifs of {'directed' if directed else 'undirected'} graphs are counted exactly for "
            f"size {known}, got {size!r}; motifs.estimate samples larger ones."
        )
        raise ValueError(msg)
    table = classes(size, directed=directed)[["plain_name", "edges"]]
    return table.assign(count=counts.reindex(table.index).to_numpy())
