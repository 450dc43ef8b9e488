"""The tables: the contract between those who make connectomes and those who study them.

`write` makes a connectome folder, `check` says what is wrong with one, `Session` queries one with
DuckDB SQL. ``docs/tables.md`` is the specification. This room imports no other.
"""

from .check import check
from .errors import ContractError, DamagedConnectomeError, ReadOnlyError
from .manifest import Manifest, TableFile, TableRecord, read_manifest
from .problem import Problem
from .schemas import SCHEMA_VERSION, TABLES, Column, TableSchema
from .session import Session
from .terms import require_leave, terms_of_use
from .write import write

__all__ = [
    "SCHEMA_VERSION",
    "TABLES",
    "Column",
    "ContractError",
    "DamagedConnectomeError",
    "Manifest",
    "Problem",
    "ReadOnlyError",
    "Session",
    "TableFile",
    "TableRecord",
    "TableSchema",
    "check",
    "read_manifest",
    "require_leave",
    "terms_of_use",
    "write",
]
