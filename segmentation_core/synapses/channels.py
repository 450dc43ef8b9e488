"""Channels: what the network says of each point of its grid."""

from __future__ import annotations

CLEFT, PRE, POST, INHIBITORY = range(4)

CHANNELS = ("cleft", "presynaptic side", "postsynaptic side", "inhibitory")
