"""Fetching a release: whole, in parts, checked, and never over what is there."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectome_analysis.tables import ContractError
from ingest.downloads import fetch as fetching
from ingest.downloads.fetch import Fetched, fetch
from ingest.downloads.registry import Release, RemoteFile
from ingest.downloads.transfer import Transfer

from ..local_server import Served, serving

CONTENT = random.Random(0).randbytes(3_000_000)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEUROPIL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each pause would have been; none is made."""
    made: list[float] = []
    monkeypatch.setattr(Transfer, "sleep", staticmethod(made.append), raising=False)
    original = Transfer.__init__

    def quick(self: Transfer, *args: Any, **options: Any) -> None:
        original(self, *args, **options | {"sleep": made.append})

    monkeypatch.setattr(Transfer, "__init__", quick)
    return made


@pytest.fixture
def served() -> Served:
    return Served(CONTENT)


@pytest.fixture
def address(served: Served) -> Iterator[str]:
    with serving({"/a.bin": served}) as address:
        yield address


def _release(address: str, **known: Any) -> Release:
    return Release(
        name="toy",
        title="toy",
        version="1",
        species="none",
        licence="CC0",
        terms="none",
        access="open",
        files=(RemoteFile(name="a.bin", url=f"{address}/a.bin", needed=True, **known),),
    )


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _get(address: str, to: Path, **options: Any) -> Fetched:
    known = {key: options.pop(key) for key in ("sha256", "md5", "bytes") if key in options}
    return fetch(_release(address, **known), to, **options)


def _nothing_but(folder: Path, *names: str) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)


