"""The registry: every entry is whole, leads to a reader, and names no file outside its folder."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from connectome_analysis.tables import ContractError
from ingest.downloads.registry import RemoteFile, find_release, parse_release, releases
from ingest.known_formats import find_format

_HEX = {"sha256": re.compile(r"[0-9a-f]{64}"), "md5": re.compile(r"[0-9a-f]{32}")}


@pytest.mark.parametrize("name", list(releases()))
def test_a_release_says_what_it_is_and_who_reads_it(name: str) -> None:
    release = releases()[name]
    assert release.licence
    assert release.terms
    assert release.citation
    assert release.reader is not None
    known = find_format(release.reader)
    assert known.name == release.reader
    for file in release.files:
        assert file.url.startswith("https://")
        for kind, pattern in _HEX.items():
            found = getattr(file, kind)
            assert found is None or pattern.fullmatch(found)
    if release.access == "open":
        assert any(file.needed for file in release.files)
    if release.source is not None:
        unpacked = any(file.unpack for file in release.files)
        assert unpacked or release.source in [file.name for file in release.files]


def test_human_tissue_comes_with_its_terms() -> None:
    human = [one for one in releases().values() if one.species == "Homo sapiens"]
    assert human
    assert all("consent" in one.terms for one in human)


def test_a_release_that_is_not_there_is_met_with_the_nearest() -> None:
    with pytest.raises(ContractError, match=r"'flywire783' is no release.*'flywire-783'\?"):
        find_release("flywire783")
    with pytest.raises(ContractError, match=r"ciona-ryan2016 has no file 'x\.json'"):
        find_release("ciona-ryan2016").choose(("x.json",))
    assert [one.name for one in find_release("h01-c3").choose(("export000000000003",))] == [
        "export000000000003"
    ]


@pytest.mark.parametrize("name", ["../x", "a/b", "", "..", "c:x", "a\\b"])
def test_a_name_that_leads_elsewhere_is_no_name_of_a_file(name: str) -> None:
    with pytest.raises(ContractError, match="is no plain name of a file"):
        RemoteFile(name=name, url="https://example.org/x")


@pytest.mark.parametrize("url", ["ftp://x/y", "file:///etc/passwd", "https://", "https://a:b@c/d"])
def test_an_address_is_that_of_a_web_server_and_holds_no_password(url: str) -> None:
    with pytest.raises(ContractError, match="is no address of a file"):
        RemoteFile(name="x", url=url)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "release toy"),
        ("title = 'x'", "missing"),
        ("nonsense = 1", "nonsense"),
        (
            "title='t'\nversion='1'\nspecies='s'\nlicence='l'\nterms='t'\naccess='open'",
            "an open release lists files",
        ),
    ],
)
def test_a_damaged_entry_is_one_line(text: str, said: str) -> None:
    with pytest.raises(ContractError, match=said) as stop:
        parse_release("toy", text)
    assert len(str(stop.value).splitlines()) == 1


def _run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, str, str]:
    from neuropil.command_line import main

    monkeypatch.setattr(sys, "argv", ["neuropil", "datasets", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0), *capsys.readouterr()


def test_the_command_lists_plans_and_explains(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    import json

    code, out, _ = _run(monkeypatch, capsys, "list", "--json")
    kinds = {row["kind"] for row in json.loads(out)}
    assert (code, kinds) == (0, {"bundled", "release"})
    code, out, _ = _run(monkeypatch, capsys, "fetch", "--list")
    assert out.split() == list(releases())
    code, out, _ = _run(monkeypatch, capsys, "fetch", "hemibrain-1.2", "--dry-run")
    assert code == 0
    assert "45,872,577  exported-traced-adjacencies-v1.2.tar.gz  sha256" in out
    assert "CC BY 4.0" in out
    code, _, err = _run(monkeypatch, capsys, "fetch", "neuprint-live")
    assert code == 1
    assert err.startswith("neuropil: neuprint-live needs a token: 1. pip install")
    assert len(err.splitlines()) == 1
    code, _, err = _run(monkeypatch, capsys, "fetch")
    assert "say which release" in err
    (tmp_path / "x").write_text("mine")
    code, _, err = _run(monkeypatch, capsys, "fetch", "ciona-ryan2016", "--ingest", tmp_path)
    assert "exists and is not empty" in err
