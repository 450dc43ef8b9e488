"""The named errors of the tables: what came, what was wanted, and the way out."""

from __future__ import annotations


class ContractError(ValueError):
    """A table or folder that breaks the contract of ``docs/tables.md``.

    The message is one line: what it got, what it wanted, the way out.
    """


class DamagedConnectomeError(ContractError):
    """A connectome on disk that is not what its manifest says: truncated, edited or missing."""


class ReadOnlyError(ValueError):
    """A query that would write, or read what is not part of the connectome."""
