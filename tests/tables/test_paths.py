"""Where a connectome may lie, and what may be overwritten."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from connectome_analysis.tables import (
    ContractError,
    DamagedConnectomeError,
    Session,
    check,
    swap,
    write,
)
from tests.tables import examples
from tests.tables.examples import MANIFEST, write_five, write_two

NAMES = [
    '~it\'s "x"',
    "größe 神经",
    "*",
    "a?b",
    "[ab]",
    "a\\*b",
    "weight=5",
    "file:%20#x",
    ".two\nlines",
    "x" * 220,
]


def message_of(path: object, **options: bool) -> str:
    with pytest.raises(ContractError) as caught:
        write(path, examples.two(), MANIFEST, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_any_name_a_folder_can_have_works(tmp_path: Path) -> None:
    """All lie side by side, so that one name taken for a pattern would find the others."""
    for i, name in enumerate(NAMES):
        nodes = pd.DataFrame({"node_id": [i]})
        write(tmp_path / name, {"nodes": nodes, "edges": examples.edges().iloc[:0]}, MANIFEST)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(NAMES)
    for i, name in enumerate(NAMES):
        session = Session(tmp_path / name)
        assert session.verified
        assert session.sql("FROM nodes").columns == ["node_id"], name
        assert session.sql("FROM nodes").fetchall() == [(i,)], name
        session.close()


@pytest.mark.parametrize("name", ["*", "[ab]", "two\nlines"])
def test_leftovers_of_a_folder_with_any_name_are_found(tmp_path: Path, name: str) -> None:
    folder = write_two(tmp_path / name)
    folder.rename(tmp_path / f".{name}.previous-01234567")
    (tmp_path / f".{name}.staging-01234567").mkdir()
    (tmp_path / f".{name}.staging-01234567.lock").touch()
    assert check(folder) == []
    write(folder, examples.two(), MANIFEST, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_folders_that_look_like_partitions_add_no_column(tmp_path: Path) -> None:
    folder = write_two(tmp_path / "species=fly" / "weight=9" / "x")
    assert Session(folder, file_access=True).sql("FROM edges").columns == list(examples.edges())


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    assert message_of(tmp_path / ("ö" * 111)).startswith(
        "A connectome's name must have at most 220 bytes, got 222: ööö"
    )
    assert "cannot be used" in message_of(tmp_path / ("x" * 300))


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("", "A connectome's path must not be empty."),
        ("a\0b", "is not a path"),
        ("a\udcffb", "is not UTF-8. Rename the folder."),
        (7, "A connectome's path must be text or a Path, got int 7."),
        (None, "A connectome's path must be text or a Path, got NoneType None."),
    ],
)
def test_what_is_no_path_is_refused(path: object, says: str) -> None:
    assert says in message_of(path)
    with pytest.raises(ContractError, match=r"[Rp]"):
        Session(path)
    (problem,) = check(path)
    assert says in problem.message


def test_parents_are_made(tmp_path: Path) -> None:
    assert check(write_two(tmp_path / "a" / "b" / "x")) == []


def test_a_path_may_be_relative_or_from_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert write_two(Path("x")) == tmp_path.resolve() / "x"
    assert Session("~/x").path == tmp_path.resolve() / "x"


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    assert check(write_two(tmp_path / "x")) == []


def test_a_connectome_is_overwritten_only_on_request(tmp_path: Path) -> None:
    folder = write_two(tmp_path / "x")
    before = examples.fingerprint(folder)
    assert message_of(folder) == f"{folder} exists. Choose another name, or ask to overwrite it."
    assert examples.fingerprint(folder) == before
    write(folder, examples.five(), MANIFEST, overwrite=True)
    assert check(folder) == []
    assert len(examples.rows(folder)) == 5


def test_a_damaged_connectome_may_be_overwritten(tmp_path: Path) -> None:
    folder = write_two(tmp_path / "x")
    (folder / "connectome.json").write_text("{")
    write(folder, examples.two(), MANIFEST, overwrite=True)
    assert check(folder) == []


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_file_is_never_overwritten(tmp_path: Path, overwrite: bool) -> None:
    (tmp_path / "x").write_text("mine")
    message = message_of(tmp_path / "x", overwrite=overwrite)
    assert message.endswith("x is a file; a connectome is a folder. Choose another name.")
    assert (tmp_path / "x").read_text() == "mine"


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_that_is_no_connectome_is_never_overwritten(
    tmp_path: Path, overwrite: bool
) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "thesis.docx").write_text("mine")
    assert "exists and is not a connectome (no connectome.json), so it is left alone" in message_of(
        tmp_path / "x", overwrite=overwrite
    )
    assert (tmp_path / "x" / "thesis.docx").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("place", ["notes.txt", "sub/edges.parquet", "my.parquet", ".hidden"])
def test_a_strangers_file_is_never_lost(tmp_path: Path, place: str) -> None:
    folder = write_two(tmp_path / "x")
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).write_text("mine")
    message = message_of(folder, overwrite=True)
    assert message == (
        f"{folder} holds files that are not the connectome's ({place}). "
        "Move them away before overwriting."
    )
    assert (folder / place).read_text() == "mine"
    assert check(folder) == []  # they do no harm to a reader


def test_what_comes_while_the_writer_works_is_not_lost(tmp_path: Path) -> None:
    target = tmp_path / "x"

    def say(what: str) -> None:
        if what == "putting it in place":
            target.mkdir()
            (target / "thesis.docx").write_text("mine")

    with pytest.raises(ContractError, match="is not a connectome"):
        write(target, examples.two(), MANIFEST, progress=say)
    assert [path.name for path in target.iterdir()] == ["thesis.docx"]
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_of_two_first_writers_the_second_is_refused_however_close(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "x"
    other = write_five(tmp_path / "other")

    def late(*_: object) -> bool:
        if other.exists():
            other.rename(target)  # after the writer's last look at the target
        return False

    rename = swap._rename_to_free
    monkeypatch.setattr(swap, "_rename_to_free", lambda *paths: late() or rename(*paths))
    with pytest.raises(ContractError, match=r"exists\. Choose another name"):
        write(target, examples.two(), MANIFEST)
    assert len(examples.rows(target)) == 5
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    real = write_two(tmp_path / "disk" / "real")
    link = tmp_path / "link"
    link.symlink_to(real)
    assert write(link, examples.five(), MANIFEST, overwrite=True) == real
    assert link.is_symlink()
    assert len(examples.rows(real)) == 5
    assert check(link) == []
    assert [path.name for path in real.parent.iterdir()] == ["real"]


def test_a_link_to_nowhere_leads_to_the_new_connectome(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "later")
    assert write_two(tmp_path / "link") == tmp_path.resolve() / "later"
    assert check(tmp_path / "link") == []


def test_a_link_in_a_circle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    message = message_of(tmp_path / "a")
    assert str(tmp_path / "a") in message


def test_a_parent_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    message = message_of(tmp_path / "file" / "x")
    assert message.startswith(f"Cannot write in {tmp_path / 'file'} (")
    assert message.endswith("Choose another folder.")


def test_a_parent_that_cannot_be_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() == 0:  # to whom nothing is forbidden

        def forbidden(*_: object, **__: object) -> int:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(swap.os, "open", forbidden)
    else:
        tmp_path.chmod(0o555)
    assert message_of(tmp_path / "x") == (
        f"Cannot write in {tmp_path} (Permission denied). Choose another folder."
    )
    tmp_path.chmod(0o755)


def test_a_connectome_in_a_place_that_cannot_be_written_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_two(tmp_path / "x")
    monkeypatch.setattr("os.access", lambda *_, **__: False)
    assert check(folder) == []
    assert Session(folder).sql("SELECT count(*) FROM nodes").fetchall() == [(3,)]


@pytest.mark.parametrize("what", ["nothing", "file", "folder", "empty"])
def test_what_is_no_connectome_does_not_open(tmp_path: Path, what: str) -> None:
    path = tmp_path / "x"
    if what == "file":
        path.write_text("x")
    elif what != "nothing":
        path.mkdir()
        if what == "folder":
            (path / "a.txt").write_text("x")
    with pytest.raises(DamagedConnectomeError) as caught:
        Session(path)
    says = {"nothing": "does not exist", "file": "is a file"}.get(what, "is not a connectome")
    assert says in str(caught.value)
    (problem,) = check(path)
    assert says in problem.message
