"""Pictures of a reconstruction: sections, neurons in space, synapses and sizes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from ..report.entry import DPI, Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ingest.voxels.reconstruction import Reconstruction

_SECTIONS = 3
# A section is drawn from at most so many pixels along a side, the middle of it where it is larger.
_WINDOW = 700
_VIEW_VOXELS = 40_000_000


def pictures_of(made: Reconstruction) -> tuple[Picture, ...]:
    """Draw every picture of the page."""
    pictures = [_sections(made), _neurons(made)]
    if len(made.synapses):
        pictures.append(_synapses(made))
    pictures.append(_sizes(made))
    return tuple(pictures)


def _png(figure: Figure) -> bytes:
    import matplotlib.pyplot as plt

    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=DPI)
    plt.close(figure)
    return target.getvalue()


def _in_frame(made: Reconstruction) -> Any:
    """Synapses with the volume's first voxel at 0."""
    moved = made.synapses.copy()
    for name in moved.columns:
        if name.endswith(("z_nm", "y_nm", "x_nm")):
            axis = "zyx".index(name[-4])
            moved[name] = moved[name] - made.offset_nm[axis]
    return moved


def _sections(made: Reconstruction) -> Picture:
    import matplotlib.pyplot as plt

    from segmentation_core.pictures import show_section

    depth, height, width = made.raw.shape
    places = sorted({round(depth * (k + 0.5) / _SECTIONS) for k in range(_SECTIONS)})
    places = [min(place, depth - 1) for place in places]
    y, x = (slice(max(0, n // 2 - _WINDOW // 2), n // 2 + _WINDOW // 2) for n in (height, width))
    figure, axes = plt.subplots(
        2, len(places), figsize=(10.5, 7.4), layout="constrained", squeeze=False
    )
    synapses = _in_frame(made)
    for name, start, axis in (("y_nm", y.start, 1), ("x_nm", x.start, 2)):
        for side in ("", "pre_", "post_"):
            if side + name in synapses:
                synapses[side + name] -= start * made.voxel_size_nm[axis]
    for column, place in enumerate(places):
        raw = np.asarray(made.raw[place : place + 1, y, x])
        labels = np.asarray(made.labels[place : place + 1, y, x])
        here = synapses.assign(z_nm=synapses["z_nm"] - place * made.voxel_size_nm[0])
        size = made.voxel_size_nm
        show_section(raw, voxel_size_nm=size, ax=axes[0, column])
        show_section(raw, labels, voxel_size_nm=size, synapses=here, ax=axes[1, column])
        axes[0, column].set_title(f"section {place}", fontsize=10)
    return Picture(
        name="sections",
        title="Sections",
        caption="As they were imaged, and with the segments found over them. Yellow: synapses within "
        "two sections, with an arrow from the presynaptic to the postsynaptic side.",
        alt=f"{len(places)} sections of the volume, plain above and coloured by segment below.",
        png=_png(figure),
    )


def _neurons(made: Reconstruction) -> Picture:
    import matplotlib.pyplot as plt

    from segmentation_core.pictures import label_colors, show_neurons

    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 5.2), layout="constrained")
    coarse = 1
    while made.raw.shape[0] * (made.raw.shape[1] // coarse) * (made.raw.shape[2] // coarse) > (
        _VIEW_VOXELS
    ):
        coarse += 1
    z, y, x = made.voxel_size_nm
    labels = np.asarray(made.labels[:, ::coarse, ::coarse])
    show_neurons(labels, voxel_size_nm=(z, y * coarse, x * coarse), ax=left)
    left.set_title("the twelve largest segments", fontsize=10)
    right.set_title("skeletons, seen from the side of the sections", fontsize=10)
    points = made.skeletons
    if len(points):
        parents = points.set_index(["node_id", "point_id"])[["x_nm", "y_nm"]]
        joined = points.dropna(subset=["parent_id"])
        ends = parents.reindex(
            list(zip(joined["node_id"], joined["parent_id"].astype("int64"), strict=True))
        )
        from matplotlib.collections import LineCollection

        starts = joined[["x_nm", "y_nm"]].to_numpy(float) / 1000
        stops = ends.to_numpy(float) / 1000
        colors = label_colors(joined["node_id"].to_numpy(np.int64))
        right.add_collection(
            LineCollection(list(np.stack([starts, stops], 1)), colors=colors, linewidths=0.9)
        )
    low_x, low_y = made.offset_nm[2] / 1000, made.offset_nm[1] / 1000
    right.set(
        xlim=(low_x, low_x + made.raw.shape[2] * x / 1000),
        ylim=(low_y + made.raw.shape[1] * y / 1000, low_y),
        xlabel="x (µm)",
        ylabel="y (µm)",
        aspect="equal",
    )
    return Picture(
        name="neurons",
        title="Neurons in space",
        caption="Left, the surfaces of the largest segments in the box of the volume. Right, the "
        "skeletons of all segments that are neurons, along the axis of sectioning. Colours are those "
        "of the sections.",
        alt="Surfaces of the largest segments, and skeletons.",
        png=_png(figure),
    )


def _synapses(made: Reconstruction) -> Picture:
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 3.4), layout="constrained")
    if "confidence" in made.synapses:
        left.hist(made.synapses["confidence"].dropna(), np.linspace(0, 1, 21), color="#0072b2")
    left.set(xlabel="confidence of a synapse", ylabel="synapses", xlim=(0, 1))
    counts = made.edges["syn_count"].to_numpy() if len(made.edges) else np.zeros(0)
    top = max(int(counts.max(initial=1)), 1)
    right.hist(counts, np.arange(0.5, top + 1.5), color="#d55e00")
    right.set(xlabel="synapses of a connection", ylabel="connections")
    for axis in (left.yaxis, right.xaxis, right.yaxis):
        axis.get_major_locator().set_params(integer=True)
    for ax in (left, right):
        ax.spines[["top", "right"]].set_visible(False)
    return Picture(
        name="synapses",
        title="Synapses",
        caption="How sure the detector is of each synapse, as calibrated on simulated tissue, and how "
        "many synapses the connections have.",
        alt="Histograms of synapse confidence and of synapses per connection.",
        png=_png(figure),
    )


def _sizes(made: Reconstruction) -> Picture:
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 3.4), layout="constrained")
    volumes = made.nodes["volume_nm3"].to_numpy(float) / 1e9
    panels: list[tuple[Any, Any, str, str]] = [
        (left, volumes, "volume of a segment (µm³)", "#009e73")
    ]
    if "length_nm" in made.nodes:
        cable = made.nodes["length_nm"].dropna().to_numpy(float) / 1000
        panels.append((right, cable, "cable of a segment (µm)", "#cc79a7"))
    for ax, values, label, color in panels:
        shown = values[values > 0]
        if len(shown):
            low, high = shown.min(), shown.max()
            ax.hist(shown, np.geomspace(low, max(high, low * 1.01), 30), color=color)
        ax.set(xscale="log", xlabel=label, ylabel="segments")
        ax.spines[["top", "right"]].set_visible(False)
    return Picture(
        name="sizes",
        title="Sizes",
        caption="Volume and cable length of all segments. In a small block most neurons are cut by its "
        "faces, so both are lower bounds.",
        alt="Histograms of segment volume and cable length.",
        png=_png(figure),
    )
