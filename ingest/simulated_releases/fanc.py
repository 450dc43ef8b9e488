"""Simulated FANC files, in the format of a CAVE materialization as Parquet.

Of their habits they have: the stable id of a cell called ``user_id``; two cells in one segment and
cells in none (root 0); positions in voxels of 4.3 x 4.3 x 45 nm; rows per neuropil of pairs of three
synapses and more; receivers that are fragments.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .wiring import draw_ids, draw_wiring, split_counts

FIRST_ID = 648518346400000000
NEUROPILS = ("T1_leg", "T2_leg", "ANm", "unassigned")
PAIR_THRESHOLD = 3


def write_fanc(folder: Path, *, n_neurons: int, n_connections: int, seed: int) -> None:
    """Write cells, somas and counts of synapses by neuropil; a fifth of the segments are fragments."""
    rng = np.random.default_rng(seed)
    ids = draw_ids(n_neurons, FIRST_ID, rng)
    wiring = draw_wiring(n_neurons, n_connections, rng)
    cells = ids[np.arange(n_neurons) % 5 != 4]
    roots = np.concatenate([cells, cells[:1], [0, 0]])
    positions = rng.integers(1_000, 60_000, (len(roots), 3)).tolist()
    _write(
        folder,
        "cell_ids_v2",
        {
            "id": np.arange(len(roots)),
            "valid": np.ones(len(roots), bool),
            "user_id": 10_000 + np.arange(len(roots)),
            "tag": ["neuron"] * len(roots),
            "pt_position": pa.array(positions, pa.list_(pa.int64())),
            "pt_supervoxel_id": 72_000_000_000_000_000 + np.arange(len(roots)),
            "pt_root_id": roots,
        },
    )
    _write(
        folder,
        "somas_dec2022",
        {
            "id": np.arange(len(cells)),
            "volume": rng.uniform(10, 90, len(cells)),
            "pt_position": pa.array(positions[: len(cells)], pa.list_(pa.int64())),
            "pt_root_id": cells,
        },
    )
    pair, region, count = split_counts(wiring.syn_count, len(NEUROPILS), rng)
    kept = wiring.syn_count[pair] >= PAIR_THRESHOLD
    pair, region, count = pair[kept], region[kept], count[kept]
    _write(
        folder,
        "synapses_nov2022_human_readable_connectioncountsperneuropil_countthresh3",
        {
            "pre_root_id": ids[wiring.pre[pair]],
            "post_root_id": ids[wiring.post[pair]],
            "neuropil": np.array(NEUROPILS)[region],
            "num_synapses": count,
        },
    )


def _write(folder: Path, stem: str, columns: dict[str, Any]) -> None:
    pq.write_table(pa.table(columns), folder / f"{stem}.parquet")
