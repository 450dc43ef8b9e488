"""Checkpoints: a training run on disk, whole at every moment, and the weights that come out of it.

Files are written beside their place and renamed into it, so that a run killed at any point leaves
the last good checkpoint. They are read with ``weights_only``: no code in them is ever run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

from segmentation_core.network.design import NetworkDesign
from segmentation_core.network.needs_torch import torch
from segmentation_core.network.unet import UNet


def write_atomically(path: Path, content: Any) -> None:
    """Write with `torch.save` to a neighbour of `path` and rename it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staging = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with staging.open("wb") as file:
            torch.save(content, file)
            file.flush()
            os.fsync(file.fileno())
        staging.replace(path)
    finally:
        staging.unlink(missing_ok=True)


def read_checkpoint(
    path: Path,
    *,
    keys: Collection[str] = (),
    wanted: str = "the checkpoint of a run; remove it to begin the run anew",
) -> dict[str, Any]:
    """Read what `write_atomically` wrote.

    Parameters
    ----------
    path : Path
        The file.
    keys : names
        What it must hold beside its design.
    wanted : str
        What the file should be and the way out, for the error.

    Raises
    ------
    ValueError
        If the file is damaged or something else.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise
    except Exception as error:  # torch raises many kinds for a damaged file
        msg = f"{path} is damaged or of another kind; wanted {wanted}."
        raise ValueError(msg) from error
    if not isinstance(content, dict) or not {"design", *keys} <= set(content):
        msg = f"{path} is of another kind; wanted {wanted}."
        raise ValueError(msg)
    return content


def save_weights(path: Path, net: UNet, card: dict[str, Any]) -> None:
    """Write a network in half precision with its design and a card of where it comes from.

    Parameters
    ----------
    path : Path
        File to write.
    net : UNet
        The network.
    card : dict
        Plain values: data, licence, steps, scores.
    """
    state = {name: value.detach().cpu().half() for name, value in net.state_dict().items()}
    content = {
        "design": json.dumps(net.design.to_dict()),
        "card": json.dumps(card),
        "state": state,
    }
    write_atomically(path, content)


def load_weights(path: Path) -> tuple[UNet, dict[str, Any]]:
    """Read what `save_weights` wrote: the network in single precision, and its card.

    Raises
    ------
    ValueError
        If the file is damaged or holds something else.
    """
    content = read_checkpoint(
        path,
        keys=("card", "state"),
        wanted="weights of a segmentation network, such as weights.pt of a `neuropil train` run",
    )
    net = UNet(NetworkDesign.from_dict(json.loads(content["design"])))
    net.load_state_dict({name: value.float() for name, value in content["state"].items()})
    return net.eval(), json.loads(content["card"])
