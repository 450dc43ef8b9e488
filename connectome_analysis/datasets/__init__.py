"""Datasets: published connectomes that come with the package and need no network.

`list` shows them, `load` opens one. ``docs/datasets.md`` says for each where it is from, what its
weights mean and where it differs from its paper; ``tools/build_datasets.py`` makes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bundled import close_names, list, names, path

if TYPE_CHECKING:
    from ..connectome import Connectome

__all__ = ["close_names", "list", "load", "names", "path"]


def load(name: str) -> Connectome:
    """Open a bundled dataset.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    Connectome

    Raises
    ------
    ValueError
        Where there is no such dataset.

    Examples
    --------
    >>> load("celegans-varshney2011").graph().n_nodes
    279
    """
    from ..connectome import open_connectome

    return open_connectome(path(name))
