"""Skeletons in space: neurons as lines in three dimensions, with the synapses on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .given_table import require_columns
from .look import GREY, SERIES, SMALL_PT, TEXT_PT, TITLE_PT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

_NAME = "plot.skeletons"
_POINTS = ("node_id", "point_id", "parent_id", "x_nm", "y_nm", "z_nm")
_SYNAPSES = ("pre_id", "post_id", "x_nm", "y_nm", "z_nm")
_AXES = ("x_nm", "y_nm", "z_nm")
_MOST = 50
# Of no neuron's colour.
_SENT, _RECEIVED = "black", "#5B2A86"
# Areas of all marks of a kind together, and of the smallest, in square points.
_INK, _LEAST = 1500.0, 0.7
_FEW = 1000


def skeletons(
    points: pd.DataFrame,
    synapses: pd.DataFrame | None = None,
    ax: Axes | None = None,
    *,
    names: dict[int, str] | None = None,
    title: str | None = None,
) -> Axes:
    """Draw skeletons in three dimensions, in µm, one colour to a neuron.

    Dots are synapses that these neurons send, triangles those they receive. y points down, as in micrographs,
    and all axes have one scale.

    Parameters
    ----------
    points : DataFrame satisfying the table ``skeletons``
        Rows of some neurons, ``connectome.sql("SELECT * FROM skeletons WHERE node_id IN (...)").df()``.
        50 neurons at most.
    synapses : DataFrame satisfying the table ``synapses``, optional
        Those of other neurons are left out.
    ax : Axes3D, optional
        Made with ``projection="3d"``; a new figure where left out.
    names : dict, optional
        ``node_id`` to a name for the legend.
    title : str, optional

    Returns
    -------
    Axes3D

    Raises
    ------
    ValueError
        Where a table lacks columns, there are too many neurons, or `ax` is flat.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> points = pd.DataFrame(
    ...     {
    ...         "node_id": [7, 7, 7],
    ...         "point_id": [1, 2, 3],
    ...         "parent_id": pd.array([None, 1, 1], dtype="Int64"),
    ...         "x_nm": [0.0, 1000.0, 0.0],
    ...         "y_nm": [0.0, 0.0, 2000.0],
    ...         "z_nm": [0.0, 500.0, 0.0],
    ...     }
    ... )
    >>> ax = skeletons(points)
    >>> ax.get_zlabel()
    'z (\N{MICRO SIGN}m)'
    >>> plt.close(ax.figure)
    """
    from matplotlib.lines import Line2D

    rows = require_columns(points, _POINTS, _NAME, "the skeletons of a connectome")
    neurons = list(dict.fromkeys(rows["node_id"].tolist()))
    if len(neurons) > _MOST:
        msg = f"{_NAME} draws up to {_MOST} neurons, got {len(neurons):,}; choose some of them."
        raise ValueError(msg)
    space: Any = _space(ax)
    handles = []
    boxes = []
    for number, neuron in enumerate(neurons):
        own = rows[rows["node_id"] == neuron]
        colour = SERIES[number % len(SERIES)]
        line = ("-", "--", ":")[number // len(SERIES) % 3]
        way = _lines(own)
        space.plot(way[:, 0], way[:, 1], way[:, 2], color=colour, lw=0.9, ls=line, zorder=4)
        label = (names or {}).get(int(neuron), str(neuron))
        handles.append(Line2D([], [], color=colour, lw=2, ls=line, label=label))
        boxes.append(own[list(_AXES)].to_numpy(np.float64) / 1000)
    if synapses is not None:
        given = require_columns(synapses, _SYNAPSES, _NAME, "the synapses of a connectome")
        for column, marker, colour, words in (
            ("pre_id", "o", _SENT, "synapse sent"),
            ("post_id", "^", _RECEIVED, "synapse received"),
        ):
            those = given[given[column].isin(neurons)]
            if len(those):
                x, y, z = (those[name].to_numpy(np.float64) / 1000 for name in _AXES)
                space.scatter(
                    x,
                    y,
                    z,
                    marker=marker,
                    # Many synapses are small and see-through, so that they do not hide the neurites.
                    s=float(np.clip(_INK / len(those), _LEAST, 12.0)),
                    c=colour,
                    alpha=0.8 if len(those) < _FEW else 0.3,
                    edgecolors="none",
                    depthshade=False,
                    zorder=5,
                )
                handles.append(
                    Line2D(
                        [],
                        [],
                        ls="none",
                        marker=marker,
                        mfc=colour,
                        mec="none",
                        label=f"{words} ({len(those):,})",
                    )
                )
    _dress(space, np.vstack(boxes) if boxes else np.zeros((1, 3)), empty=not neurons)
    if handles:
        legend = space.legend(
            handles=handles[:24],
            loc="upper center",
            bbox_to_anchor=(0.5, 0.0),
            ncols=min(len(handles), 4),
            frameon=False,
            fontsize=TEXT_PT,
        )
        for text in legend.get_texts():
            text.set_parse_math(False)
    if title:
        space.set_title(title, loc="left", fontsize=TITLE_PT, parse_math=False)
    return space  # type: ignore[no-any-return]


def _space(ax: Axes | None) -> Any:
    if ax is None:
        import matplotlib.pyplot as plt

        figure = plt.figure(figsize=(8.0, 6.5), layout="constrained")
        return figure.add_subplot(projection="3d", computed_zorder=False)
    if not hasattr(ax, "get_zlim"):
        msg = f"{_NAME} needs axes with three dimensions; make them with projection='3d'."
        raise ValueError(msg)
    return ax


def _lines(own: pd.DataFrame) -> Floats:
    """(K, 3) µm: each point and its parent, NaN between, so that one line draws a whole neuron."""
    at = own.set_index("point_id")[list(_AXES)].astype(np.float64) / 1000
    joined = own[own["parent_id"].notna()]
    ends = at.reindex(joined["parent_id"].astype(np.int64)).to_numpy()
    starts = at.reindex(joined["point_id"]).to_numpy()
    way = np.full((3 * len(joined), 3), np.nan)
    way[0::3], way[1::3] = starts, ends
    return way if len(way) else at.to_numpy()


def _dress(space: Any, points: Floats, *, empty: bool) -> None:
    low, high = points.min(axis=0), points.max(axis=0)
    middle, half = (low + high) / 2, np.maximum((high - low) / 2, 1e-3)
    half = np.maximum(half, 0.12 * half.max()) * 1.05
    space.set(
        xlim=(middle[0] - half[0], middle[0] + half[0]),
        # Micrographs have their origin at the top.
        ylim=(middle[1] + half[1], middle[1] - half[1]),
        zlim=(middle[2] - half[2], middle[2] + half[2]),
    )
    space.set_box_aspect(half / half.max(), zoom=1.12)
    # Nearly along the axis of least depth, with y down the page.
    across = half[0] >= half[2]
    space.view_init(elev=14, azim=-78 if across else -12, vertical_axis="y")
    for axis, name in ((space.xaxis, "x"), (space.yaxis, "y"), (space.zaxis, "z")):
        axis.set_label_text(f"{name} (\N{MICRO SIGN}m)", fontsize=TEXT_PT)
        axis.set_tick_params(labelsize=SMALL_PT)
        axis.set_major_locator(_few_ticks())
        axis.pane.set_facecolor("white")
        axis.pane.set_edgecolor("#D4D4D4")
    space.grid(visible=False)
    if empty:
        space.text2D(0.5, 0.5, "no skeleton", transform=space.transAxes, ha="center", color=GREY)


def _few_ticks() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=4)
