"""Samples in words: what so many samples of a null can show at all, and what they cannot."""

from __future__ import annotations

import math

LEVEL = 0.05


def least_p(samples: int) -> float:
    """The least two-sided p-value: the observation counts as one of the samples.

    Examples
    --------
    >>> least_p(39)
    0.05
    """
    return 2 / (samples + 1)


def can_show(samples: int) -> bool:
    """Whether anything can be significant at 5 %, however many classes are looked at together."""
    return least_p(samples) < LEVEL


def classes_needed(classes: int, samples: int) -> int:
    """How many of so many classes must be at the least p-value for any of them to have q < 0.05.

    Examples
    --------
    >>> classes_needed(16, 1000), classes_needed(16, 100), classes_needed(199, 1000)
    (1, 7, 8)
    """
    return math.floor(classes * least_p(samples) / LEVEL) + 1


def samples_for(classes: int) -> int:
    """How many samples let one of so many classes have q < 0.05 alone.

    Examples
    --------
    >>> samples_for(16), samples_for(1)
    (640, 40)
    """
    return math.floor(2 * classes / LEVEL)


def too_few_in_words(samples: int) -> str:
    """What cannot be told with these samples, as a sentence or two; empty where there are enough."""
    p = least_p(samples)
    if not can_show(samples):
        return (
            f"With {samples:,} samples of each null nothing on this page can be significant: the least p-value is "
            f"{p:.2g}. Grey, hollow and “none” then say nothing about the connectomes. Ask for {samples_for(16):,} "
            "samples at least, better 1,000 (--nulls)."
        )
    if classes_needed(16, samples) > 1:
        return (
            f"With {samples:,} samples of each null the least p-value is {p:.2g}, so that a triad reaches q < 0.05 "
            f"only where {classes_needed(16, samples)} of the 16 do: some that depart look as if they did not. "
            f"{samples_for(16):,} samples show a single one."
        )
    return ""
