"""Choice: is an option one of the words it may be?"""

from __future__ import annotations


def require_choice(argument: str, given: object, choices: tuple[str, ...]) -> None:
    """Raise a ValueError that names the option, what came and what may come.

    Examples
    --------
    >>> require_choice("kind", "both", ("strong", "weak"))
    Traceback (most recent call last):
    ValueError: kind must be 'strong' or 'weak', got 'both'.
    """
    if given not in choices:
        words = ", ".join(map(repr, choices[:-1]))
        msg = f"{argument} must be {words} or {choices[-1]!r}, got {given!r}."
        raise ValueError(msg)
