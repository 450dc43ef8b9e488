"""Missing library: an ImportError that says how to get it."""

from __future__ import annotations


def missing_library(name: str, way_out: str) -> ImportError:
    """Name the library and the command that installs it.

    Examples
    --------
    >>> print(missing_library("igraph", "pip install 'neuropil[igraph]'"))
    This needs igraph, which is not installed: pip install 'neuropil[igraph]'.
    """
    return ImportError(f"This needs {name}, which is not installed: {way_out}.", name=name)
