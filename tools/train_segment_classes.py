"""Train the regression of neuron or glia on simulated tissue, and write its JSON file.

python tools/train_segment_classes.py OUT.json

Segments of simulated cortex and fly neuropil at 40 x 16 x 16 nm; whole volumes are held out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd

import segmentation_core as sc
from segmentation_core.segment_classes.classes import FEATURES, class_features
from segmentation_core.segment_classes.morphology import segment_morphology
from segmentation_core.synapses.calibration import fit_calibration, reliability

VOXEL_NM = (40.0, 16.0, 16.0)
SHAPE = (40, 160, 160)
TRAIN_SEEDS, TEST_SEEDS = range(5000, 5008), range(6000, 6004)
LEAST_VOXELS = 300


def rows_of(seed: int) -> pd.DataFrame:
    """Features of the segments of one volume, with ``is_glia``."""
    tissue = ("cortex", "fly")[seed % 2]
    volume = sc.simulate_volume(SHAPE, voxel_size_nm=VOXEL_NM, tissue=tissue, n_jobs=1, rng=seed)
    shape = segment_morphology(volume.labels, voxel_size_nm=VOXEL_NM, n_jobs=1)
    rows = class_features(shape)
    segments = volume.segments.set_index("segment_id").loc[rows.index.astype(np.int64)]
    rows["is_glia"] = (segments["kind"] == "glia").to_numpy()
    return rows[segments["n_voxels"].to_numpy() >= LEAST_VOXELS]


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    train = pd.concat([rows_of(seed) for seed in TRAIN_SEEDS])
    fit = fit_calibration(train, train["is_glia"], FEATURES)
    test = pd.concat([rows_of(seed) for seed in TEST_SEEDS])
    said, so = fit.confidence(test), test["is_glia"].to_numpy()
    named = said >= 0.5
    scores = {
        "accuracy": float((named == so).mean()),
        "glia_recall": float(named[so].mean()),
        "glia_precision": float(so[named].mean()) if named.any() else float("nan"),
        "calibration_error": float(reliability(said, so).attrs["calibration_error"]),
        "n_test": len(test),
        "n_test_glia": int(so.sum()),
        "n_train": len(train),
        "n_train_glia": int(train["is_glia"].sum()),
    }
    print(json.dumps(scores, indent=1))
    card = {
        "trained_on": "simulated tissue (segmentation_core.simulate) alone",
        "licence": "BSD-3-Clause, as the package",
        "made_by": "tools/train_segment_classes.py",
        "scores_on_held_out_simulated_volumes": scores,
    }
    text = json.dumps({"card": card, "regression": fit.to_dict()}, indent=1)
    options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
