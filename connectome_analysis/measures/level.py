"""Level: how sure an interval is to be, a share."""

from __future__ import annotations


def require_level(level: object) -> None:
    """Raise ValueError unless the level of an interval is between 0 and 1.

    Examples
    --------
    >>> require_level(0.95)
    """
    number = isinstance(level, (int, float)) and not isinstance(level, bool)
    if not number or not 0 < level < 1:  # type: ignore[operator]
        msg = f"level must be between 0 and 1, for instance 0.95, got {level!r}."
        raise ValueError(msg)
