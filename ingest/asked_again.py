"""Asked again: when a server's answer is worth another try, and how long to wait for it."""

from __future__ import annotations

import datetime as dt
import email.utils
from collections.abc import Mapping
from typing import Any

TRIES = 6
LONGEST_WAIT_S = 120.0
# Codes of a server that is busy or asks for patience.
LATER = {408, 425, 429, 500, 502, 503, 504}


def retry_after(headers: Mapping[str, Any]) -> float | None:
    """Seconds that the server asks to wait, told as seconds or as a date; None where it does not say.

    Examples
    --------
    >>> retry_after({"Retry-After": "7"}), retry_after({"Retry-After": "soon"}), retry_after({})
    (7.0, None, None)
    """
    text = str(headers.get("Retry-After", "")).strip()
    if text.isdigit():
        return float(text)
    try:
        until = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt.UTC)
    return max(0.0, (until - dt.datetime.now(dt.UTC)).total_seconds())
