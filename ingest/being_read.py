"""Being read: which format is read now, for what every reader shares to name it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

from .advice import advice_for

Result = TypeVar("Result")

_FORMAT: ContextVar[str | None] = ContextVar("format that is being read", default=None)


def format_being_read() -> str | None:
    """Name of the format, None where a reader was called by itself."""
    return _FORMAT.get()


def naming_format(name: str, reader: Callable[..., Result]) -> Callable[..., Result]:
    """A reader during whose calls `format_being_read` is `name`; its errors advise its own options."""

    @functools.wraps(reader)
    def read(*args: object, **options: object) -> Result:
        token = _FORMAT.set(name)
        try:
            return reader(*args, **options)
        except ValueError as error:
            from connectome_analysis.tables import ContractError

            told = advice_for(name, reader, str(error))
            if type(error) is not ContractError or told == str(error):
                raise
            raise ContractError(told) from error.__cause__
        finally:
            _FORMAT.reset(token)

    return read
