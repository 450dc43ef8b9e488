"""Steady tissue: what of a measured path along a stack is jitter of sections, and what is tissue.

A path of moves m(z) that lays every section on its neighbours is the sum of two things. Jitter: where each
section came to lie, independent of the others. And drift of the tissue: neurites that run obliquely, all
of one field of view together, in directions that change over a micrometre. Images show the sum alone, but
the two look different along the stack: jitter is white, tissue is smooth. Both are taken as Gaussian, tissue as
the sum of slopes that are alike over a micrometre of depth, and their sizes are those under which the path
is likeliest; the jitter is then its mean given the path.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# Depth over which the directions of neurites change, and how oblique a bundle runs: tangent of the angle.
DEPTH_NM, OBLIQUE = 1000.0, 0.03
# Longer stacks are judged by this many sections, and divided into pieces that overlap.
LONGEST = 600


def steady(
    path: npt.NDArray[np.float64],
    depth_nm: npt.NDArray[np.float64],
    *,
    pixel_nm: float,
    width_nm: float,
) -> npt.NDArray[np.float64]:
    """The jitter in a path.

    Parameters
    ----------
    path : (S, M) float
        M moves (pixels) of S sections that are alike in kind, as shifts along y and x.
    depth_nm : (S,) float
        Where the sections are along the stack.
    pixel_nm : float
    width_nm : float
        Width of what moved as one: wide ones hold more bundles, whose directions even out.

    Returns
    -------
    (S, M) float
        With mean 0 over the sections.
    """
    path = path - path.mean(axis=0)
    if len(path) < 4:
        return path
    if len(path) > LONGEST:
        return _in_pieces(path, depth_nm, pixel_nm=pixel_nm, width_nm=width_nm)
    unit = _tissue_covariance(depth_nm) / pixel_nm**2
    bundles = max(1.0, width_nm / DEPTH_NM)
    expected = OBLIQUE / bundles
    # Remove the mean: it is where the stack lies, and neither tissue nor jitter.
    n = len(path)
    contrasts = np.linalg.qr(np.column_stack([np.ones(n), np.eye(n)[:, : n - 1]]))[0][:, 1:]
    values, vectors = np.linalg.eigh(contrasts.T @ unit @ contrasts)
    seen = (vectors.T @ (contrasts.T @ path)) ** 2
    best, jitter_size, slope = -np.inf, 1.0, expected
    m = path.shape[1]
    for log_slope in np.linspace(-3, 4.5, 38):
        tissue = (expected * np.exp(log_slope)) ** 2 * np.maximum(values, 0)
        for size in np.geomspace(0.05, 200, 40):
            variance = tissue + size**2
            likelihood = -0.5 * (m * np.log(variance).sum() + (seen / variance[:, None]).sum())
            # How oblique tissue runs is known within a factor of five or so.
            likelihood -= 0.5 * (log_slope / 1.6) ** 2
            if likelihood > best:
                best, jitter_size, slope = likelihood, size, expected * np.exp(log_slope)
    keep = jitter_size**2 / (slope**2 * np.maximum(values, 0) + jitter_size**2)
    back = contrasts @ vectors
    found: npt.NDArray[np.float64] = back @ (keep[:, None] * (back.T @ path))
    return found


def _tissue_covariance(depth_nm: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Covariance (nm^2) of positions that are sums of slopes of size 1, alike over `DEPTH_NM`."""
    t = np.abs(depth_nm - depth_nm[0]) / DEPTH_NM
    a, b = t[:, None], t[None, :]
    low = np.minimum(a, b)
    # Integral of exp(-|u - v|) over u < a, v < b.
    found: npt.NDArray[np.float64] = (
        2 * low + np.exp(-a) + np.exp(-b) - 1 - np.exp(-np.abs(a - b))
    ) * DEPTH_NM**2
    return found


def _in_pieces(
    path: npt.NDArray[np.float64],
    depth_nm: npt.NDArray[np.float64],
    *,
    pixel_nm: float,
    width_nm: float,
) -> npt.NDArray[np.float64]:
    """Jitter of a long stack, from pieces that overlap by half and are blended."""
    half = LONGEST // 2
    total = np.zeros_like(path)
    weight = np.zeros(len(path))
    for start in range(0, len(path) - half, half):
        stop = min(start + LONGEST, len(path))
        piece = slice(start, stop)
        share = np.minimum(np.arange(1, stop - start + 1), np.arange(stop - start, 0, -1)).astype(
            float
        )
        found = steady(path[piece], depth_nm[piece], pixel_nm=pixel_nm, width_nm=width_nm)
        total[piece] += share[:, None] * found
        weight[piece] += share
    return total / weight[:, None]
