"""Circuit motifs: the patterns of excitation and inhibition that have a name, counted.

Names and meaning follow Luo 2021, Architectures of neuronal circuits, doi:10.1126/science.abg7285.
A neuron excites (E, sign +1) or inhibits (I, -1) all that it sends to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..graph import require_graph
from .colored_classes import ORDERS, Cube, layout
from .colored_pairs import pair_counts
from .colored_triads import colored_cubes
from .colors import SIGN_LABELS, sign_codes
from .triads import CONNECTED_TRIADS, TRIADS

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph


class CircuitMotif(NamedTuple):
    """One pattern with a name.

    Attributes
    ----------
    name : str
    motif : str
        MAN name, or ``mutual`` for a pair.
    colors : str
        E or I for each node of the canonical form.
    description : str
    """

    name: str
    motif: str
    colors: str
    description: str


# The patterns of excitation and inhibition that have a name, as `circuit_motifs` counts them.
CIRCUIT_MOTIFS = (
    CircuitMotif("excitatory chain", "021C", "EEE", "Feed-forward excitation without a short cut."),
    CircuitMotif("excitatory divergence", "021D", "EEE", "One neuron excites two."),
    CircuitMotif("excitatory convergence", "021U", "EEE", "Two neurons excite one."),
    CircuitMotif(
        "feed-forward excitation",
        "030T",
        "EEE",
        "A neuron excites another directly and through a third.",
    ),
    CircuitMotif(
        "feed-forward inhibition",
        "030T",
        "EIE",
        "A neuron excites another and an inhibitory neuron that inhibits it.",
    ),
    CircuitMotif(
        "lateral inhibition",
        "021C",
        "EIE",
        "A neuron inhibits another through an inhibitory neuron that does not inhibit it back.",
    ),
    CircuitMotif(
        "feedback inhibition", "mutual", "EI", "A neuron excites one that inhibits it back."
    ),
    CircuitMotif(
        "feedback and lateral inhibition",
        "111U",
        "EIE",
        "An inhibitory neuron inhibits the one that excites it, and another.",
    ),
    CircuitMotif(
        "shared feedback inhibition",
        "201",
        "EIE",
        "Two neurons excite the same inhibitory neuron, which inhibits both: winner takes all.",
    ),
    CircuitMotif(
        "disinhibition",
        "021C",
        "IIE",
        "An inhibitory neuron inhibits another, which releases an excitatory one.",
    ),
    CircuitMotif("mutual inhibition", "mutual", "II", "Two neurons inhibit each other."),
    CircuitMotif("recurrent excitation", "mutual", "EE", "Two neurons excite each other."),
    CircuitMotif(
        "recurrent excitation of three", "030C", "EEE", "Excitation goes round three neurons."
    ),
    CircuitMotif(
        "delayed feedback inhibition",
        "030C",
        "EEI",
        "A neuron is inhibited by one that it excites through another.",
    ),
    CircuitMotif(
        "cyclic inhibition", "030C", "III", "Inhibition goes round three neurons: a ring."
    ),
    CircuitMotif("excitatory clique", "300", "EEE", "Three neurons that all excite each other."),
)


def circuit_motifs(
    g: Graph, sign: str | ArrayLike | pd.Series[Any] = "sign", *, n_jobs: int | None = None
) -> pd.DataFrame:
    """Count the circuit motifs that have a name: disinhibition, feed-forward inhibition and so on.

    Parameters
    ----------
    g : Graph
        Self-loops are left out; weights do not matter.
    sign : str, or (N,) array or Series
        A column of ``g.nodes``, or +1 (excitatory), -1 (inhibitory) or 0 (neither) for each
        neuron; a neuron with 0 or without a sign is in no motif of this table. Of transmitters:
        ``sign=ca.motifs.transmitter_signs(g, glutamate=-1)``.
    n_jobs : int, optional
        Threads; by default all processors this process may use.

    Returns
    -------
    DataFrame, one row per motif, index ``name``
        ``size``, 2 or 3 neurons; ``motif``, the colored class, as in `colored_census`; ``edges``
        in words; ``absent``, the edges between these neurons that an induced occurrence must not
        have; ``induced``, int64, the sets of neurons that have these edges and no others among
        them; ``non_induced``, int64, the sets of edges of this form, whatever else joins the
        neurons, so that one set of neurons may hold several; ``description``. ``attrs`` holds the
        neurons of each sign.

    Raises
    ------
    ValueError
        Where there is no such column, it is empty, or a sign is not +1, -1 or 0.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> table = ca.motifs.circuit_motifs(g)
    >>> table.loc["disinhibition", ["edges", "absent"]].tolist()
    ['I1 -> I2; I2 -> E', 'I1 !> E; I2 !> I1; E !> I1; E !> I2']
    >>> table.loc["disinhibition", ["induced", "non_induced"]].astype(int).to_dict()
    {'induced': 12, 'non_induced': 25}
    """
    import pandas as pd

    require_graph(g)
    codes = sign_codes(g, sign)
    simple = g.without_self_loops()
    edges = (simple.n_nodes, simple.out_sources, simple.out_indices)
    n_colors = len(SIGN_LABELS)
    cubes = colored_cubes(*edges, codes, n_colors, n_jobs)
    _, mutual = pair_counts(*edges, codes, n_colors)
    rows = []
    for one in CIRCUIT_MOTIFS:
        colors = tuple(SIGN_LABELS.index(color) for color in one.colors)
        pair = one.motif == "mutual"
        form = ((0, 1), (1, 0)) if pair else TRIADS[one.motif].edges
        # A mutual pair leaves no edge open, so that both counts are one.
        counts = [int(mutual[min(colors), max(colors)])] * 2
        if not pair:
            counts = [_induced(cubes, one.motif, colors), _non_induced(cubes, one.motif, colors)]
        names = _numbered(one.colors)
        others = [(a, b) for a in range(len(names)) for b in range(len(names)) if a != b]
        rows.append(
            {
                "size": len(colors),
                "motif": f"{one.motif}({','.join(one.colors)})",
                "edges": "; ".join(f"{names[a]} -> {names[b]}" for a, b in form),
                "absent": "; ".join(
                    f"{names[a]} !> {names[b]}" for a, b in others if (a, b) not in form
                ),
                "induced": counts[0],
                "non_induced": counts[1],
                "description": one.description,
            }
        )
    index = pd.Index([one.name for one in CIRCUIT_MOTIFS], name="name", dtype=object)
    table = pd.DataFrame(rows, index=index)
    sizes = np.bincount(codes, minlength=n_colors).tolist()
    table.attrs = {"graph": g.name, "neurons": dict(zip(SIGN_LABELS, sizes, strict=True))}
    return table


def _induced(cubes: dict[str, Cube], motif: str, colors: tuple[int, ...]) -> int:
    cube = cubes[motif]
    first = layout(motif, len(cube)).first
    flat = int(np.ravel_multi_index(colors, cube.shape))
    return int(cube.ravel()[flat if first is None else first[flat]])


def _non_induced(cubes: dict[str, Cube], motif: str, colors: tuple[int, ...]) -> int:
    """Sets of edges of one form, from the induced counts of all triads that contain it.

    Each order of the three neurons in which the form's edges are all there is one embedding; a
    set of edges is embedded once for each of the form's own automorphisms that keep its colors.
    """
    form = TRIADS[motif].edges
    embeddings = 0
    for name in CONNECTED_TRIADS:
        edges = set(TRIADS[name].edges)
        for order in ORDERS:
            if {(order[a], order[b]) for a, b in form} <= edges:
                seen: NDArray[np.int64] = np.empty(3, dtype=np.int64)
                seen[list(order)] = colors
                embeddings += int(cubes[name][tuple(seen)])
    own = sum(
        {(order[a], order[b]) for a, b in form} == set(form)
        and tuple(colors[node] for node in order) == colors
        for order in ORDERS
    )
    return embeddings // own


def _numbered(colors: str) -> list[str]:
    """E and I, with a number where a color occurs more than once: E1, I, E2."""
    return [
        f"{color}{colors[: place + 1].count(color)}" if colors.count(color) > 1 else color
        for place, color in enumerate(colors)
    ]
