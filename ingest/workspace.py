"""A workspace: the private DuckDB in which a reader stages rows, and the account it keeps."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectome_analysis.tables import ContractError
from connectome_analysis.tables.columns import Query
from connectome_analysis.tables.spill import spilling_connection

from .account import Account

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

BATCH_ROWS = 1 << 20
# Rows beyond it go to disk. Counting 130 million synapses into 15 million groups takes 8 s in 5 GiB and
# 60 s in 2; with what Python holds it stays below 8 GB.
MEMORY_LIMIT = 5 << 30


def memory_limit() -> int:
    """Bytes that rows may take in memory: `MEMORY_LIMIT`, or half of a smaller machine's."""
    try:
        all_of_it = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # Windows does not say
        return MEMORY_LIMIT
    return min(MEMORY_LIMIT, all_of_it // 2)


# Columns of staged tables, beside which the source's own columns stand under any name they have.
ROW, KEY, PRE, POST = "_np_row", "_np_key", "_np_pre", "_np_post"


def quoted(name: str) -> str:
    """A name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def literals(texts: object) -> str:
    """Texts as a SQL list, without the brackets; never empty, so that ``IN (...)`` holds."""
    assert isinstance(texts, (set, frozenset, list, tuple))
    return ", ".join(literal(text) for text in sorted(texts)) or "NULL"


@dataclass
class Workspace:
    """DuckDB, the account, and where progress is told."""

    connection: duckdb.DuckDBPyConnection
    account: Account = field(default_factory=Account)
    progress: Callable[[str], None] = lambda _: None
    personal_data: bool = False
    _word_types: int = 0

    def run(self, query: str) -> None:
        """Run a statement."""
        with _in_words():
            self.connection.execute(query)

    def row(self, query: str) -> tuple[Any, ...]:
        """Run a query that gives one row."""
        with _in_words():
            found = self.connection.execute(query).fetchall()  # to the end, or it stays open
        return tuple(found[0])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query that gives few rows."""
        with _in_words():
            return [tuple(row) for row in self.connection.execute(query).fetchall()]

    def ask(self, view: str, questions: Mapping[str, str]) -> dict[str, Any]:
        """Answer many aggregates over one view in a single pass.

        Parameters
        ----------
        view : str
        questions : mapping of str to str
            Aggregate expressions by the name under which the answer is wanted.
        """
        if not questions:
            return {}
        answers = self.row(f"SELECT {', '.join(questions.values())} FROM {quoted(view)}")
        return dict(zip(questions, answers, strict=True))

    def word_list(self, words: Sequence[str | None]) -> str:
        """SQL list of words, of an ENUM type made for them, whose order is that of text."""
        name = self.word_type(words)
        listed = ", ".join("NULL" if word is None else literal(word) for word in words)
        return f"(CAST([{listed}] AS {name}[]))"

    def word_type(self, words: Sequence[str | None]) -> str:
        """Name of an ENUM type made for words, whose order is that of text."""
        self._word_types += 1
        name = f"np_words_{self._word_types}"
        different = {word for word in words if word is not None} or {""}
        self.run(f"CREATE TYPE {name} AS ENUM ({literals(different)})")
        return name

    def tables(self) -> set[str]:
        """Names of the tables made so far."""
        return {str(name) for (name,) in self.rows("SELECT table_name FROM duckdb_tables()")}

    def columns(self, view: str) -> dict[str, str]:
        """DuckDB types of a view's columns, by name."""
        described = self.rows(f"DESCRIBE {quoted(view)}")
        return {str(name): str(type_).upper() for name, type_, *_ in described}

    def stream(self, query: str) -> pa.RecordBatchReader:
        """Hand over a query's rows batch by batch.

        A connection holds one open result at a time, so each stream has a cursor of its own.
        """
        relation = self.connection.cursor().sql(query)
        if hasattr(relation, "to_arrow_reader"):  # DuckDB 1.4 and later
            return relation.to_arrow_reader(BATCH_ROWS)
        return relation.fetch_arrow_reader(BATCH_ROWS)

    def batches(self, query: str) -> Iterator[pa.RecordBatch]:
        """Hand over a query's rows while nothing else is asked; what has been registered is known."""
        import pyarrow as pa

        with _in_words():
            reader = self.connection.sql(query).to_arrow_reader(BATCH_ROWS)
        while True:
            try:
                with _in_words():
                    yield reader.read_next_batch()
            except StopIteration:
                return
            except (pa.ArrowException, OSError) as error:
                raise ContractError(_one_line(str(error))) from None

    def query(self, sql: str, *, in_order: bool = False) -> Query:
        """A query's rows for the writer, which reads them without leaving DuckDB."""
        return Query(connection=self.connection, sql=sql, in_order=in_order)


@contextmanager
def open_workspace(out: Path, progress: Callable[[str], None] | None = None) -> Iterator[Workspace]:
    """Open a workspace that spills beside `out` and leaves nothing behind."""
    parent = out.parent
    while not parent.exists():
        parent = parent.parent
    with spilling_connection(parent) as connection:
        connection.execute(f"SET memory_limit = '{memory_limit()}B'")
        yield Workspace(connection, progress=progress or (lambda _: None))


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn DuckDB's complaint about a file into one line."""
    import duckdb

    try:
        yield
    except (duckdb.InvalidInputException, duckdb.IOException, duckdb.ConversionException) as error:
        raise ContractError(_one_line(str(error))) from None
    except duckdb.Error as error:
        # What Parquet's own decoder says of a damaged file has no kind; SQL of ours that is wrong has.
        if type(error) is not duckdb.Error and not isinstance(error, duckdb.OutOfRangeException):
            raise
        raise ContractError(_one_line(str(error))) from None


def _one_line(message: str) -> str:
    """What DuckDB says of a file, without its advice and settings."""
    said = message.partition("Possible ")[0]
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    place = re.search(r"CSV Error on Line: (\d+)", message)
    if place is None:
        first = lines[0].partition(": ")[2] or lines[0]
        return f"The source cannot be read: {first.rstrip('.')}."
    file = re.search(r"^\s*file = (.*)$", message, re.MULTILINE)
    name = Path(file[1].strip()).name if file else "The source"
    original = next((line for line in lines if line.startswith("Original Line: ")), "")
    shown = original.removeprefix("Original Line: ")[:60]
    reason = lines[-1].rstrip(".")
    return (
        f"{name}: line {place[1]} cannot be read: {reason[:1].lower()}{reason[1:]}; "
        f'it says "{shown}".'
    )
