"""Hooks: what mkdocs calls while it builds the site; run as ``python -m mkdocs`` from the root of the repository.

Pages that repeat what stands elsewhere are made here and never written into the repository: the reference
from docstrings, the commands from their help, the notebooks from a run, the changelog from its file.
``NEUROPIL_DOCS_NOTEBOOKS=unrun`` leaves notebooks without answers, which is quick.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from tools.docs_site import api_pages, command_page, links, notebook_pages
from tools.docs_site.pages import (
    AS_THEY_STAND,
    COMMANDS,
    ROOT,
    notebooks,
    page_of_notebook,
    site_pages,
    titles,
)

ASSETS = Path(__file__).parent / "assets"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages that are made while building where the navigation asks for them."""
    made = {
        "<notebooks>": [page_of_notebook(n) for n in notebooks()],
        "<api>": [{room.called: room.page} for room in api_pages.rooms()],
    }
    config.nav = _with(config.nav, made)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made while building."""
    made: dict[str, str | bytes] = {COMMANDS: command_page.text()}
    made |= {room.page: api_pages.text_of(room) for room in api_pages.rooms()}
    made |= {page: (ROOT / file).read_text("utf-8") for file, page in AS_THEY_STAND.items()}
    made |= notebook_pages.pages(run=os.environ.get("NEUROPIL_DOCS_NOTEBOOKS") != "unrun")
    made |= {f"assets/{file.name}": file.read_bytes() for file in ASSETS.iterdir()}
    for path, content in made.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Turn links between files into links between pages, and names into links to the reference."""
    here = page.file.src_uri
    file = _file_of(here)
    if file is not None:
        markdown = links.turned(markdown, file=file, page=here, pages=_pages(), titles=_titles())
    return markdown if here.startswith("reference/") else links.named(markdown, _identifiers())


@cache
def _pages() -> dict[str, str]:
    return site_pages()


@cache
def _titles() -> dict[str, str]:
    return titles()


@cache
def _identifiers() -> dict[str, str]:
    return api_pages.identifiers()


def _file_of(page: str) -> str | None:
    """The file of the repository that a page of the site is made from, if one."""
    by_page = {
        p: file for file, p in _pages().items() if not file.startswith(("README", "CITATION"))
    }
    return by_page.get(page)


def _with(nav: Any, made: dict[str, list[Any]]) -> Any:
    if isinstance(nav, str):
        return made.get(nav, nav)
    if isinstance(nav, dict):
        return {title: _with(inner, made) for title, inner in nav.items()}
    found = []
    for item in nav:
        inner = _with(item, made)
        found += inner if isinstance(inner, list) else [inner]
    return found
