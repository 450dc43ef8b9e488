"""Draw ``docs/images/sql_tables.svg``: the tables of a connectome, its views, and what leads to what."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from connectome_analysis.tables.views import VIEW_NAMES

OUT = Path(__file__).resolve().parents[1] / "docs" / "images" / "sql_tables.svg"
TABLES = {
    # name: (x, y of the top, columns shown; keys first)
    "nodes": (4.5, 8.6, ["node_id  (key)", "name, cell_type, cell_class,", "super_class, side, region",
                         "neurotransmitter, sign", "x_nm, y_nm, z_nm", "completeness, status, ..."]),
    "edges": (0.2, 8.6, ["pre_id, post_id, edge_type  (key)", "weight, syn_count", "size, confidence, ..."]),
    "edges_by_region": (0.2, 5.9, ["pre_id, post_id, edge_type,", "region  (key)", "weight, syn_count, ..."]),
    "synapses": (0.2, 3.2, ["synapse_id  (key)", "pre_id, post_id  (may be null)", "x_nm, y_nm, z_nm, pre_..., post_...",
                            "confidence, score, region, ..."]),
    "skeletons": (4.5, 4.7, ["node_id, point_id  (key)", "parent_id", "x_nm, y_nm, z_nm, radius_nm"]),
    "your own": (4.5, 2.2, ["any column of neurons:", "communities, motifs, predictions"]),
}  # fmt: skip
FROM = {
    "edges": ("typed_edges", "edge_fractions", "partners", "degrees", "reciprocal_pairs", "cell_types",
              "type_matrix"),
    "edges_by_region": ("typed_edges_by_region", "region_weights", "neuron_regions", "region_flow"),
    "synapses": ("typed_synapses",),
}  # fmt: skip
WIDTH, LINE = 3.1, 0.31


def box(ax: Axes, x: float, y: float, title: str, lines: list[str], color: str) -> float:
    """A box with its title on top; gives the y of its lower edge."""
    height = LINE * (len(lines) + 1) + 0.2
    ax.add_patch(
        FancyBboxPatch((x, y - height), WIDTH, height, boxstyle="round,pad=0.02,rounding_size=0.08",
                       facecolor="white", edgecolor=color, linewidth=1.4)
    )  # fmt: skip
    ax.text(x + 0.12, y - 0.12, title, va="top", fontsize=10, fontweight="bold", color=color)
    for number, line in enumerate(lines, start=1):
        ax.text(x + 0.12, y - 0.12 - LINE * number, line, va="top", fontsize=8, color="#222222")
    return y - height


def main() -> None:
    """Draw and write."""
    assert sorted(v for views in FROM.values() for v in views) == sorted(VIEW_NAMES)
    mpl.rcParams |= {
        "svg.fonttype": "none",
        "svg.hashsalt": "neuropil",
        "font.family": "sans-serif",
    }
    fig, ax = plt.subplots(figsize=(10.6, 7.6), layout="constrained")
    blue, green, grey = "#1f4e79", "#2e7d32", "#777777"
    middle = {}
    for name, (x, y, lines) in TABLES.items():
        color = grey if name == "your own" else blue
        low = box(ax, x, y, name, lines, color)
        middle[name] = (x, (y + low) / 2)
    arrow = {"arrowstyle": "-|>", "color": grey, "lw": 1.1, "shrinkA": 2, "shrinkB": 2}
    nodes_x, nodes_y = middle["nodes"]
    for name, (lift, bend, word) in {
        "edges": (0.3, "arc3,rad=0", "pre_id, post_id"),
        "edges_by_region": (-0.3, "arc3,rad=0.1", ""),
        "synapses": (-0.6, "arc3,rad=0.15", ""),
    }.items():
        x, y = middle[name]
        tip = (nodes_x, nodes_y + lift)
        ax.annotate("", tip, (x + WIDTH, y), arrowprops=arrow | {"connectionstyle": bend})
        if word:
            ax.text(
                (x + WIDTH + nodes_x) / 2,
                y + 0.3,
                word.replace(", ", ",\n"),
                fontsize=7,
                color=grey,
                ha="center",
            )
    right = nodes_x + WIDTH
    low = TABLES["nodes"][1] - (LINE * 7 + 0.2)
    ax.annotate("", (5.6, low), (5.6, TABLES["skeletons"][1]), arrowprops=arrow)
    ax.text(5.7, 5.4, "node_id", fontsize=7, color=grey)
    own = arrow | {"linestyle": "--", "connectionstyle": "arc3,rad=0.12"}
    ax.annotate("", (right, nodes_y), (right, middle["your own"][1]), arrowprops=own)
    top = 8.6
    for name, views in FROM.items():
        low = box(ax, 8.7, top, f"on {name}, nodes", list(views), green)
        top = low - 0.45
    ax.text(8.7, top - 0.05, "region_weights, neuron_regions and region_flow\nare counted from synapses where there\n"
            "is no edges_by_region.", fontsize=7.5, va="top", color=grey)  # fmt: skip
    ax.text(0.2, 0.45, "An arrow leads from an id to the neuron it names. Boxes in blue are files, in green views "
            "made when a query names them.", fontsize=8, color=grey)  # fmt: skip
    ax.set(xlim=(0, 12), ylim=(0.2, 8.8))
    ax.axis("off")
    fig.savefig(OUT, metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main()
