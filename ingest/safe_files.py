"""Safe files: archives, compressed text and JSON of strangers, opened without trust.

A zip may name a file outside its folder or hold a thousand times its own size, a compressed file
may never end, and JSON may nest without end or write an id as a float. Each ends in one line.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

import pyarrow as pa

from connectome_analysis.tables import ContractError

LARGEST_JSON_BYTES = 4 << 30
LARGEST_ZIP_BYTES = 64 << 30
# Deflate reaches 1032:1 and a matrix of zeros 400:1; what is small may be as regular as it likes.
GREATEST_RATIO = 600
ALWAYS_FINE_BYTES = 256 << 20
_PIECE = 1 << 20
_LARGEST_ID = 2**63 - 1


def first_bytes(path: Path, count: int = 4096) -> bytes:
    """First bytes of a file, decompressed where its suffix says so; empty where it cannot be read."""
    try:
        with pa.input_stream(str(path), compression="detect") as file:
            found: bytes = file.read(count)
            return found
    except (pa.ArrowException, OSError, ValueError):
        return b""


def first_line(path: Path, count: int = 65536) -> str:
    """First line of a text file without byte-order mark; empty where it is no text."""
    try:
        text = first_bytes(path, count).decode("utf-8-sig", errors="strict")
    except UnicodeDecodeError as error:
        if error.start < count - 4:
            return ""
        text = first_bytes(path, error.start).decode("utf-8-sig", errors="replace")
    return text.splitlines()[0] if text.strip() else ""


def file_names(path: Path) -> list[str]:
    """Names of what a folder, or a zip, holds directly or in one folder below; junk left out."""
    if path.is_dir():
        names = [item.name for item in path.iterdir() if item.is_file()]
        for folder in sorted(item for item in path.iterdir() if item.is_dir()):
            names += [f"{folder.name}/{item.name}" for item in folder.iterdir() if item.is_file()]
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    else:
        names = [path.name]
    return sorted(name for name in names if not is_junk(name) and not name.endswith("/"))


def is_junk(name: str) -> bool:
    """Whether a file is what a file manager leaves behind."""
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or (bool(parts) and parts[-1].startswith((".", "~$")))


@contextmanager
def opened_folder(path: Path, wanted: Callable[[str], bool]) -> Iterator[Path]:
    """A folder as it is, or a zip's wanted files in a folder that is gone afterwards.

    Parameters
    ----------
    path : Path
    wanted : callable
        Told the bare name of each file in a zip, says whether it is needed.

    Raises
    ------
    ContractError
        Where the zip is damaged, leads outside its folder or grows beyond measure.
    """
    if path.is_dir():
        yield path
        return
    if not path.exists():
        msg = f"{path} does not exist."
        raise ContractError(msg)
    with tempfile.TemporaryDirectory(prefix="neuropil-") as folder:
        _unzip(path, Path(folder), wanted)
        yield Path(folder)


def _unzip(path: Path, folder: Path, wanted: Callable[[str], bool]) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir() and not is_junk(m.filename)]
            for member in members:
                require_inside(path, member.filename)
            members = [m for m in members if wanted(PurePosixPath(m.filename).name)]
            _require_sane(path, members)
            for member in members:
                target = folder / PurePosixPath(member.filename).name
                if target.exists():
                    msg = f"{path.name} holds {target.name!r} twice. Unpack it and name one folder."
                    raise ContractError(msg)
                with archive.open(member) as packed, target.open("wb") as unpacked:
                    copy_within(path, packed, unpacked, member.file_size)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        msg = f"{path.name} is not a readable zip ({str(error).rstrip('.')})."
        raise ContractError(msg) from None


def require_inside(path: Path, name: str) -> None:
    """Raise where a name in the archive `path` leads outside the folder it is unpacked to."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts or name.startswith(("/", "\\")) or (parts and ":" in parts[0]):
        msg = f"{path.name} holds {name!r}, which leads outside its folder. It is not unpacked."
        raise ContractError(msg)


