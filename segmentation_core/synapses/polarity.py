"""Polarity: which of the neurons at a site sends, from how their sides of the cleft look.

Vesicles stand on one side and a density behind the membrane on the other, and at a polyadic site
the sender touches the whole cleft. A handful of numbers per segment says as much: grey and its
unevenness in shells around the cleft, and its share of the cleft. Their difference between two
segments goes into a logistic regression without a constant, so that exchanging the two exchanges
the answer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SHELLS_NM = (20.0, 45.0, 80.0, 130.0, 200.0)

POLARITY_FEATURES = (
    *(f"{what}_{bound:.0f}" for bound in SHELLS_NM for what in ("grey", "spread", "rough")),
    "log_share",
    "sender",
)


def grey_and_roughness(
    raw: NDArray[np.float32], stem: tuple[int, int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and spread of standardised grey values over the voxels of each point of the grid."""
    ends = [(0, -n % s) for n, s in zip(raw.shape, stem, strict=True)]
    whole = np.pad(raw, ends, mode="edge")
    z, y, x = (n // s for n, s in zip(whole.shape, stem, strict=True))
    parts = whole.reshape(z, stem[0], y, stem[1], x, stem[2])
    return parts.mean(axis=(1, 3, 5)), parts.std(axis=(1, 3, 5))


def polarity_features(
    number: NDArray[np.int64],
    n_segments: int,
    distance_nm: NDArray[np.float64],
    grey: NDArray[Any],
    rough: NDArray[Any],
    sender: NDArray[Any],
) -> NDArray[np.float64]:
    """(S, F) features of the segments around one site.

    Parameters
    ----------
    number : (N,) int64
        Segment of each point, 0 ... S - 1.
    distance_nm : (N,) float64
        From the cleft.
    grey, rough, sender : (N,) float
        Of each point; `sender` is what the network says.
    """
    columns: list[NDArray[np.float64]] = []
    total = np.maximum(np.bincount(number, minlength=n_segments), 1)
    mean_all = np.bincount(number, grey, n_segments) / total
    low = -1.0
    for bound in SHELLS_NM:
        here = (distance_nm > low) & (distance_nm <= bound)
        low = bound
        of = number[here]
        n = np.bincount(of, minlength=n_segments)
        empty = n == 0
        n = np.maximum(n, 1)
        mean = np.bincount(of, grey[here], n_segments) / n
        square = np.bincount(of, np.square(grey[here]), n_segments) / n
        uneven = np.bincount(of, rough[here], n_segments) / n
        # Where a segment has no point in a shell, its mean says nothing new.
        columns.append(np.where(empty, mean_all, mean))
        columns.append(np.sqrt(np.maximum(square - mean**2, 0)))
        columns.append(np.where(empty, 1.0, uneven))
    near = np.bincount(number[distance_nm <= SHELLS_NM[1]], minlength=n_segments)
    columns.append(np.log((near + 1) / (near.sum() + 1)))
    columns.append(np.bincount(number, sender, n_segments) / total)
    return np.stack(columns, axis=1)
