"""Classes: how likely a segment is neuron, glia or bears a soma, from its morphology.

Neuron or glia is a logistic regression on a dozen numbers, trained on simulated tissue (by
``tools/train_segment_classes.py``): with so few of them trees and boosting find no more than a line
does, and a line needs no library. Simulated tissue has no cell bodies, so soma is a rule and no
training: nothing but a soma holds a ball of 1.5 um.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from segmentation_core.synapses.calibration import Calibration

from .morphology import THICKNESS_BINS_NM, segment_morphology

if TYPE_CHECKING:
    import pandas as pd

FEATURES = (
    "log_volume",
    "log_surface_to_volume",
    "log_inscribed",
    "log_radius",
    "sheetness",
    "branches_per_um",
    "ends_per_um",
    *(f"thin_{bound:.0f}" for bound in THICKNESS_BINS_NM),
)
_WEIGHTS = Path(__file__).with_name("neuron_or_glia.json")
# A ball of this radius is a soma as likely as not; a seventh more or less makes it sure.
_SOMA_NM = 1500.0
_SOMA_SHARPNESS = 15.0


def class_features(morphology: pd.DataFrame) -> pd.DataFrame:
    """Features of `FEATURES` from `segment_morphology`."""
    import pandas as pd

    m = morphology
    cable_um = np.maximum(m["cable_nm"], 100.0) / 1000
    columns: dict[str, Any] = {
        "log_volume": np.log(m["volume_nm3"]),
        "log_surface_to_volume": np.log((m["surface_nm2"] + 1) / m["volume_nm3"]),
        "log_inscribed": np.log(m["inscribed_nm"]),
        "log_radius": np.log(m["mean_radius_nm"]),
        "sheetness": m["sheetness"],
        "branches_per_um": m["branch_points"] / cable_um,
        "ends_per_um": m["endpoints"] / cable_um,
    }
    for bound in THICKNESS_BINS_NM:
        columns[f"thin_{bound:.0f}"] = m[f"thin_{bound:.0f}"]
    return pd.DataFrame(columns)


def neuron_or_glia() -> Calibration:
    """Load the bundled regression; its confidence is the chance of glia. Trained on simulation."""
    return Calibration.from_dict(json.loads(_WEIGHTS.read_text(encoding="utf-8"))["regression"])


def classify_segments(
    labels: Any,
    *,
    voxel_size_nm: Sequence[float] | None = None,
    regression: Calibration | None = None,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Say of every segment whether it is neuron, glia or bears a soma.

    Parameters
    ----------
    labels : (z, y, x) integers, 0 = none
    voxel_size_nm : (z, y, x) floats
        Needed unless `labels` is a `Volume`. Voxels of 8 to 40 nm do; finer ones take longer and
        tell no more.
    regression : Calibration, optional
        Chance of glia from `FEATURES`; by default the bundled one, which was trained on simulated
        tissue alone: check it on some segments of your own before you rely on it.
    n_jobs : int, optional
        Threads; by default all processors.

    Returns
    -------
    DataFrame indexed by ``segment_id``
        ``neuron``, ``glia``, ``soma``: probabilities that add up to 1; ``segment_class``: the
        likeliest; and the columns of `segment_morphology`.

    Raises
    ------
    ValueError
        As `skeletonize`.

    Examples
    --------
    >>> labels = np.zeros((30, 90, 90), np.uint8)
    >>> z, y, x = np.indices(labels.shape) - np.array([15, 45, 45]).reshape(3, 1, 1, 1)
    >>> labels[(z * 120) ** 2 + (y * 48) ** 2 + (x * 48) ** 2 < 1.75e3**2] = 7
    >>> classify_segments(labels, voxel_size_nm=(120, 48, 48))["segment_class"].tolist()
    ['soma']
    """
    shape = segment_morphology(labels, voxel_size_nm=voxel_size_nm, n_jobs=n_jobs)
    regression = regression or neuron_or_glia()
    larger = np.log(np.maximum(shape["inscribed_nm"].to_numpy(), 1) / _SOMA_NM)
    soma = 1 / (1 + np.exp(-_SOMA_SHARPNESS * larger))
    glia = regression.confidence(class_features(shape)) if len(shape) else np.zeros(0)
    chances = {"neuron": (1 - soma) * (1 - glia), "glia": (1 - soma) * glia, "soma": soma}
    names = np.array(list(chances), object)
    best = np.argmax(np.stack(list(chances.values())), axis=0) if len(shape) else []
    result = shape.copy()
    for position, (name, chance) in enumerate(chances.items()):
        result.insert(position, name, chance)
    result.insert(3, "segment_class", names[np.asarray(best, int)])
    return result
