"""Every reader meets damaged and hostile files: a whole connectome comes of it, or one line and nothing."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import os
import pickle
import random
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from connectome_analysis.tables import check
from ingest.account import Ingested
from ingest.known_formats import find_format

from .every_source import SOURCES, Source

RAN = "neuropil_code_ran"
Change = Callable[[bytes, random.Random], bytes]


class Bomb:
    """Pickled, it would make a file where it is loaded."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return (open, (RAN, "w"))


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content))] if content else content


def _flip(content: bytes, rng: random.Random) -> bytes:
    out = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        if out:
            out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def _insert(content: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(content) + 1)
    what = rng.choice(
        [b"\x00", b"\xff\xfe", b'"', b"\r", b",,,,", b"'; DROP TABLE nodes; --", b"=1+1"]
    )
    return content[:place] + what + content[place:]


def _replace_number(by: bytes) -> Change:
    def change(content: bytes, rng: random.Random) -> bytes:
        import re

        found = [one.span() for one in re.finditer(rb"(?<![\w.])\d+(?![\w.])", content)]
        if not found:
            return content
        start, end = rng.choice(found)
        return content[:start] + by + content[end:]

    return change


def _double_line(content: bytes, rng: random.Random) -> bytes:
    lines = content.split(b"\n")
    place = rng.randrange(len(lines))
    return b"\n".join([*lines[:place], lines[place], *lines[place:]])


def _swap_columns(content: bytes, rng: random.Random) -> bytes:
    """Columns in another order in one row only, as a damaged file has them."""
    lines = content.split(b"\n")
    place = rng.randrange(len(lines))
    cells = lines[place].split(b",")
    rng.shuffle(cells)
    lines[place] = b",".join(cells)
    return b"\n".join(lines)


def _endless_line(content: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(content) + 1)
    return content[:place] + b"7" * (1 << 21) + content[place:]


CHANGES: dict[str, Change] = {
    "cut": _cut,
    "empty": lambda _content, _rng: b"",
    "flipped": _flip,
    "inserted": _insert,
    "word": _replace_number(b"banana"),
    "huge": _replace_number(b"9" * 30),
    "just too large": _replace_number(b"9223372036854775808"),
    "negative": _replace_number(b"-5"),
    "float": _replace_number(b"7.2e17"),
    "nan": _replace_number(b"NaN"),
    "blank": _replace_number(b""),
    "infinite": _replace_number(b"inf"),
    "doubled": _double_line,
    "swapped": _swap_columns,
    "endless": _endless_line,
    "pickle": lambda _content, _rng: pickle.dumps(Bomb()),
    "deep": lambda _content, _rng: b"[" * 200_000,
    "zip slip": lambda _content, _rng: _zip_slip(),
    "noise": lambda _content, rng: rng.randbytes(500),
}


def _zip_slip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../" + RAN, b"1")
        archive.writestr("all-all_connectivity_matrix.csv", b",1\n1,0\n")
    return packed.getvalue()


def _changed(content: bytes, change: Change, rng: random.Random) -> bytes:
    """Change what is in a file; of a packed one the inside as often as the outside."""
    if content[:2] == b"\x1f\x8b" and rng.random() < 0.7:
        return gzip.compress(change(gzip.decompress(content), rng), mtime=0)
    return change(content, rng)


def _read(source: Source, path: Path, out: Path) -> Ingested | str:
    """What comes of a reading: a connectome that is whole, or the line that says why not."""
    try:
        result = find_format(source.format).load()(path, out, **source.options)
    except (ValueError, OSError, MemoryError) as error:
        refusal: Exception | None = error
    else:
        refusal = None
    if refusal is not None:
        said = str(refusal)
        assert len(said.strip().splitlines()) == 1, repr(refusal)
        ours = type(refusal).__module__.startswith(("connectome_analysis", "builtins"))
        assert ours and not isinstance(refusal, UnicodeError), repr(refusal)  # noqa: PT018
        assert not out.exists()
        return said
    assert check(result.path) == []
    for rows in ("edge_rows", "synapse_rows"):
        parts = {k: v for k, v in result.buckets.items() if k.startswith(f"{rows}_")}
        if parts:
            assert parts.pop(f"{rows}_in") == sum(parts.values())
    return result


