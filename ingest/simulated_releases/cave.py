"""Simulated tables of CAVE, as dumped from MICrONS' datastack minnie65.

Of their habits these files have: ids of 18 digits; root 0 for what belongs to nobody; a table of synapses
without a line of names, which stand in ``..._header.csv``; positions in voxels of (4, 4, 40) nm as lists or
in three columns; ``t`` and ``f`` for true and false, and a nucleus that is not valid; two nuclei with one root.
"""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .csv_files import write_csv
from .wiring import draw_ids, draw_wiring

FIRST_ROOT = 864691135000000000
FIRST_SUPERVOXEL = 88000000000000000
VERSION = 1300
TYPES = ("23P", "4P", "5P-ET", "BC", "MC", "astrocyte")
_UNATTACHED_SHARE = 0.05


def write_cave(folder: Path, *, n_neurons: int, n_connections: int, seed: int) -> None:
    """Write synapses, nuclei, cell types, proofreading and coregistration."""
    rng = np.random.default_rng(seed)
    roots = draw_ids(n_neurons, FIRST_ROOT, rng)
    wiring = draw_wiring(n_neurons, n_connections, rng)
    pre = roots[np.repeat(wiring.pre, wiring.syn_count)]
    post = roots[np.repeat(wiring.post, wiring.syn_count)]
    loose = rng.integers(0, len(pre), max(1, int(len(pre) * _UNATTACHED_SHARE)))
    pre = np.concatenate([pre, np.zeros(len(loose), np.int64)])
    post = np.concatenate([post, post[loose]])
    _write_synapses(folder, pre, post, rng)
    _write_nuclei(folder, roots, rng)
    _write_about_neurons(folder, roots, rng)


def _write_synapses(
    folder: Path, pre: NDArray[np.int64], post: NDArray[np.int64], rng: np.random.Generator
) -> None:
    n = len(pre)
    places = rng.integers([20_000, 20_000, 14_000], [400_000, 300_000, 28_000], (n, 3))
    columns: dict[str, Any] = {
        "id": np.arange(1, n + 1) * 7,
        "valid": np.full(n, "t"),
        "pre_pt_root_id": pre,
        "post_pt_root_id": post,
        "size": rng.integers(50, 9_000, n),
    }
    for site, shift in (("ctr_pt", 0), ("pre_pt", -20), ("post_pt", 20)):
        for i, axis in enumerate("xyz"):
            columns[f"{site}_position_{axis}"] = places[:, i] + (shift if axis != "z" else 0)
    columns["pre_pt_supervoxel_id"] = FIRST_SUPERVOXEL + np.arange(n)
    columns["post_pt_supervoxel_id"] = FIRST_SUPERVOXEL + n + np.arange(n)
    name = f"synapses_pni_2_v{VERSION}"
    with gzip.GzipFile(folder / f"{name}.csv.gz", "wb", mtime=0) as packed:
        rows = zip(*(column.tolist() for column in columns.values()), strict=True)
        for row in rows:
            packed.write((",".join(map(str, row)) + "\n").encode())
    with (folder / f"{name}_header.csv").open("w", newline="", encoding="utf-8") as header:
        csv.writer(header).writerow(columns)


def _write_nuclei(folder: Path, roots: NDArray[np.int64], rng: np.random.Generator) -> None:
    n = len(roots) + 2  # a second nucleus in the first cell, and one that belongs to nobody
    places = rng.integers([20_000, 20_000, 14_000], [400_000, 300_000, 28_000], (n, 3))
    write_csv(
        folder / "nucleus_detection_v0.csv",
        {
            "id": np.arange(200_001, 200_001 + n),
            "valid": ["t"] * n,
            "volume": np.round(rng.uniform(100, 400, n), 3),
            "pt_position": [f"[{x} {y} {z}]" for x, y, z in places.tolist()],
            "pt_supervoxel_id": FIRST_SUPERVOXEL - 1 - np.arange(n),
            "pt_root_id": np.concatenate([roots, roots[:1], [0]]),
        },
    )


def _write_about_neurons(folder: Path, roots: NDArray[np.int64], rng: np.random.Generator) -> None:
    n = len(roots)
    types = rng.integers(0, len(TYPES), n)
    words = ("excitatory_neuron", "inhibitory_neuron", "nonneuron")
    write_csv(
        folder / "aibs_metamodel_celltypes_v661.csv",
        {
            "id": np.arange(1, n + 1),
            "target_id": np.arange(200_001, 200_001 + n),
            "classification_system": [words[0 if t < 3 else 1 if t < 5 else 2] for t in types],
            "cell_type": [TYPES[t] for t in types],
            "pt_root_id": roots,
        },
    )
    some = roots[:: max(1, n // 10)]
    write_csv(
        folder / "proofreading_status_and_strategy.csv",
        {
            "id": np.arange(1, len(some) + 1),
            "valid_id": some,
            "pt_root_id": some,
            "status_dendrite": ["t"] * len(some),
            "status_axon": ["t" if i % 2 else "f" for i in range(len(some))],
            "strategy_dendrite": ["dendrite_extended"] * len(some),
            "strategy_axon": ["axon_fully_extended"] * len(some),
        },
    )
    write_csv(
        folder / "coregistration_manual_v4.csv",
        {
            "id": np.arange(1, len(some) + 1),
            "session": [4] * len(some),
            "scan_idx": [7] * len(some),
            "unit_id": np.arange(1, len(some) + 1),
            "field": [1] * len(some),
            "residual": np.round(rng.uniform(0, 10, len(some)), 3),
            "score": np.round(rng.uniform(-5, 5, len(some)), 3),
            "pt_root_id": some,
        },
    )
