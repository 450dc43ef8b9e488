"""Notebook pages: each notebook is run and becomes a page with its pictures; a run is kept until code changes."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.docs_site.pages import ROOT, notebooks, page_of_notebook

CACHE = ROOT / ".cache" / "notebooks"
_PACKAGES = ("connectome_analysis", "ingest", "neuropil", "segmentation_core")
_LONGEST_S = 600


def pages(*, run: bool = True, workers: int = 2) -> dict[str, str | bytes]:
    """The pages of all notebooks and their pictures.

    Parameters
    ----------
    run : bool
        Without, notebooks stand as they are in the repository: code and no answers.
    workers : int
        How many run at a time.

    Returns
    -------
    dict of str to str or bytes
        From a path in the site to what stands there.
    """
    with ThreadPoolExecutor(workers) as pool:
        files = list(pool.map(_executed if run else Path, notebooks()))
    found: dict[str, str | bytes] = {}
    for notebook, file in zip(notebooks(), files, strict=True):
        page = page_of_notebook(notebook)
        text, pictures = _as_markdown(file, folder=notebook.stem)
        said = f"*From `notebooks/{notebook.name}`" + ("*" if run else ", not run*")
        title, _, rest = text.lstrip().partition("\n")
        found[page] = f"{title}\n\n{said}\n{rest}"
        found |= {f"notebooks/{name}": picture for name, picture in pictures.items()}
    return found


def _executed(notebook: Path) -> Path:
    """The notebook with its answers, run anew only where it or the packages have changed."""
    kept = CACHE / f"{notebook.stem}-{_state_of_the_code(notebook)}.ipynb"
    if kept.exists():
        return kept
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.read(notebook, as_version=4)
    runner = NotebookClient(
        book,
        timeout=_LONGEST_S,
        startup_timeout=_LONGEST_S,
        kernel_name="python3",
        # It would warn of who on this machine could listen.
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(notebook.parent)}},
    )
    runner.execute()
    CACHE.mkdir(parents=True, exist_ok=True)
    for old in CACHE.glob(f"{notebook.stem}-*.ipynb"):
        old.unlink()
    nbformat.write(book, kept)
    return kept


def _state_of_the_code(notebook: Path) -> str:
    state = hashlib.sha256(notebook.read_bytes())
    for package in _PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            state.update(file.read_bytes())
    return state.hexdigest()[:16]


def _as_markdown(file: Path, *, folder: str) -> tuple[str, dict[str, bytes]]:
    from nbconvert import MarkdownExporter

    resources = {"output_files_dir": folder, "unique_key": "output"}
    text, made = MarkdownExporter().from_filename(str(file), resources=resources)
    return text, made["outputs"]
