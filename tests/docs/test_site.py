"""The site: every page stands in the navigation, every link to a heading finds it, and what is built needs no network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from tools.docs_site import links
from tools.docs_site.pages import AS_THEY_STAND, COMMANDS, DOCS, ROOT, site_pages

yaml = pytest.importorskip("yaml", reason="PyYAML comes with the dependency group test")

CONFIG: dict[str, Any] = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
TO_HEADING = re.compile(r"\]\(([^)#\s]*)#([^)\s]+)\)")


def in_navigation(part: Any) -> list[str]:
    if isinstance(part, str):
        return [part]
    parts = part.values() if isinstance(part, dict) else part
    return [page for inner in parts for page in in_navigation(inner)]


def anchors(page: Path) -> set[str]:
    headings = HEADING.findall(FENCE.sub("", page.read_text("utf-8")))
    return {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", h).strip().lower()) for h in headings}


def test_every_page_stands_in_the_navigation_once() -> None:
    listed = Counter(in_navigation(CONFIG["nav"]))
    pages = {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")}
    made = {*AS_THEY_STAND.values(), COMMANDS, "<notebooks>", "<api>"}
    missing = sorted((pages | made) - set(listed))
    assert not missing, f"put these pages under `nav` in mkdocs.yml: {', '.join(missing)}"
    gone = sorted(set(listed) - pages - made)
    assert not gone, f"`nav` in mkdocs.yml names pages that are not there: {', '.join(gone)}"
    assert max(listed.values()) == 1


def test_pages_that_are_made_take_no_name_of_a_page_that_is_there() -> None:
    places = Counter(site_pages().values())
    double = {page for page, n in places.items() if n > 1} - {"index.md", "cite.md", "start.md"}
    assert not double


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_every_link_to_a_heading_finds_it(page: Path) -> None:
    text = FENCE.sub("", page.read_text("utf-8"))
    lost = [
        f"{target}#{anchor}"
        for target, anchor in TO_HEADING.findall(text)
        if "://" not in target
        and (page.parent / target if target else page).suffix == ".md"
        and anchor not in anchors(page.parent / target if target else page)
    ]
    assert not lost


def test_links_between_files_become_links_between_pages() -> None:
    import doctest

    tried = doctest.testmod(links)
    assert tried.attempted > 3
    assert tried.failed == 0


def test_parameters_described_together_are_described_each() -> None:
    griffe = pytest.importorskip("griffe", reason="the dependency group docs builds the site")
    from tools.docs_site.one_by_one import apart

    given = """Draw.

Parameters
----------
g : Graph
    One.
n : int
    Graphs.
rng, *more, client
    As for `sample`.

    Twice.
a, b : {1, 2}
    Both.

Returns
-------
(N,) Series, index ``k``
    Not `touched`.