def test_a_file_comes_whole_and_what_it_is_stands_beside_it(address: str, tmp_path: Path) -> None:
    to = tmp_path / "toy"
    seen: list[tuple[int, int | None]] = []
    got = _get(
        address,
        to,
        sha256=_sha(CONTENT),
        bytes=len(CONTENT),
        progress=lambda _name, done, total: seen.append((done, total)),
    )
    assert (to / "a.bin").read_bytes() == CONTENT
    assert got.downloaded == ("a.bin",)
    assert got.warnings == ()
    assert seen[0] == (0, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    _nothing_but(to, "a.bin", "downloaded.json")
    noted = json.loads((to / "downloaded.json").read_text())["files"]["a.bin"]
    assert noted["sha256"] == _sha(CONTENT)
    assert noted["url"] == f"{address}/a.bin"


def test_what_is_there_is_checked_and_not_fetched_again(
    address: str, served: Served, tmp_path: Path
) -> None:
    to = tmp_path / "toy"
    _get(address, to, sha256=_sha(CONTENT))
    again = _get(address, to, sha256=_sha(CONTENT))
    assert again.downloaded == ()
    assert len(served.asked) == 1
    (to / "a.bin").write_bytes(b"mine")
    with pytest.raises(ContractError, match=r"a\.bin is there and is not the file of the release"):
        _get(address, to, sha256=_sha(CONTENT))
    assert (to / "a.bin").read_bytes() == b"mine"


@pytest.mark.parametrize("places", [[1_000_000], [70_000, 1, 900_000]])
def test_a_cut_connection_is_gone_on_from(
    places: list[int], address: str, served: Served, tmp_path: Path, waits: list[float]
) -> None:
    served.cut_after += places
    _get(address, tmp_path / "toy", sha256=_sha(CONTENT))
    assert (tmp_path / "toy" / "a.bin").read_bytes() == CONTENT
    assert len(served.asked) == len(places) + 1
    begins = [request.get("Range") for request in served.asked]
    assert begins[0] is None
    assert begins[-1] == f"bytes={sum(places)}-"
    assert served.asked[-1]["If-Range"] == served.etag


def test_a_fetch_that_gave_up_is_gone_on_from_by_the_next(
    address: str, served: Served, tmp_path: Path, waits: list[float]
) -> None:
    served.cut_after += [500_000] + [0] * 5
    with pytest.raises(ContractError, match="500,000 bytes are kept; run it again"):
        _get(address, tmp_path / "toy")
    assert not (tmp_path / "toy" / "a.bin").exists()
    assert len(waits) == 5
    assert waits == sorted(waits)
    _get(address, tmp_path / "toy", sha256=_sha(CONTENT))
    assert served.asked[-1]["Range"] == "bytes=500000-"
    _nothing_but(tmp_path / "toy", "a.bin", "downloaded.json")


def test_a_server_without_parts_is_asked_for_the_whole_again(
    address: str, served: Served, tmp_path: Path, waits: list[float]
) -> None:
    served.parts = False
    served.cut_after.append(500_000)
    said: list[str] = []
    _get(address, tmp_path / "toy", sha256=_sha(CONTENT), say=said.append)
    assert any("sends no parts" in line for line in said)


def test_without_a_validator_nothing_is_joined(
    address: str, served: Served, tmp_path: Path, waits: list[float]
) -> None:
    served.validator = False
    served.cut_after.append(500_000)
    _get(address, tmp_path / "toy", sha256=_sha(CONTENT))
    assert [request.get("Range") for request in served.asked] == [None, None]


def test_a_file_that_changes_between_two_parts_is_begun_anew(
    address: str, served: Served, tmp_path: Path, waits: list[float]
) -> None:
    changed = CONTENT[::-1]
    served.cut_after.append(500_000)
    served.after_cut = lambda one: setattr(one, "content", changed)
    said: list[str] = []
    _get(address, tmp_path / "toy", say=said.append)
    assert (tmp_path / "toy" / "a.bin").read_bytes() == changed
    assert any("has changed at the source between two parts" in line for line in said)


def test_a_wrong_hash_is_no_file_and_the_next_try_begins_anew(
    address: str, served: Served, tmp_path: Path
) -> None:
    for known in ({"sha256": _sha(b"other")}, {"md5": hashlib.md5(b"other").hexdigest()}):
        with pytest.raises(ContractError, match=r"a\.bin is not the file that is known") as stop:
            _get(address, tmp_path / "toy", **known)
        assert "\n" not in str(stop.value)
        assert list((tmp_path / "toy").iterdir()) == []
    got = _get(address, tmp_path / "toy", sha256=_sha(b"other"), accept_changed=True)
    assert (tmp_path / "toy" / "a.bin").read_bytes() == CONTENT
    assert "checksum drift" in got.warnings[0]


def test_another_size_is_told_before_it_is_fetched(
    address: str, served: Served, tmp_path: Path
) -> None:
    with pytest.raises(ContractError, match=r"it was 17 bytes and is 3,000,000 now"):
        _get(address, tmp_path / "toy", bytes=17)
    assert list((tmp_path / "toy").iterdir()) == []
    got = _get(address, tmp_path / "toy", bytes=17, accept_changed=True)
    assert "checksum drift: a.bin was known with 17 bytes" in got.warnings[0]


def test_a_file_without_a_known_hash_is_held_to_its_first_download(
    address: str, served: Served, tmp_path: Path
) -> None:
    _get(address, tmp_path / "one")
    served.content = CONTENT[::-1]
    with pytest.raises(ContractError, match=r"checksum drift: a\.bin had SHA-256 .* first fetched"):
        _get(address, tmp_path / "two")
    assert not (tmp_path / "two" / "a.bin").exists()
    got = _get(address, tmp_path / "two", accept_changed=True)
    assert "checksum drift" in got.warnings[0]
    assert _get(address, tmp_path / "three").warnings == ()  # it is the known one now


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, r"a\.bin is not there \(404"),
        (410, r"a\.bin is not there \(410"),
        (401, "does not give it out"),
        (403, "may want a login"),
    ],
)
def test_a_refusal_is_one_line_at_once(
    status: int, said: str, address: str, served: Served, tmp_path: Path, waits: list[float]
) -> None:
    served.refusals.append((status, {}))
    with pytest.raises(ContractError, match=said) as stop:
        _get(address, tmp_path / "toy")
    assert "\n" not in str(stop.value)
    assert waits == []


