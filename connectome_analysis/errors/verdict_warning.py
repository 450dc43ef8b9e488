"""Verdict warnings: what a reader of a result must know before using it."""

from __future__ import annotations


class VerdictWarning(UserWarning):
    """A conclusion is another one once the errors of the reconstruction are in the null."""


class RatesWarning(UserWarning):
    """Rates that cannot be those of the graph they were given with."""


class PairsAloneWarning(UserWarning):
    """Only the errors of single pairs of neurons were taken in, not splits and merges."""


class PositionsWarning(UserWarning):
    """Parts of neurons are taken without knowing where their synapses lie."""


class SameThresholdWarning(UserWarning):
    """Thresholds that leave the same connections, and so say one thing several times."""
