"""A writer may be killed at any instant: the connectome is the old one or the new one, whole."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectome_analysis.tables import Session, check
from connectome_analysis.tables.swap import recover
from tests.tables import examples
from tests.tables.killed_writer import KILLED, Writers

Fingerprint = dict[str, str]


@pytest.fixture(scope="module")
def writers() -> Iterator[Writers]:
    writers = Writers()
    yield writers
    writers.close()


@pytest.fixture(scope="module")
def whole(writers: Writers, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Connectomes A and B as they must be, and checked."""
    folder = tmp_path_factory.mktemp("whole")
    for what in "AB":
        answer = writers.order(folder / what, what)
        assert answer["code"] == 0
        assert check(folder / what) == []
    return {what: folder / what for what in "AB"}


def instants(events: list[str]) -> list[int]:
    """The events worth dying at in a short test: before the first rename and after each."""
    chosen = [events.index("os.rename") + 1, len(events)]
    for i, event in enumerate(events):
        if event in {"os.rename", "ctypes.dlsym"}:
            chosen += [i + 2]
    return sorted(i for i in set(chosen) if i <= len(events))


def die_everywhere(
    writers: Writers,
    whole: dict[str, Path],
    folder: Path,
    *,
    exchange: bool,
    first_time: bool,
    every: bool,
    leftovers: bool = False,
) -> None:
    """Kill writers one after the other, each a little later.

    With `leftovers`, what the killed ones leave stays for the next to clear away, and to be
    killed at. Otherwise each starts from a tidy folder, so that `at` counts from the same start.
    """
    states = {what: examples.fingerprint(path) for what, path in whole.items()}
    target = folder / "x"
    if not first_time:
        shutil.copytree(whole["A"], target)
    events = writers.order(target, "B", exchange=exchange)["events"]
    places = range(1, len(events) + 1 + 20 * leftovers) if every else instants(events)
    seen = set()
    for at in places:
        if not leftovers:
            for path in folder.glob(".*"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        if first_time:
            shutil.rmtree(target, ignore_errors=True)
            old, new = None, "B"
        else:
            old = "A" if examples.fingerprint(target) == states["A"] else "B"
            new = "B" if old == "A" else "A"
        answer = writers.order(target, new, at=at, exchange=exchange)
        assert (
            answer["code"] == KILLED or at > len(events) - 15
        )  # A and B differ in the files to remove
        recover(target)
        found = examples.fingerprint(target)
        where = f"killed at event {at} of {events}"
        if first_time and not found:
            assert [problem.rule for problem in check(target)] == ["not there"], where
            seen.add("nothing")
        else:
            assert found in [states[what] for what in (old, new) if what], where
            seen.add("new" if found == states[new] else "old")
    assert seen == ({"nothing", "new"} if first_time else {"old", "new"})
    assert check(target) == [] or first_time
    # The next writer clears everything away that the killed ones left.
    assert writers.order(target, "A", exchange=exchange)["code"] == 0
    assert [path.name for path in folder.iterdir()] == ["x"]
    assert examples.fingerprint(target) == states["A"]


@pytest.mark.parametrize("exchange", [True, False])
@pytest.mark.parametrize("first_time", [True, False])
def test_a_writer_killed_at_a_rename_leaves_a_whole_connectome(
    writers: Writers, whole: dict[str, Path], tmp_path: Path, exchange: bool, first_time: bool
) -> None:
    if first_time and not exchange:
        pytest.skip("a first writer exchanges nothing")
    die_everywhere(writers, whole, tmp_path, exchange=exchange, first_time=first_time, every=False)


@pytest.mark.slow
@pytest.mark.parametrize("exchange", [True, False])
@pytest.mark.parametrize("first_time", [True, False])
@pytest.mark.parametrize("leftovers", [True, False])
def test_a_writer_killed_at_any_instant_leaves_a_whole_connectome(
    writers: Writers,
    whole: dict[str, Path],
    tmp_path: Path,
    exchange: bool,
    first_time: bool,
    leftovers: bool,
) -> None:
    die_everywhere(
        writers,
        whole,
        tmp_path,
        exchange=exchange,
        first_time=first_time,
        every=True,
        leftovers=leftovers,
    )


def die_at_random(
    writers: Writers, whole: dict[str, Path], folder: Path, *, exchange: bool, times: int
) -> None:
    """As above, but where the clock says: in the middle of DuckDB's writing, too."""
    states = [examples.fingerprint(path) for path in whole.values()]
    target = folder / "x"
    shutil.copytree(whole["A"], target)
    start = time.monotonic()
    writers.order(target, "B", exchange=exchange)
    lifetime = time.monotonic() - start
    rng = random.Random(0)
    for _ in range(times):
        delay = rng.uniform(0, 1.2 * lifetime)
        writers.order(target, rng.choice("AB"), after=delay, exchange=exchange)
        assert check(target) == [], delay
        assert examples.fingerprint(target) in states
    writers.order(target, "A", exchange=exchange)
    assert [path.name for path in folder.iterdir()] == ["x"]


def test_a_writer_killed_at_a_random_moment_leaves_a_whole_connectome(
    writers: Writers, whole: dict[str, Path], tmp_path: Path
) -> None:
    die_at_random(writers, whole, tmp_path, exchange=True, times=2)


@pytest.mark.slow
@pytest.mark.parametrize("exchange", [True, False])
def test_a_writer_killed_at_many_random_moments_leaves_a_whole_connectome(
    writers: Writers, whole: dict[str, Path], tmp_path: Path, exchange: bool
) -> None:
    die_at_random(writers, whole, tmp_path, exchange=exchange, times=200)


def read_while_writing(
    writers: Writers, whole: dict[str, Path], folder: Path, *, exchange: bool, times: int
) -> set[str]:
    """Open again and again while two writers replace one connectome by another in turn."""
    contents = {what: examples.rows(path) for what, path in whole.items()}
    target = folder / "x"
    shutil.copytree(whole["A"], target)
    busy = [
        writers.order(target, what, times=times, exchange=exchange, background=True)["pid"]
        for what in ("BA", "AB")
    ]
    seen = set()
    while busy:
        session = Session(target)
        tables = {
            f"{name}.parquet": session._snapshot.tables[name].to_table().to_pylist()
            for name in sorted(session.manifest.tables)
        }
        session.close()
        (what,) = (what for what, rows in contents.items() if rows == tables)
        seen.add(what)
        assert check(target) == []
        answers = {pid: writers.order(target, "", wait=pid) for pid in busy}
        assert all(answer in ({"running": True}, {"code": 0}) for answer in answers.values())
        busy = [pid for pid, answer in answers.items() if "running" in answer]
    writers.order(target, "A", exchange=exchange)
    assert [path.name for path in folder.iterdir()] == ["x"]
    return seen


def test_who_reads_while_others_write_sees_one_whole_connectome(
    writers: Writers, whole: dict[str, Path], tmp_path: Path
) -> None:
    assert read_while_writing(writers, whole, tmp_path, exchange=True, times=2) <= {"A", "B"}


@pytest.mark.slow
@pytest.mark.parametrize("exchange", [True, False])
def test_who_reads_long_while_others_write_sees_one_whole_connectome(
    writers: Writers, whole: dict[str, Path], tmp_path: Path, exchange: bool
) -> None:
    assert read_while_writing(writers, whole, tmp_path, exchange=exchange, times=60) == {"A", "B"}
