"""Read simulated releases a second time with nothing but the standard library, to compare."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

import ingest
from connectome_analysis.tables import ContractError, check

Pairs = dict[tuple[int, int], int]


def csv_rows(path: Path, names: Sequence[str] | None = None) -> list[dict[str, str]]:
    """Rows of a CSV by column name."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(io.StringIO(content.decode()), names))


def rewrite(path: Path, change: Callable[[str], str]) -> None:
    """Change the text of a file, compressed or not."""
    packed = path.suffix == ".gz"
    content = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    changed = change(content.decode()).encode()
    path.write_bytes(gzip.compress(changed) if packed else changed)


def shuffled_columns(text: str) -> str:
    """The same table with its columns in the opposite order."""
    out = io.StringIO()
    rows = (row[::-1] for row in csv.reader(io.StringIO(text)))
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def summed(rows: Iterable[dict[str, str]], pre: str, post: str, count: str) -> Pairs:
    """Synapses by ordered pair."""
    out: Counter[tuple[int, int]] = Counter()
    for row in rows:
        out[int(row[pre]), int(row[post])] += int(row[count])
    return dict(out)


def well_read(result: ingest.Ingested) -> ingest.Ingested:
    """A result that passes the check, and whose buckets add up."""
    assert check(result.path) == []
    for rows in ("edge_rows", "synapse_rows"):
        parts = {k: v for k, v in result.buckets.items() if k.startswith(f"{rows}_")}
        if parts:
            assert parts.pop(f"{rows}_in") == sum(parts.values())
    return result


def refused(name: str, source: Path, out: Path, said: str, **options: object) -> None:
    """A source that is met with one line, and of which nothing is written."""
    with pytest.raises(ContractError, match=said) as error:
        ingest.read(name, source, out, **options)
    assert len(str(error.value).splitlines()) == 1
    assert not out.exists()
    assert [p.name for p in out.parent.iterdir() if p.name.startswith(".")] == []
