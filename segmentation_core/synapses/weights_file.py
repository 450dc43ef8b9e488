"""Weights file: a synapse network in half precision with its calibration and its card, in one file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import torch

from segmentation_core.network.checkpoints import read_checkpoint, write_atomically

from .calibration import Calibration
from .net import SynapseDesign, SynapseNet

_FOLDER = Path(__file__).parent / "weights"
# Voxel sizes within this factor of those trained on are taken as they are.
_TOLERANCE = 1.2


class SynapseModel(NamedTuple):
    """What detection needs: a network, how sure its answers are, and what it was made of."""

    net: SynapseNet
    calibration: Calibration
    polarity: Calibration
    card: dict[str, Any]


def save_synapse_model(model: SynapseModel, path: str | Path) -> None:
    """Write a model; weights in half precision, so twice the parameters in bytes."""
    half = {name: value.to(torch.float16) for name, value in model.net.state_dict().items()}
    write_atomically(
        Path(path),
        {
            "design": json.dumps(model.net.design.to_dict()),
            "calibration": json.dumps(model.calibration.to_dict()),
            "polarity": json.dumps(model.polarity.to_dict()),
            "card": json.dumps(model.card),
            "weights": half,
        },
    )


def load_synapse_model(path: str | Path) -> SynapseModel:
    """Read what `save_synapse_model` wrote.

    Raises
    ------
    ValueError
        If the file is damaged or no synapse model.
    """
    saved = read_checkpoint(
        Path(path),
        keys=("calibration", "polarity", "card", "weights"),
        wanted="a synapse model, as tools/train_synapses.py makes them",
    )
    net = SynapseNet(SynapseDesign.from_dict(json.loads(saved["design"])))
    net.load_state_dict({name: value.float() for name, value in saved["weights"].items()})
    calibration = Calibration.from_dict(json.loads(saved["calibration"]))
    polarity = Calibration.from_dict(json.loads(saved["polarity"]))
    return SynapseModel(net.eval(), calibration, polarity, json.loads(saved["card"]))


def bundled_models() -> dict[str, Path]:
    """Models in the package, by name."""
    return {path.stem: path for path in sorted(_FOLDER.glob("*.pt"))}


def model_for(voxel_size_nm: tuple[float, float, float]) -> SynapseModel:
    """Load the bundled model that was trained on voxels of about this size.

    Raises
    ------
    ValueError
        Where there is none.
    """
    return load_synapse_model(model_file_for(voxel_size_nm))


def model_file_for(voxel_size_nm: tuple[float, float, float]) -> Path:
    """File of the bundled model that was trained on voxels of about this size.

    Raises
    ------
    ValueError
        Where there is none.
    """
    known = []
    for path in bundled_models().values():
        model = load_synapse_model(path)
        for size in model.net.design.voxel_sizes_nm:
            ratios = [a / b for a, b in zip(voxel_size_nm, size, strict=True)]
            if all(1 / _TOLERANCE <= r <= _TOLERANCE for r in ratios):
                return path
            known.append(" x ".join(f"{s:g}" for s in size))
    msg = (
        f"no bundled synapse model for voxels of {' x '.join(f'{s:g}' for s in voxel_size_nm)} nm "
        f"(z, y, x), there are {', '.join(known) or 'none'}; downsample to one of these, or train one "
        "with tools/train_synapses.py and pass model=."
    )
    raise ValueError(msg)