"""
    read = griffe.parse_numpy(griffe.Docstring(apart(given)), warn_missing_types=False)
    parameters, returned = (read[1].value, read[2].value)
    assert [p.name for p in parameters] == ["g", "n", "rng", "*more", "client", "a", "b"]
    assert parameters[2].description == parameters[4].description == "As for `sample`.\n\nTwice."
    assert parameters[6].annotation == parameters[5].annotation == "1, 2"  # as griffe reads it
    assert returned[0].annotation == "(N,) Series, index k"
    assert returned[0].description == "Not `touched`."


def test_links_keep_out_of_code() -> None:
    text = "`[a](b.md)`\n\n```text\n[a](b.md) `ca.open`\n```\n\n# `ca.open`\n"
    assert links.turned(text, file="docs/x.md", page="x.md", pages={}) == text
    assert links.named(text, {"ca.open": "here"}) == text


def test_the_software_is_cited_as_citation_cff_has_it() -> None:
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    page = (DOCS / "cite.md").read_text("utf-8")
    entry = dict(re.findall(r"^  (\w+)\s*= \{(.*?)\},?$", page, re.MULTILINE))
    assert entry["title"] == cff["title"]
    assert entry["version"] == cff["version"]
    assert entry["license"] == cff["license"]
    assert entry["year"] == str(cff["date-released"])[:4]
    assert entry["author"].strip("{}") == cff["authors"][0]["name"]


def test_the_picture_of_the_readme_shows_the_counts_of_the_worm() -> None:
    pytest.importorskip("PIL", reason="Pillow comes with matplotlib")
    import connectome_analysis as ca
    from tools.draw_pictures import shown_numbers

    census = ca.motifs.triad_census(ca.open("celegans-cook2019-hermaphrodite").graph())
    assert json.loads(shown_numbers("triad_profile"))["observed"] == census.tolist()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["triad_profile", "naive_and_aware"])
def test_a_picture_of_the_readme_shows_what_the_program_gives(name: str) -> None:
    from tools.draw_pictures import PICTURES, numbers, shown_numbers

    make, columns, _ = PICTURES[name]
    assert shown_numbers(name) == numbers(make(), columns), (
        f"draw it again: python -m tools.draw_pictures {name}"
    )


def test_every_plot_is_on_its_page_and_every_picture_is_shown() -> None:
    import connectome_analysis as ca
    from tools.draw_plots import IMAGES, PICTURES

    page = (DOCS / "plots_and_report.md").read_text("utf-8")
    assert [name for name in ca.plot.__all__ if f"`{name}(" not in page] == []
    assert set(PICTURES) <= set(ca.plot.__all__)
    for picture in IMAGES.glob("*.png"):
        assert f"images/plots/{picture.name}" in page, picture.name


def test_results_stand_between_the_marks_of_the_page() -> None:
    from tools.draw_benchmark import BEGIN, END, with_results

    page = f"before\n{BEGIN}\nold\n{END}\nafter"
    once = with_results(page, ["| new |"])
    assert "old" not in once
    assert once == with_results(once, ["| new |"])
    assert once.startswith("before")
    assert once.endswith("after")


class Built(HTMLParser):
    """What a built page has: names that links may lead to, links, and what a browser loads by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {key: value or "" for key, value in attrs}
        self.names |= {has[key] for key in ("id", "name") if key in has}
        if tag == "a" and "href" in has:
            self.links.append(has["href"])
        if "src" in has:
            self.loads.append(has["src"])
        if tag == "link" and has.get("rel") in {"stylesheet", "preload", "preconnect", "icon"}:
            self.loads.append(has["href"])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("mkdocs", reason="the dependency group docs builds the site")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env=os.environ | {"NEUROPIL_DOCS_NOTEBOOKS": "unrun", "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


@pytest.fixture(scope="session")
def built(site: Path) -> dict[Path, Built]:
    pages = {}
    for file in site.rglob("*.html"):
        pages[file] = Built()
        pages[file].feed(file.read_text("utf-8"))
    return pages


@pytest.mark.slow
def test_no_link_within_the_site_is_dead(built: dict[Path, Built]) -> None:
    dead = []
    for file, page in built.items():
        for link in page.links:
            to = urlsplit(link)
            if to.scheme or link.startswith("//"):
                continue
            target = (file.parent / unquote(to.path)).resolve() if to.path else file
            known = target in built and (
                not to.fragment or unquote(to.fragment) in built[target].names
            )
            if not known and not (target.is_file() and target not in built):
                dead.append(f"{file.name}: {link}")
    assert not [line for line in dead if not line.startswith("404.html")]


@pytest.mark.slow
def test_a_page_loads_nothing_from_elsewhere(site: Path, built: dict[Path, Built]) -> None:
    for file, page in built.items():
        assert not [url for url in page.loads if re.match(r"(https?:)?//", url)], file.name
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//", sheet.read_text("utf-8")), sheet.name


@pytest.mark.slow
def test_every_public_name_and_every_command_stands_in_the_reference(
    site: Path, built: dict[Path, Built]
) -> None:
    from typer.main import get_command

    from neuropil.command_line import app
    from tools.docs_site import api_pages

    for room in api_pages.rooms():
        page = built[site / room.page.replace(".md", ".html")]
        lacking = [name.called for name in api_pages.names(room) if name.path not in page.names]
        assert not lacking
    text = (site / COMMANDS.replace(".md", ".html")).read_text("utf-8")

    def all_stand(command: Any, called: str) -> None:
        assert f'id="{called.replace(" ", "-")}"' in text, called
        for name, inner in getattr(command, "commands", {}).items():
            all_stand(inner, f"{called} {name}")

    for name, command in get_command(app).commands.items():
        all_stand(command, f"neuropil {name}")