def _fuzz(name: str, change: str, seed: int, tmp_path: Path) -> None:
    source = SOURCES[name]
    rng = random.Random(f"{name} {change} {seed}")
    there = tmp_path / "source"
    there.mkdir()
    path = source.make(there)
    files = sorted(p for p in there.rglob("*") if p.is_file() and p.name != "README.txt")
    chosen = rng.choice(files)
    chosen.write_bytes(_changed(chosen.read_bytes(), CHANGES[change], rng))
    place = tmp_path / "place"
    place.mkdir()
    with contextlib.chdir(place):
        _read(source, path, place / "out")
    left = {item.name for item in place.iterdir()} - {"out"}
    assert left == set(), left
    assert not any(tmp_path.rglob(RAN)), "code of the file has run"
    assert not (tmp_path.parent / RAN).exists()


@pytest.mark.parametrize("name", list(SOURCES))
def test_every_source_is_read_as_it_is(name: str, tmp_path: Path) -> None:
    source = SOURCES[name]
    path = source.make(tmp_path)
    result = _read(source, path, tmp_path / "out")
    assert isinstance(result, Ingested), result
    assert result.rows["nodes"] > 0


def _otherwise_written(content: bytes) -> bytes:
    """The same CSV with a byte-order mark, lines as Windows ends them, and its columns turned round."""
    packed = content[:2] == b"\x1f\x8b"
    text = (gzip.decompress(content) if packed else content).decode("utf-8-sig")
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(
        row[::-1] for row in csv.reader(io.StringIO(text))
    )
    written = b"\xef\xbb\xbf" + out.getvalue().encode()
    return gzip.compress(written) if packed else written


@pytest.mark.parametrize(
    "name",
    ["flywire-783", "neuprint", "neuprint-bulk", "mouse-cerebellum", "optic-lobe-types", "table"],
)
def test_how_a_csv_is_written_changes_nothing(name: str, tmp_path: Path) -> None:
    source = SOURCES[name]
    path = source.make(tmp_path)
    first = _read(source, path, tmp_path / "first")
    for file in tmp_path.rglob("*.csv*"):
        file.write_bytes(_otherwise_written(file.read_bytes()))
    second = _read(source, path, tmp_path / "second")
    assert isinstance(first, Ingested)
    assert isinstance(second, Ingested), second
    assert first.buckets == second.buckets
    one, two = (pq.read_table(result.path / "edges.parquet") for result in (first, second))
    assert one.equals(two)


def test_a_bomb_of_a_workbook_or_an_array_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest import safe_files

    monkeypatch.setattr(safe_files, "ALWAYS_FINE_BYTES", 1 << 20)
    for name in ("SI 5 Connectome adjacency matrices.xlsx", "edges.xlsx", "matrix.npz"):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/worksheets/sheet1.xml", b"0" * (8 << 20))
        format = "cook2019" if name.startswith("SI") else "table"
        said = _read(Source(format, lambda _: tmp_path), tmp_path / name, tmp_path / "out")
        assert isinstance(said, str)
        assert "which is no data" in said, said


# Two of all the changes each time, another two for each reader; the sweep has all of them.
@pytest.mark.parametrize("turn", range(2))
@pytest.mark.parametrize("name", list(SOURCES))
def test_a_damaged_source_is_a_whole_connectome_or_one_line(
    name: str, turn: int, tmp_path: Path
) -> None:
    changes = list(CHANGES)
    place = list(SOURCES).index(name) * 2 + turn
    _fuzz(name, changes[place % len(changes)], 0, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("change", list(CHANGES))
@pytest.mark.parametrize("name", list(SOURCES))
def test_every_damage_to_every_source(name: str, change: str, tmp_path: Path) -> None:
    for seed in range(int(os.environ.get("NEUROPIL_FUZZ_SEEDS", "3"))):
        folder = tmp_path / str(seed)
        folder.mkdir()
        _fuzz(name, change, seed, folder)
        shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["larva", "flywire-783", "catmaid", "neuprint", "table"])
def test_a_file_that_is_a_folder_or_is_not_there_is_one_line(name: str, tmp_path: Path) -> None:
    source = SOURCES[name]
    there = tmp_path / "source"
    there.mkdir()
    path = source.make(there)
    assert isinstance(_read(source, tmp_path / "nowhere", tmp_path / "out"), str)
    for file in sorted(p for p in there.rglob("*") if p.is_file()):
        file.unlink()
        file.mkdir()
    assert isinstance(_read(source, path, tmp_path / "out"), str)
