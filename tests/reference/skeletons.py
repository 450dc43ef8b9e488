"""Skeletons, as anyone can read them."""

from __future__ import annotations

from collections.abc import Sequence


def beyond(parents: Sequence[int], cut: int) -> list[bool]:
    """Whether the way from each point to its root passes the cut point or begins there."""
    found = []
    for start in range(len(parents)):
        point, passes = start, False
        while point >= 0:
            passes = passes or point == cut
            point = parents[point]
        found.append(passes)
    return found
