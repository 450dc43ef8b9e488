"""Noise: smooth random fields, periodic so that one small tile serves a volume of any size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def periodic_noise(
    shape: tuple[int, ...],
    correlation: float,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Gaussian random field with a Gaussian correlation, mean 0 and variance 1, that wraps around.

    Parameters
    ----------
    shape : tuple of int
        Any number of axes.
    correlation : float
        Standard deviation of the smoothing kernel in samples.
    rng : Generator
        Where the numbers come from.

    Returns
    -------
    float32 array of `shape`

    Examples
    --------
    >>> field = periodic_noise((32, 32), 2.0, np.random.default_rng(0))
    >>> abs(float(field.mean())) < 1e-6, round(float(field.std()), 3)
    (True, 1.0)
    """
    from scipy.fft import irfftn, rfftn

    white = rng.standard_normal(shape, dtype=np.float32)
    spectrum = rfftn(white, workers=1)
    for axis, size in enumerate(shape):
        last = axis == len(shape) - 1
        frequency = np.fft.rfftfreq(size) if last else np.fft.fftfreq(size)
        damping = np.exp(-2.0 * (np.pi * frequency * correlation) ** 2).astype(np.float32)
        spectrum *= damping.reshape([-1 if a == axis else 1 for a in range(len(shape))])
    field = irfftn(spectrum, s=shape, workers=1)
    field -= field.mean()
    field /= max(float(field.std()), 1e-12)
    return np.asarray(field, np.float32)
