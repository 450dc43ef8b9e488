"""Targets: what the network should say, made from labels, clefts and a table of who joins whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .channels import CLEFT, INHIBITORY, SENDER, SIDE

if TYPE_CHECKING:
    import pandas as pd

# A site reaches this far from the middle of its cleft; sides reach so far from the cleft.
SITE_NM = 280.0
SIDE_NM = 110.0
CLEFT_NM = 18.0


class SynapseTargets(NamedTuple):
    """Answers on the network's grid, and where they count.

    answer : (4, Z, Y, X) bool
        In the order of `channels`.
    counts : (4, Z, Y, X) bool
        Senders and transmitters are asked for at synapses alone; what is unknown of nobody.
    """

    answer: NDArray[np.bool_]
    counts: NDArray[np.bool_]


def synapse_targets(
    labels: NDArray[np.uint64],
    cleft: NDArray[np.bool_],
    synapses: pd.DataFrame,
    *,
    voxel_size_nm: Sequence[float],
    stem: Sequence[int],
) -> SynapseTargets:
    """Draw the targets of a volume with known synapses.

    Parameters
    ----------
    labels : (z, y, x) integers, 0 = none
    cleft : (z, y, x) bool
        Voxels of synaptic clefts.
    synapses : DataFrame
        ``site_id``, ``pre_id``, ``post_id``, ``x_nm`` ``y_nm`` ``z_nm``; ``sign`` if known.
    voxel_size_nm : (z, y, x) floats
    stem : (z, y, x) ints
        Voxels per point of the grid; what does not fill a point is left out.

    Returns
    -------
    SynapseTargets
        Where a cleft belongs to no row of the table (a partner outside the volume), its sides are
        not asked for.
    """
    from scipy.ndimage import distance_transform_edt

    size = np.asarray(voxel_size_nm, float)
    answer = np.zeros((4, *labels.shape), bool)
    owned = np.zeros(labels.shape, bool)
    receives = np.zeros(labels.shape, bool)
    reach = np.ceil((SITE_NM + SIDE_NM) / size).astype(int)
    for _, rows in synapses.groupby("site_id"):
        first = rows.iloc[0]
        centre_nm = first[["z_nm", "y_nm", "x_nm"]].to_numpy(float)
        centre = np.rint(centre_nm / size).astype(int)
        low = np.maximum(centre - reach, 0)
        high = np.minimum(centre + reach + 1, labels.shape)
        box = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        axes = [(np.arange(a, b) * s) for a, b, s in zip(low, high, size, strict=True)]
        away = np.sqrt(
            (axes[0] - centre_nm[0])[:, None, None] ** 2
            + (axes[1] - centre_nm[1])[None, :, None] ** 2
            + (axes[2] - centre_nm[2])[None, None, :] ** 2
        )
        here = cleft[box] & (away < SITE_NM)
        if not here.any():
            continue
        owned[box] |= here
        distance = distance_transform_edt(~here, sampling=size)
        near, inside = distance < CLEFT_NM, distance < SIDE_NM
        is_pre = labels[box] == int(first["pre_id"])
        is_post = np.isin(labels[box], rows["post_id"].to_numpy().astype(labels.dtype))
        answer[CLEFT][box] |= near
        answer[SIDE][box] |= (is_pre | is_post) & inside
        answer[SENDER][box] |= is_pre & inside
        receives[box] |= is_post & inside
        if float(first.get("sign", 1)) < 0:
            answer[INHIBITORY][box] |= (is_pre | is_post) & inside
    orphan = cleft & ~owned
    if orphan.any():
        orphan = distance_transform_edt(~orphan, sampling=size) < SIDE_NM
    counts = np.ones((4, *labels.shape), bool)
    counts[:, orphan] = False
    # What sends at one synapse and receives at another beside it is neither here.
    counts[SENDER] = answer[SENDER] ^ receives
    counts[INHIBITORY] = answer[SIDE]
    grid = [n // s for n, s in zip(labels.shape, stem, strict=True)]
    return SynapseTargets(_coarse(answer, grid, stem), _coarse(counts, grid, stem))


def _coarse(
    values: NDArray[np.bool_], grid: Sequence[int], stem: Sequence[int]
) -> NDArray[np.bool_]:
    """A point of the grid is what half of its voxels are."""
    z, y, x = grid
    a, b, c = stem
    whole = values[:, : z * a, : y * b, : x * c]
    parts = whole.reshape(len(values), z, a, y, b, x, c)
    return np.asarray(parts.mean(axis=(2, 4, 6), dtype=np.float32) >= 0.5)
