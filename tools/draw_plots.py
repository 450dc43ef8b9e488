"""Draw the pictures of ``docs/plots_and_report.md`` from the connectomes at hand: ``python -m tools.draw_plots [NAME ...]``.

The skeletons are those of the hemibrain's files in the folder that NEUROPIL_DATA names; all others come with
the package. Each picture is drawn by one function of ``ca.plot``, whose name its file has.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import connectome_analysis as ca

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from connectome_analysis.null_models.sample import NullModelName

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images" / "plots"
_DPI = 80
# A picture of a few colours is a quarter as large with a palette, and looks the same.
_COLOURS = 256


@cache
def worm(which: str = "varshney2011") -> ca.Graph:
    """One of the worms that come with the package."""
    with ca.open(f"celegans-{which}") as opened:
        return opened.graph()


@cache
def ages() -> ca.compare.MotifProfiles:
    """Motif profiles of the worm from birth to adult, and of a larva's mushroom body."""
    given = {f"worm {age}": f"celegans-witvliet2021-{age}" for age in (1, 3, 5, 6, 7, 8)}
    given["larva, mushroom body"] = "larva-mushroom-body-left"
    return ca.compare.motif_profiles(given, "reciprocal_configuration", n_samples=400)


def _adjacency() -> Axes:
    return ca.plot.adjacency(worm(), "cell_class")


def _degree_distribution() -> Axes:
    return ca.plot.degree_distribution(worm())


def _dendrogram() -> Axes:
    with ca.open("larva-mushroom-body-left") as opened:
        return ca.plot.dendrogram(ca.cell_types.cluster(opened.graph(), confidence="none"))


def _edge_conservation() -> Axes:
    pair = (worm("witvliet2021-7"), worm("witvliet2021-8"))
    return ca.plot.edge_conservation(ca.compare.edge_conservation(*pair, pairs="name"))


def _embedding() -> Axes:
    with ca.open("larva-mushroom-body-left") as opened:
        found = ca.cell_types.cluster(opened.graph(), "spectral", confidence="none")
    return ca.plot.embedding(found)


def _group_densities() -> Axes:
    sides = ("larva-mushroom-body-left", "larva-mushroom-body-right")
    return ca.plot.group_densities(ca.compare.group_density_test(*sides, "cell_type"))


def _nulls_compared() -> Axes:
    nulls: list[NullModelName] = [
        "erdos_renyi",
        "dyad",
        "configuration",
        "reciprocal_configuration",
    ]
    return ca.plot.nulls_compared([ca.motifs.significance(worm(), null, 1000) for null in nulls])


def _plan_costs() -> Axes:
    plans = ("mouse-cortex-mm3", "mouse-brain", "human-brain")
    return ca.plot.plan_costs(ca.planning.compare_costs(*plans))


def _profile_tree() -> Axes:
    return ca.plot.profile_tree(ages())


def _rich_club() -> Axes:
    return ca.plot.rich_club(ca.rich_club(worm(), n_samples=1000))


def _sample_precision() -> Axes:
    found = ca.planning.sample_size(worm(), ca.measures.reciprocity, 0.2, n_samples=100)
    return ca.plot.sample_precision(found)


def _skeletons() -> Axes:
    import ingest

    files = Path(os.environ["NEUROPIL_DATA"]) / "connectomes" / "hemibrain_da1"
    with tempfile.TemporaryDirectory() as folder:
        ingest.read("swc", files, Path(folder) / "da1")
        with ca.open(Path(folder) / "da1") as opened:
            points = opened.sql("SELECT * FROM skeletons").df()
            synapses = opened.sql("SELECT * FROM synapses").df()
    return ca.plot.skeletons(points, synapses, title="Five projection neurons of a fly")


def _striking_motifs() -> Axes:
    return ca.plot.striking_motifs(ca.motifs.significance(worm(), size=4, n_samples=400))


def _triad_profiles() -> Axes:
    chosen = ("worm 1", "worm 8", "larva, mushroom body")
    tables = [ages().significance[name, "reciprocal_configuration"] for name in chosen]
    return ca.plot.triad_profiles(tables, labels=chosen)


def _type_chord() -> Axes:
    return ca.plot.type_chord(ca.measures.type_matrix(worm(), "cell_class", value="weight"))


def _type_matrix() -> Axes:
    return ca.plot.type_matrix(ca.measures.type_matrix(worm(), "cell_class"))


def _wiring_diagram() -> Axes:
    names = [
        f"{kind}{side}" for kind in ("ASH", "AVA", "AVB", "AVD", "AVE", "PVC") for side in "LR"
    ]
    with ca.open("celegans-varshney2011") as opened:
        g = opened.graph(where=f"name IN ({', '.join(map(repr, names))})")
    levels = ca.measures.signal_flow(g)
    return ca.plot.wiring_diagram(g, levels, color="cell_class", sign="sign")


PICTURES: dict[str, Callable[[], Axes]] = {
    "adjacency": _adjacency,
    "degree_distribution": _degree_distribution,
    "dendrogram": _dendrogram,
    "edge_conservation": _edge_conservation,
    "embedding": _embedding,
    "group_densities": _group_densities,
    "nulls_compared": _nulls_compared,
    "plan_costs": _plan_costs,
    "profile_tree": _profile_tree,
    "rich_club": _rich_club,
    "sample_precision": _sample_precision,
    "skeletons": _skeletons,
    "striking_motifs": _striking_motifs,
    "triad_profiles": _triad_profiles,
    "type_chord": _type_chord,
    "type_matrix": _type_matrix,
    "wiring_diagram": _wiring_diagram,
}


def write_small(ax: Axes, path: Path) -> None:
    """Write a picture with a palette; the same picture gives the same file."""
    from PIL import Image

    file = io.BytesIO()
    whole: Any = ax.figure
    whole.savefig(file, format="png", dpi=_DPI, metadata={"Software": None})
    with Image.open(file) as drawn:
        # Coverage, not area: the mark of a legend keeps its colour.
        few = drawn.convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE)
        few.save(path, optimize=True)


def main() -> None:
    """Draw those that are named, or all."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    mpl.use("Agg")
    IMAGES.mkdir(exist_ok=True)
    for name in sys.argv[1:] or PICTURES:
        if name == "skeletons" and not os.environ.get("NEUROPIL_DATA"):
            print("skeletons are left as they are: NEUROPIL_DATA is not set")
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            write_small(PICTURES[name](), IMAGES / f"{name}.png")
        plt.close("all")
        print(f"wrote {IMAGES / f'{name}.png'}")


if __name__ == "__main__":
    main()
