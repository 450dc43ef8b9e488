"""Saved model: one file of tensors and JSON, which cannot run code when it is opened."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from .needs_torch import torch

FORMAT = "neuropil cell typer"
VERSION = 1


def write_model(path: str | Path, about: dict[str, Any], networks: list[dict[str, Any]]) -> None:
    """Write a file whole or not at all.

    Parameters
    ----------
    about : dict
        What JSON can hold.
    networks : list of state dicts
    """
    target = Path(path)
    if not target.parent.is_dir():
        msg = f"There is no folder {target.parent} to save {target.name} in; make it first."
        raise ValueError(msg)
    content = {
        "format": FORMAT,
        "version": VERSION,
        "about": json.dumps(about),
        "networks": [
            {name: tensor.detach().cpu().clone() for name, tensor in each.items()}
            for each in networks
        ],
    }
    handle, part = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    try:
        torch.save(content, part)
        Path(part).replace(target)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def read_model(path: str | Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Read what `write_model` wrote: tensors and plain values alone, never code.

    Raises
    ------
    ValueError
        Where there is no such file, or it is something else.
    """
    source = Path(path)
    if not source.is_file():
        msg = f"There is no saved model {source}."
        raise ValueError(msg)
    try:
        content = torch.load(source, map_location="cpu", weights_only=True)
    except Exception:  # noqa: BLE001 - torch and zipfile raise many kinds
        # What torch says of such a file is to load it with the code in it, which nobody should.
        msg = (
            f"{source} is no model saved by CellTyper.save, or is damaged; fit one and save it "
            "(neuropil cell-types train)."
        )
        raise ValueError(msg) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        msg = f"{source} holds something else than a model saved by CellTyper.save."
        raise ValueError(msg)
    if content["version"] != VERSION:
        msg = (
            f"{source} has version {content['version']} of the format and this neuropil reads "
            f"{VERSION}; fit the model again."
        )
        raise ValueError(msg)
    return json.loads(content["about"]), content["networks"]
