"""Being read: which format is read now, for what every reader shares to name it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

from .advice import advice_for

Result = TypeVar("Result")

_FORMAT: ContextVar[str | None] = ContextVar("format that is being read", default=None)
# What takes the flags of messages as they are; through auto, every reader takes --option.
_AUTO = "auto"
_Advice = Callable[[str], str]
_ADVICE: ContextVar[_Advice | None] = ContextVar("advice of the reader that runs", default=None)


def format_being_read() -> str | None:
    """Name of the format, None where a reader was called by itself."""
    return _FORMAT.get()


def advised(line: str) -> str:
    """A line with the options that the reader that runs takes, as it takes them."""
    advice = _ADVICE.get()
    return line if advice is None else advice(line)


def naming_format(name: str, reader: Callable[..., Result]) -> Callable[..., Result]:
    """A reader during whose calls `format_being_read` is `name`; its errors advise its own options."""

    @functools.wraps(reader)
    def read(*args: object, **options: object) -> Result:
        through_auto = _FORMAT.get() == _AUTO

        def advice(line: str) -> str:
            return advice_for(name, reader, line, own_flags=not through_auto)

        token = _FORMAT.set(name)
        before = _ADVICE.set(advice)
        try:
            return reader(*args, **options)
        except ValueError as error:
            from connectome_analysis.tables import ContractError

            told = advice(str(error))
            if type(error) is not ContractError or told == str(error):
                raise
            raise ContractError(told) from error.__cause__
        finally:
            _ADVICE.reset(before)
            _FORMAT.reset(token)

    return read
