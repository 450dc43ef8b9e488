"""Section overlay: one section of a volume with its segments over it and its synapses on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .label_colors import label_colors

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_BARS_NM = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)


def show_section(
    raw: Any,
    labels: Any = None,
    *,
    section: int = 0,
    voxel_size_nm: tuple[float, float, float],
    synapses: pd.DataFrame | None = None,
    alpha: float = 0.45,
    ax: Axes | None = None,
) -> Axes:
    """Draw a section, its segments tinted and outlined, its synapses as arrows.

    Parameters
    ----------
    raw : (Z, Y, X) uint8
    labels : (Z, Y, X) integers, optional
        0 stays as it is.
    section : int
        Along z.
    voxel_size_nm : (z, y, x)
    synapses : DataFrame, optional
        ``x_nm``, ``y_nm``, ``z_nm``, and for arrows ``pre_x_nm`` ... ``post_y_nm``, with the
        middle of the volume's first voxel at 0; those within half a micrometre or two sections of this one are
        drawn.
    alpha : float
        How strongly segments are tinted.
    ax : matplotlib Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        Where there is no such section, or shapes differ.
    """
    import matplotlib.pyplot as plt

    if not -raw.shape[0] <= section < raw.shape[0]:
        msg = f"there is no section {section}: the volume has {raw.shape[0]}, from 0."
        raise ValueError(msg)
    if labels is not None and tuple(labels.shape) != tuple(raw.shape):
        msg = (
            f"raw and labels must have one shape, got {tuple(raw.shape)} and {tuple(labels.shape)}."
        )
        raise ValueError(msg)
    section %= raw.shape[0]
    if ax is None:
        _, ax = plt.subplots(figsize=(5, 5 * raw.shape[1] / raw.shape[2]), layout="constrained")
    grey = np.asarray(
        np.asarray(raw[section], np.float32)[..., None].repeat(3, -1) / 255, np.float32
    )
    picture = grey if labels is None else _tinted(grey, np.asarray(labels[section]), alpha)
    size_y, size_x = voxel_size_nm[1], voxel_size_nm[2]
    height, width = raw.shape[1] * size_y, raw.shape[2] * size_x
    top, left = -0.5 * size_y, -0.5 * size_x
    ax.imshow(picture, extent=(left, left + width, top + height, top), interpolation="nearest")
    if synapses is not None and len(synapses):
        _draw_synapses(ax, synapses, section * voxel_size_nm[0], voxel_size_nm[0])
    _scale_bar(ax, width, height)
    ax.set(xticks=[], yticks=[], xlim=(left, left + width), ylim=(top + height, top))
    return ax


def _tinted(grey: NDArray[np.float32], labels: NDArray[Any], alpha: float) -> NDArray[np.float32]:
    color = label_colors(labels)
    inside = (labels != 0)[..., None]
    edge = np.zeros(labels.shape, bool)
    edge[1:] |= labels[1:] != labels[:-1]
    edge[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    strength = np.where(edge[..., None], min(1.0, alpha + 0.35), alpha) * inside
    # Tinted, not covered: membranes must stay visible under the color.
    return np.asarray(grey * (1 - strength) + color * strength * (0.35 + 0.65 * grey), np.float32)


def _draw_synapses(ax: Axes, synapses: pd.DataFrame, z_nm: float, thickness_nm: float) -> None:
    near = np.abs(synapses["z_nm"].to_numpy(float) - z_nm) <= max(2 * thickness_nm, 60.0)
    here = synapses[near]
    with_sides = {"pre_x_nm", "pre_y_nm", "post_x_nm", "post_y_nm"} <= set(here.columns)
    if with_sides:
        sides = here[["pre_x_nm", "pre_y_nm", "post_x_nm", "post_y_nm"]].to_numpy(float)
        for pre_x, pre_y, post_x, post_y in sides[np.isfinite(sides).all(1)].tolist():
            ax.annotate(
                "",
                xy=(post_x, post_y),
                xytext=(pre_x, pre_y),
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": "white",
                    "lw": 1.6,
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
            )
    spots = here[["x_nm", "y_nm"]].to_numpy(float)
    ax.plot(spots[:, 0], spots[:, 1], "o", ms=4, mfc="#ffd400", mec="black", mew=0.6)


def _scale_bar(ax: Axes, width: float, height: float) -> None:
    length = max((bar for bar in _BARS_NM if bar <= 0.3 * width), default=_BARS_NM[0])
    words = f"{length} nm" if length < 1000 else f"{length // 1000} µm"
    left, low = 0.04 * width, 0.95 * height
    ax.plot([left, left + length], [low, low], color="black", lw=4.5, solid_capstyle="butt")
    ax.plot([left, left + length], [low, low], color="white", lw=2.5, solid_capstyle="butt")
    ax.text(
        left + length / 2,
        low - 0.02 * height,
        words,
        color="white",
        ha="center",
        va="bottom",
        fontsize=8,
        bbox={"facecolor": "black", "alpha": 0.55, "pad": 1.5, "linewidth": 0},
    )
