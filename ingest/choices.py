"""Choices: an option that is none of its choices, in one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from connectome_analysis.tables import ContractError


def require_choices(**given: tuple[object, object]) -> None:
    """Raise where an option is none of its choices; ``name=(value, Literal type)``, None for not given.

    Examples
    --------
    >>> from typing import Literal
    >>> require_choices(side=("left", Literal["left", "right"]), sex=(None, Literal["female"]))
    """
    for name, (value, choices) in given.items():
        known = get_args(choices)
        if value is not None and value not in known:
            msg = f"{name} must be {' or '.join(map(repr, known))}, got {value!r}."
            raise ContractError(msg)


def choose(given: object, choices: Mapping[str, object] | Sequence[str], name: str) -> str:
    """One of several choices by its name, or a line with all of them."""
    if isinstance(given, str) and given in choices:
        return given
    listed = ", ".join(map(repr, choices))
    msg = f"{name} must be one of {listed}, got {given!r} (--option {name}=...)."
    raise ContractError(msg)
