"""Pages: which page of the site each file of the repository becomes, and which pages are made while building."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

# Files outside docs/ that are pages of the site as they stand.
AS_THEY_STAND = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contribute.md",
    "benchmarks/README.md": "benchmarks.md",
    "connectome_analysis/datasets/data/LICENCES.md": "data_licences.md",
}
# Files that a page of the site takes the place of.
TOLD_BY = {"README.md": "index.md", "CITATION.cff": "cite.md", "notebooks": "start.md"}

COMMANDS = "reference/commands.md"


def notebooks() -> list[Path]:
    """The notebooks, in the order of their numbers."""
    return sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


def page_of_notebook(notebook: Path) -> str:
    """Where in the site a notebook stands."""
    return f"notebooks/{notebook.stem}.md"


def site_pages() -> dict[str, str]:
    """Every file of the repository that has a page in the site, and that page.

    Returns
    -------
    dict of str to str
        From a path in the repository to a path in the site, both with slashes.
    """
    pages = AS_THEY_STAND | TOLD_BY
    pages |= {f"notebooks/{n.name}": page_of_notebook(n) for n in notebooks()}
    return pages | {
        file.relative_to(ROOT).as_posix(): file.relative_to(DOCS).as_posix()
        for file in DOCS.rglob("*")
        if file.is_file()
    }


def titles() -> dict[str, str]:
    """What every page of the site is called that is made from a file in Markdown: its first heading."""
    found = {}
    for file, page in site_pages().items():
        path = ROOT / file
        if path.suffix == ".md" and path.is_file():
            first = next(
                (x for x in path.read_text("utf-8").splitlines() if x.startswith("# ")), ""
            )
            if first:
                found[page] = first.removeprefix("# ").strip()
    return found
