"""False rates: how often nothing is taken for something, from precision and how much there is.

Precision says which share of what was detected is true. How often an empty pair is seen as connected
also depends on how many pairs are empty: with the same precision, a sparser brain has a lower rate.
"""

from __future__ import annotations


def false_connections(recall: float, precision: float, density: float) -> float:
    """P(seen | not connected), from rates of connections.

    Of N pairs, density N are connected; recall density N of them are seen, which is the share
    `precision` of all that are. So recall density N (1 - precision) / precision are false, among
    (1 - density) N pairs::

        alpha = recall density (1 - precision) / precision / (1 - density)

    Raises
    ------
    ValueError
        Where that is above 1, so that the three numbers cannot belong together.

    Examples
    --------
    >>> round(false_connections(recall=0.8, precision=0.8, density=0.2), 3)  # 5 % of 80 % of pairs
    0.05
    """
    alpha = recall * density * (1 - precision) / precision / (1 - density)
    if alpha > 1:
        msg = (
            f"With a density of {density:g}, a recall of {recall:g} and a precision of "
            f"{precision:g}, more pairs would be false ({alpha:.3g} of them) than there are."
        )
        raise ValueError(msg)
    return alpha


def false_synapses(recall: float, precision: float, synapses_per_pair: float) -> float:
    """Expected number of false synapses of a pair that could touch, from rates of synapses.

    ``recall * synapses_per_pair`` true ones are detected per pair, the share `precision` of all::

        false_rate = recall synapses_per_pair (1 - precision) / precision

    Examples
    --------
    >>> round(false_synapses(recall=0.9, precision=0.9, synapses_per_pair=0.5), 3)
    0.05
    """
    return recall * synapses_per_pair * (1 - precision) / precision
