"""Binomial share: k of n as a rate, with the variance it has on the scale of log odds."""

from __future__ import annotations

from ..uncertainty import of_share


def binomial_share(successes: float, trials: float, what: str) -> tuple[float, float]:
    """A share as published, k / n, and its variance on the scale of log odds.

    Where k is 0 or n the share itself would allow no uncertainty; it is then that of Jeffreys'
    prior, (k + 1/2) / (n + 1), which is also behind the variance.

    Parameters
    ----------
    what : str
        What the trials are, for the error.

    Raises
    ------
    ValueError
        Where there are no trials, or more successes than trials.

    Examples
    --------
    >>> value, variance = binomial_share(90, 100, "connections")
    >>> value, round(variance**0.5, 2)
    (0.9, 0.33)
    >>> binomial_share(0, 99, "pairs")[0]
    0.005
    """
    if not trials > 0:
        msg = f"A rate needs {what} to be seen on, got {trials:g} of them."
        raise ValueError(msg)
    if not 0 <= successes <= trials:
        msg = f"There are {trials:g} {what}, of which {successes:g} cannot be counted."
        raise ValueError(msg)
    jeffreys, variance = of_share(successes, trials)
    return (successes / trials if 0 < successes < trials else jeffreys), variance
