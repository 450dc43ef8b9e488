"""Channels: what the network says of each point of its grid.

Which of its two sides sends is asked for only beside a cleft. Asked everywhere, as two channels for
the two sides, the rare voxels that tell them apart count for little, and a network of a few
minutes learns where synapses are and not which way they point.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CLEFT, SIDE, SENDER, INHIBITORY = range(4)

CHANNELS = ("cleft", "either side", "sender, of the sides", "inhibitory")


def sides(p: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Probabilities of the presynaptic and of the postsynaptic side, from those of all channels."""
    return p[SIDE] * p[SENDER], p[SIDE] * (1 - p[SENDER])