def _require_sane(path: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    size = sum(member.file_size for member in members)
    require_sane_size(path, size, sum(member.compress_size for member in members))


def require_sane_zip(path: Path) -> None:
    """Raise where a zip, such as a workbook or ``.npz``, unpacks to a size that no data have.

    What is no zip at all is left to whoever reads it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return
    _require_sane(path, members)


def require_sane_size(path: Path, size: int, packed: int) -> None:
    """Raise where `packed` bytes of the archive `path` unpack to a `size` that no data have."""
    if size > LARGEST_ZIP_BYTES or (
        size > ALWAYS_FINE_BYTES and size > GREATEST_RATIO * max(packed, 1)
    ):
        msg = (
            f"{path.name}: {packed:,} bytes unpack to {size:,}, which is no data. It is not "
            "unpacked; if it is meant, unpack it and name the folder."
        )
        raise ContractError(msg)


def copy_within(path: Path, packed: IO[bytes], unpacked: IO[bytes], size: int) -> None:
    """Copy a member of the archive `path`; raise where it is larger than it says."""
    left = size
    while piece := packed.read(_PIECE):
        left -= len(piece)
        if left < 0:
            msg = f"{path.name} unpacks to more than it says, so it is damaged."
            raise ContractError(msg)
        unpacked.write(piece)


def read_json(path: Path, what: str) -> Any:
    """Read a JSON file, compressed or not, with byte-order mark or bare ``NaN``.

    Integers come out whole whatever their size, as Python's do.

    Parameters
    ----------
    path : Path
    what : str
        What it is expected to be, for messages.

    Raises
    ------
    ContractError
        Where it is missing, damaged, not UTF-8, nested too deep or unreasonably large.
    """
    if not path.is_file():
        msg = f"{path} does not exist." if not path.exists() else f"{path} is not a file."
        raise ContractError(msg)
    try:
        with pa.input_stream(str(path), compression="detect") as file:
            content = file.read(LARGEST_JSON_BYTES + 1)
        if len(content) > LARGEST_JSON_BYTES:
            msg = (
                f"{path.name} unpacks to more than {LARGEST_JSON_BYTES:,} bytes, too much for one "
                f"JSON of {what}. Split it."
            )
            raise ContractError(msg)
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError, pa.ArrowException, OSError) as error:
        first = (str(error).splitlines() or [""])[0].rstrip(".")
        msg = f"{path.name} is not readable JSON of {what} ({first})."
        raise ContractError(msg) from None


def exact_id(value: object, where: str, *, zero_is_none: bool = False) -> int | None:
    """An id of JSON or Avro as an integer: a whole number, or text of nothing but digits.

    Parameters
    ----------
    value : object
    where : str
        What is said to have it: ``"synapses.json: record 3: neuron_id"``.
    zero_is_none : bool
        0 stands for "no neuron".

    Raises
    ------
    ContractError
        For a float, a boolean, other text, a negative or larger than 64-bit integer.

    Examples
    --------
    >>> exact_id("720575940629970489", "x"), exact_id(None, "x")
    (720575940629970489, None)
    """
    if value is None or value == "":
        return None
    number = value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        number = int(value)
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= _LARGEST_ID:
        shown = repr(value) if len(repr(value)) < 60 else repr(value)[:56] + "..."
        msg = (
            f"{where} must be an integer of 64 bits, or the digits of one as text, got {shown}. Ids "
            "above 2**53 do not survive a float: write them as text."
        )
        raise ContractError(msg)
    return None if zero_is_none and number == 0 else number


def require_kind(
    content: Any, path: Path, kind: type[dict[str, Any] | list[Any]], what: str
) -> Any:
    """`content` where it is of a kind; otherwise one line that says what was wanted."""
    if isinstance(content, kind):
        return content
    words = "an object" if kind is dict else "a list"
    msg = f"{path.name}: wanted {words}, {what}; got {type(content).__name__}."
    raise ContractError(msg)
