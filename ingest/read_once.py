"""Read once: a large text file whose columns are known, converted in one pass over it.

A compressed file of 15 million rows is slow to read, and finding out what its columns hold takes
several passes. A release says what they hold: ids and counts are integers, the rest is text. So they
are converted while they are read, strictly, and kept in the workspace; of text, which is a few words
over and over, only a number for each word. A file that does not hold
what the release says is read again as text, which finds the row and says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .by_word import MOST_WORDS
from .prepared_rows import PreparedRows
from .source_rows import SourceRows
from .text_files import Dialect, open_text_file, read_dialect
from .workspace import Workspace, quoted

_BLOCK_BYTES = 1 << 24
_ODD = " \t\r\n\u00a0\ufeff"


def read_once(
    path: Path,
    *,
    integers: Collection[str],
    names: Sequence[str] | None = None,
    filled_down: Collection[str] = (),
) -> PreparedRows:
    """Rows of a text file, converted as they are read.

    Parameters
    ----------
    path : Path
        CSV or TSV, compressed or not.
    integers : collection of str
        Columns that hold 64-bit integers or nothing; the others are text.
    names : sequence of str, optional
        Of the columns, for files that are published with and without a first line of names.
    filled_down : collection of str
        Integer columns that stand only where they change; an empty field is the value above it.

    Returns
    -------
    PreparedRows
    """

    def make(workspace: Workspace, view: str) -> SourceRows:
        dialect = read_dialect(path)
        header = dialect.header
        if not header and names is not None:
            if len(dialect.names) != len(names):
                msg = (
                    f"{path.name} has no line of names and {len(dialect.names)} columns; wanted "
                    f"are {len(names)}: {', '.join(names)}."
                )
                raise ContractError(msg)
            dialect = Dialect(
                delimiter=dialect.delimiter, header=False, names=tuple(names), runs=dialect.runs
            )
        told = "first line names the columns" if header else "no header line"
        workspace.account.decide(
            f"{path.name}: {told}"
            + ("" if header or names is None else f", so they are {', '.join(names)}")
        )
        plain: set[str] = set()
        while True:
            try:
                _convert(workspace, view, path, dialect, integers, filled_down, plain)
                break
            except _TooManyWordsError as error:
                plain.add(error.column)
            except _NotConvertibleError as error:
                if filled_down:  # as text, an empty field would say that there is no neuron
                    msg = f"{path.name} cannot be read: {error}."
                    raise ContractError(msg) from None
                return _as_text(workspace, view, path, dialect)
        return SourceRows(
            view=view,
            columns=workspace.columns(view),
            label=path.name,
            path=path,
            headed=True,
            odd_spaces=False,
            stored=True,
        )

    return PreparedRows(make)


class _NotConvertibleError(Exception):
    """The file does not hold what was expected."""


class _TooManyWordsError(Exception):
    """A column of text has so many different words that numbering them saves nothing."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


def _convert(
    workspace: Workspace,
    view: str,
    path: Path,
    dialect: Dialect,
    integers: Collection[str],
    filled_down: Collection[str],
    plain: Collection[str],
) -> None:
    import duckdb

    if dialect.runs:
        msg = "its fields are separated by runs of spaces"
        raise _NotConvertibleError(msg)
    types = {
        name: pa.int64() if name in integers else pa.dictionary(pa.int32(), pa.string())
        for name in dialect.names
    }
    numbered = {n: _Words(n) for n in dialect.names if n not in integers and n not in plain}
    schema = pa.schema(
        [
            (name, pa.int64() if name in integers else pa.int32())
            if name not in plain
            else (name, pa.string())
            for name in dialect.names
        ]
    )
    failed: list[Exception] = []
    found = _batches(path, dialect, types, schema, numbered, failed)
    if filled_down:
        found = _filled_down(found, filled_down)
    batches = pa.RecordBatchReader.from_batches(schema, found)
    base, stream = f"{view}_coded", f"{view}_stream"
    workspace.connection.register(stream, batches)
    try:
        workspace.connection.execute(
            f"CREATE TABLE {quoted(base)} AS SELECT * FROM {quoted(stream)}"
        )
    except duckdb.Error:
        if not failed:
            raise
    finally:
        workspace.connection.unregister(stream)
    if failed:  # whatever DuckDB made of it
        workspace.run(f"DROP TABLE IF EXISTS {quoted(base)}")
        if isinstance(failed[0], _TooManyWordsError):
            raise failed[0]
        raise _NotConvertibleError(str(failed[0]).splitlines()[0].rstrip("."))
    columns = []
    for name in dialect.names:
        code = quoted(name)
        if name in numbered:
            columns.append(
                f"{workspace.word_list(list(numbered[name].codes))}[{code} + 1] AS {code}"
            )
        else:
            columns.append(code)
    workspace.run(f"CREATE VIEW {quoted(view)} AS SELECT {', '.join(columns)} FROM {quoted(base)}")