def test_a_busy_server_is_waited_for_as_long_as_it_asks(
    address: str, served: Served, tmp_path: Path, waits: list[float]
) -> None:
    soon = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 40))
    served.refusals += [
        (429, {"Retry-After": "7"}),
        (503, {"Retry-After": soon}),
        (500, {}),
        (503, {"Retry-After": "999999"}),
    ]
    _get(address, tmp_path / "toy", sha256=_sha(CONTENT))
    assert waits[0] == 7
    assert 30 < waits[1] <= 40
    assert 2 <= waits[2] <= 5
    assert waits[3] == 120


def test_a_web_page_in_place_of_a_file_is_refused(
    address: str, served: Served, tmp_path: Path
) -> None:
    served.headers["Content-Type"] = "text/html; charset=utf-8"
    with pytest.raises(ContractError, match="gives a web page and no file"):
        _get(address, tmp_path / "toy")


def test_gzip_stays_gzip_where_the_server_calls_it_an_encoding(
    address: str, served: Served, tmp_path: Path
) -> None:
    served.headers["Content-Encoding"] = "gzip"
    _get(address, tmp_path / "toy", sha256=_sha(CONTENT))
    assert (tmp_path / "toy" / "a.bin").read_bytes() == CONTENT


def test_a_full_disk_is_told_before_anything_is_fetched(
    address: str, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda _: usage._replace(free=1_000))
    with pytest.raises(OSError, match=r"3,000,000 bytes are to be fetched and .* has 1,000 left"):
        _get(address, tmp_path / "toy", bytes=len(CONTENT))
    assert served.asked == []
    with pytest.raises(ContractError, match=r"a\.bin wants 3,000,000 bytes more"):
        _get(address, tmp_path / "toy")


_FETCH = """
import resource, sys
from ingest.downloads.fetch import fetch
from ingest.downloads.registry import Release, RemoteFile
address, to, most = sys.argv[1], sys.argv[2], int(sys.argv[3])
if most:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
file = RemoteFile(name="a.bin", url=address + "/a.bin", needed=True)
toy = Release(name="toy", title="t", version="1", species="s", licence="l", terms="t",
              access="open", files=(file,))
try:
    fetch(toy, to)
except (OSError, ValueError) as error:
    sys.exit(str(error))
"""


def _fetch_apart(address: str, to: Path, most: int = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _FETCH, address, str(to), str(most)],
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_disk_that_fills_up_leaves_a_part_to_go_on_from(
    address: str, served: Served, tmp_path: Path
) -> None:
    done = _fetch_apart(address, tmp_path / "toy", most=1_000_000)
    _, said = done.communicate(timeout=60)
    assert done.returncode == 1
    assert "the disk is full at 1,000,000 bytes" in said
    assert len(said.strip().splitlines()) == 1
    _get(address, tmp_path / "toy", sha256=_sha(CONTENT))
    assert served.asked[-1]["Range"] == "bytes=1000000-"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_real_disk_of_one_megabyte_is_full_in_one_line(
    address: str, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        usage = shutil.disk_usage(tmp_path)
        monkeypatch.setattr(fetching.shutil, "disk_usage", lambda _: usage)
        with pytest.raises(OSError, match="the disk is full at"):
            _get(address, small / "toy")
        assert not (small / "toy" / "a.bin").exists()
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_fetcher_that_is_killed_is_gone_on_from(
    address: str, served: Served, tmp_path: Path
) -> None:
    served.pause_s = 0.05
    part = tmp_path / "toy" / ".partial" / "a.bin.part"
    killed = _fetch_apart(address, tmp_path / "toy")
    until = time.monotonic() + 30
    while not (part.exists() and part.stat().st_size > 0) and time.monotonic() < until:
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=60)
    have = part.stat().st_size
    assert 0 < have < len(CONTENT)
    served.pause_s = 0
    _get(address, tmp_path / "toy", sha256=_sha(CONTENT))
    assert served.asked[-1]["Range"] == f"bytes={have}-"
    _nothing_but(tmp_path / "toy", "a.bin", "downloaded.json")


