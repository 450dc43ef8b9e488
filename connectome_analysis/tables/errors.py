"""The named errors of the tables: what came, what was wanted, and the way out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .nearest_names import names_in_words


def one_line(text: object) -> str:
    """Fold a text into one line: names and paths may hold line breaks, messages may not."""
    return " ".join(str(text).split("\n"))


class ContractError(ValueError):
    """A table or folder that breaks the contract of ``docs/tables.md``.

    The message is one line: what it got, what it wanted, the way out.
    """

    def __init__(self, message: object) -> None:
        super().__init__(one_line(message))


class DamagedConnectomeError(ContractError):
    """A connectome on disk that is not what its manifest says: truncated, edited or missing."""


class ReadOnlyError(ValueError):
    """A query that would write, or read what is not part of the connectome."""


def not_a_condition(where: str, error: Exception, columns: Iterable[object]) -> ValueError:
    """What is told where an SQL condition on ``nodes`` cannot be run."""
    reason = str(error).strip().splitlines()[0].rstrip(".")
    asked = re.search(r'"([^"]+)"', reason)
    names = names_in_words(columns, asked.group(1) if asked else "")
    return ValueError(f"where={where!r} is not a condition on nodes ({reason}). Columns: {names}.")
