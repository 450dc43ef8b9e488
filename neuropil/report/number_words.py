"""Number words: how a report writes counts, measures, ids and p-values."""

from __future__ import annotations

import math
from typing import Any

_NONE = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"


def number(value: Any) -> str:
    """Counts with thousands, other numbers with three significant digits, nothing as a dash.

    Examples
    --------
    >>> number(3671), number(0.04038), number(2.0), number(None), number(-12.345)
    ('3,671', '0.0404', '2', '–', '−12.3')
    """
    if is_missing(value):
        return _NONE
    if isinstance(value, bool) or type(value).__name__ in ("bool_", "bool"):
        return "yes" if value else "no"
    value = float(value) if not float(value).is_integer() else int(value)
    if isinstance(value, int):
        return _signed(f"{value:,}")
    if math.isinf(value):
        return _signed("-\N{INFINITY}" if value < 0 else "\N{INFINITY}")
    if abs(value) >= 1000:
        return _signed(f"{value:,.0f}")
    return _signed(f"{value:.3g}") if abs(value) >= 1e-4 else _scientific(value)


def percent(value: Any) -> str:
    """A share as per cent.

    Examples
    --------
    >>> percent(0.0404), percent(0.06), percent(1)
    ('4.04 %', '6.00 %', '100 %')
    """
    return _NONE if is_missing(value) else f"{100 * float(value):#.3g} %".replace(". %", " %")


def ratio(value: Any, decimals: int = 2) -> str:
    """A ratio to two decimals, large ones to the unit.

    Examples
    --------
    >>> ratio(2.0), ratio(0.445), ratio(126.3)
    ('2.00', '0.45', '126')
    """
    if value == float("inf"):
        return "∞"  # none in any sample
    if is_missing(value):
        return _NONE
    return (
        f"{float(value):.{decimals}f}" if abs(float(value)) < 100 else number(round(float(value)))
    )


def score(value: Any) -> str:
    """A z-score with its sign.

    Examples
    --------
    >>> score(12.34), score(-3.0)
    ('+12.3', '−3.0')
    """
    return _NONE if is_missing(value) else _signed(f"{float(value):+,.1f}")


def p_value(p: Any, floor: float) -> str:
    """A p-value; at the least one that so many samples can give, as a bound.

    Examples
    --------
    >>> p_value(2 / 1001, floor=2 / 1001), p_value(0.0312, floor=2 / 1001)
    ('< 0.002', '0.031')
    """
    if is_missing(p):
        return _NONE
    if float(p) <= floor * (1 + 1e-9):
        bound = _rounded_up(floor, 1)
        return f"< {bound:g}" if floor < bound else f"\N{LESS-THAN OR EQUAL TO} {bound:g}"
    return f"{float(p):#.2g}"


def q_value(q: Any, *, is_bound: bool) -> str:
    """A q-value; a bound where the p-value it comes from is one.

    Examples
    --------
    >>> q_value(0.0021312, is_bound=True), q_value(0.0312, is_bound=False)
    ('≤ 0.0022', '0.031')
    """
    if is_missing(q):
        return _NONE
    if is_bound:
        return f"\N{LESS-THAN OR EQUAL TO} {_rounded_up(float(q), 2):g}"
    return f"{float(q):#.2g}"


def is_missing(value: Any) -> bool:
    """Whether a value is None, NaN or pandas' NA."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    try:
        return bool(math.isnan(value))
    except TypeError:
        return False


def _rounded_up(value: float, digits: int) -> float:
    if value <= 0:
        return value
    unit = 10.0 ** (math.floor(math.log10(value)) - digits + 1)
    # 0.002 / 0.001 is a hair above 2 in binary.
    return float(f"{math.ceil(value / unit - 1e-9) * unit:.{digits + 3}g}")


def _scientific(value: float) -> str:
    mantissa, exponent = f"{value:.1e}".split("e")
    return _signed(f"{mantissa} \N{MULTIPLICATION SIGN} 10^{int(exponent)}")


def _signed(text: str) -> str:
    return text.replace("-", _MINUS)
