"""Links: those that lead from file to file in the repository are turned to lead from page to page in the site."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping

# Fences and inline code keep what they say; a link's text may hold inline code.
_PARTS = re.compile(
    r"(?P<fence>^```.*?^```)"
    r"|(?P<link>!?\[(?P<text>(?:`[^`]*`|[^\]`])*)\]\((?P<target>[^)\s]+)\))"
    r"|(?P<heading>^#[^\n]*)"
    r"|(?P<code>`[^`\n]+`)",
    re.MULTILINE | re.DOTALL,
)
_CALLED = re.compile(r"`(?P<name>(?:ca|sc|ingest)(?:\.\w+)+)(?:\([^`]*\))?`")


def turned(
    markdown: str,
    *,
    file: str,
    page: str,
    pages: Mapping[str, str],
    titles: Mapping[str, str] | None = None,
) -> str:
    """The text of a file with its links to other files turned into links to their pages.

    A file of the repository that is no page of the site is named instead of linked. A link that is
    called as its file is called as the page.

    Parameters
    ----------
    markdown : str
    file : str
        Where the text stands in the repository, ``docs/sql.md``.
    page : str
        Where it will stand in the site, ``sql.md``.
    pages : mapping of str to str
        From files of the repository to pages of the site.
    titles : mapping of str to str, optional
        What pages of the site are called.

    Returns
    -------
    str

    Examples
    --------
    >>> turned("[a.md](a.md)", file="b.md", page="b.md", pages={"a.md": "a.md"}, titles={"a.md": "An A"})
    '[An A](a.md)'
    >>> pages = {"docs/sql.md": "sql.md", "notebooks/05.ipynb": "notebooks/05.md"}
    >>> turned("[SQL](docs/sql.md#views)", file="README.md", page="index.md", pages=pages)
    '[SQL](sql.md#views)'
    >>> turned("[by hand](../docs/sql.md)", file="notebooks/05.ipynb", page="notebooks/05.md", pages=pages)
    '[by hand](../sql.md)'
    >>> turned("[the code](../errors/model.py)", file="docs/sql.md", page="sql.md", pages=pages)
    'the code (`errors/model.py`)'
    """

    def link(text: str, target: str, whole: str) -> str:
        path, hash_, anchor = target.partition("#")
        if "://" in path or path.startswith("mailto:") or not path:
            return whole
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(file), path))
        if wanted not in pages and whole.startswith("!"):
            return whole  # a picture that is made while building
        if wanted not in pages:
            return text if text.strip("`") == wanted else f"{text} (`{wanted}`)"
        to = posixpath.relpath(pages[wanted], posixpath.dirname(page) or ".")
        sign = "!" if whole.startswith("!") else ""
        if text.strip("`") in (path, wanted, posixpath.basename(path)):
            text = (titles or {}).get(pages[wanted], text)
        return f"{sign}[{text}]({to}{hash_}{anchor})"

    return _each(markdown, link=link)


def named(markdown: str, identifiers: Mapping[str, str]) -> str:
    """The text with inline code that names something public linked to its place in the reference.

    Parameters
    ----------
    markdown : str
    identifiers : mapping of str to str
        From a public name, ``ca.motifs.count``, to where it is defined.

    Returns
    -------
    str

    Examples
    --------
    >>> named("Ask `ca.open(folder)`, not `ca.shut`.", {"ca.open": "connectome.open_connectome"})
    'Ask [`ca.open(folder)`][connectome.open_connectome], not `ca.shut`.'
    """

    def code(span: str) -> str:
        found = _CALLED.fullmatch(span)
        identifier = identifiers.get(found["name"]) if found else None
        return f"[{span}][{identifier}]" if identifier else span

    return _each(markdown, code=code)


def _each(
    markdown: str,
    *,
    link: Callable[[str, str, str], str] = lambda _text, _target, whole: whole,
    code: Callable[[str], str] = lambda span: span,
) -> str:
    def part(m: re.Match[str]) -> str:
        if m["link"]:
            return link(m["text"], m["target"], m[0])
        return code(m[0]) if m["code"] else m[0]

    return _PARTS.sub(part, markdown)
