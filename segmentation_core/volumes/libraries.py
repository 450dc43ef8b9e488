"""Libraries: those of the extra ``segmentation`` are imported when a file needs them."""

from __future__ import annotations

import importlib
from typing import Any


def library(name: str, *, extra: str = "segmentation") -> Any:
    """Import a library, or say in one line which extra brings it.

    Examples
    --------
    >>> library("json").dumps([1])
    '[1]'
    >>> library("no_such_library")
    Traceback (most recent call last):
    ImportError: This needs no_such_library, which is not installed: pip install 'neuropil[segmentation]'.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name.partition(".")[0]:
            raise
        msg = f"This needs {name}, which is not installed: pip install 'neuropil[{extra}]'."
        raise ImportError(msg) from error