class _Words:
    """Numbers for the words of a column, in the order in which they come."""

    def __init__(self, column: str) -> None:
        self.column = column
        self.codes: dict[str, int] = {}

    def numbers(self, column: pa.DictionaryArray) -> pa.Array:
        """The numbers of a batch's words, which lose outer spaces; each is looked at once."""
        words = [word.strip(_ODD) for word in column.dictionary.to_pylist()]
        codes = [self.codes.setdefault(word, len(self.codes)) for word in words]
        if len(self.codes) > MOST_WORDS:
            raise _TooManyWordsError(self.column)
        return pa.array(codes, pa.int32()).take(column.indices)


def _batches(
    path: Path,
    dialect: Dialect,
    types: dict[str, pa.DataType],
    schema: pa.Schema,
    numbered: dict[str, _Words],
    failed: list[Exception],
) -> Iterator[pa.RecordBatch]:
    import pyarrow.csv as pacsv

    try:
        reader = pacsv.open_csv(
            pa.input_stream(str(path), compression="detect"),
            read_options=pacsv.ReadOptions(
                block_size=_BLOCK_BYTES,
                column_names=list(dialect.names),
                skip_rows=int(dialect.header),
            ),
            parse_options=pacsv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=False),
            convert_options=pacsv.ConvertOptions(
                column_types=types, null_values=[""], strings_can_be_null=False
            ),
        )
        for batch in reader:
            columns = [
                numbered[name].numbers(column)
                if name in numbered
                else column
                if not pa.types.is_dictionary(column.type)
                else _trimmed(column)
                for name, column in zip(dialect.names, batch.columns, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)
    except (
        *(pa.ArrowException, OSError, UnicodeDecodeError, ValueError, _TooManyWordsError),
    ) as error:
        failed.append(error)
        raise


def _filled_down(
    batches: Iterator[pa.RecordBatch], names: Collection[str]
) -> Iterator[pa.RecordBatch]:
    """Fill empty fields with the value above, also across batches."""
    import pyarrow.compute as pc

    above: dict[str, int | None] = {}
    for batch in batches:
        columns = []
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if name in names and len(column):
                first = pa.array([above.get(name)], column.type)
                columns.append(pc.fill_null_forward(pa.concat_arrays([first, column]))[1:])
                above[name] = columns[-1][-1].as_py()
            else:
                columns.append(column)
        yield pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _trimmed(column: pa.DictionaryArray) -> pa.StringArray:
    """The words of a batch without outer spaces; each different one is looked at once."""
    words = [word.strip(_ODD) for word in column.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(column.indices)


def _as_text(workspace: Workspace, view: str, path: Path, dialect: Dialect) -> SourceRows:
    """The same file as columns of text, with the names it was to have."""
    if dialect.header:
        return open_text_file(workspace, view, path, delimiter=dialect.delimiter)
    rows = open_text_file(
        workspace, f"{view}_text", path, delimiter=dialect.delimiter, header=False
    )
    named = ", ".join(
        f"{quoted(old)} AS {quoted(new)}"
        for old, new in zip(rows.columns, dialect.names, strict=True)
    )
    workspace.run(f"CREATE VIEW {quoted(view)} AS SELECT {named} FROM {quoted(rows.view)}")
    return SourceRows(
        view=view,
        columns=dict.fromkeys(dialect.names, "VARCHAR"),
        label=path.name,
        path=path,
        odd_spaces=rows.odd_spaces,
    )