def test_of_two_fetchers_one_says_that_the_other_is_at_it(
    address: str, served: Served, tmp_path: Path
) -> None:
    served.pause_s = 0.05
    first = _fetch_apart(address, tmp_path / "toy")
    until = time.monotonic() + 30
    while not served.asked and time.monotonic() < until:
        time.sleep(0.02)
    with pytest.raises(ContractError, match="is being filled by another process"):
        _get(address, tmp_path / "toy")
    first.communicate(timeout=60)
    assert first.returncode == 0
    assert (tmp_path / "toy" / "a.bin").read_bytes() == CONTENT


def _archive(path: Path, members: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    return path.read_bytes()


def _packed(address: str) -> Release:
    file = RemoteFile(name="a.bin", url=f"{address}/a.bin", needed=True, unpack=True)
    return Release(
        name="t", title="t", version="1", species="s", licence="l", terms="t", access="open",
        files=(file,),
    )  # fmt: skip


def test_an_archive_is_unpacked_beside_itself(address: str, served: Served, tmp_path: Path) -> None:
    served.content = _archive(tmp_path / "x.tar.gz", {"d/one.csv": b"1", "d/._one.csv": b"junk"})
    fetch(_packed(address), tmp_path / "toy")
    _nothing_but(tmp_path / "toy", "a.bin", "d", "downloaded.json")
    _nothing_but(tmp_path / "toy" / "d", "one.csv")
    fetch(_packed(address), tmp_path / "toy")  # and a second time what stands there is left alone


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../out.csv", "leads outside"),
        ("/tmp/out.csv", "leads outside"),
        ("d\\..\\..\\x", "outside"),
    ],
)
def test_an_archive_that_leads_outside_is_not_unpacked(
    name: str, said: str, address: str, served: Served, tmp_path: Path
) -> None:
    served.content = _archive(tmp_path / "x.tar.gz", {"good.csv": b"1", name: b"2"})
    with pytest.raises(ContractError, match=said):
        fetch(_packed(address), tmp_path / "toy")
    _nothing_but(tmp_path / "toy", "a.bin", "downloaded.json")
    assert not (tmp_path / "out.csv").exists()


def test_links_in_archives_and_archives_that_are_none_are_refused(
    address: str, served: Served, tmp_path: Path
) -> None:
    served.content = _archive(tmp_path / "x.tar.gz", {}, {"passwords": "/etc/passwd"})
    with pytest.raises(ContractError, match="'passwords', which is a link or a device"):
        fetch(_packed(address), tmp_path / "one")
    served.content = served.content[: len(served.content) // 2]
    with pytest.raises(ContractError, match=r"a\.bin is not a readable archive"):
        fetch(_packed(address), tmp_path / "two", accept_changed=True)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../out.csv", b"1")
    served.content = packed.getvalue()
    with pytest.raises(ContractError, match="leads outside"):
        fetch(_packed(address), tmp_path / "three", accept_changed=True)


def test_a_bomb_of_an_archive_is_not_unpacked(
    address: str, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest import safe_files

    monkeypatch.setattr(safe_files, "ALWAYS_FINE_BYTES", 1 << 20)
    monkeypatch.setattr(safe_files, "GREATEST_RATIO", 100)
    served.content = _archive(tmp_path / "x.tar.gz", {"zeros.csv": b"0" * (8 << 20)})
    with pytest.raises(ContractError, match="which is no data"):
        fetch(_packed(address), tmp_path / "toy")
    _nothing_but(tmp_path / "toy", "a.bin", "downloaded.json")


def test_a_release_by_hand_says_how(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"microns-live needs a token: 1\. pip install") as stop:
        fetch("microns-live", tmp_path / "toy")
    assert "\n" not in str(stop.value)
    with pytest.raises(ContractError, match="has to be had by hand"):
        fetch("optic-lobe-1.1", tmp_path / "toy")
    assert not (tmp_path / "toy").exists()


def test_without_pooch_the_error_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(ImportError, match=r"pip install 'neuropil\[downloads\]'"):
        fetch("ciona-ryan2016", tmp_path / "toy")
