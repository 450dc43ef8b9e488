"""Simulated BANC files, in the format of the compiled data of release 888.

Of their habits they have: ids as text; ``TRUE`` and ``FALSE`` as text; glia and fragments among the
rows, and a neuron twice; types that a program assigned, marked ``auto:``; self-connections.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.feather as paf

from .wiring import draw_ids, draw_wiring

FIRST_ID = 720575941000000000


def write_banc(folder: Path, *, n_neurons: int, n_connections: int, seed: int) -> None:
    """Write the meta file and the edge list of detector v2; a tenth are glia, a tenth unproofread."""
    rng = np.random.default_rng(seed)
    ids = draw_ids(n_neurons, FIRST_ID, rng)
    wiring = draw_wiring(n_neurons, n_connections, rng)
    place = np.arange(n_neurons)
    glia, rough, unseen = place % 10 == 7, place % 10 == 3, place % 10 == 9
    spots = rng.integers(10**5, 10**6, (n_neurons, 3)).tolist()
    text = [str(i) for i in ids.tolist()]
    columns: dict[str, list[Any]] = {
        "root_888": text,
        "banc_888_id": text,
        "proofread": np.where(rough | unseen, "FALSE", "TRUE").tolist(),
        "roughly_proofread": np.where(rough, "TRUE", "FALSE").tolist(),
        "region": ["central_brain"] * n_neurons,
        "side": np.array(["left", "right", "center"])[place % 3].tolist(),
        "super_class": np.where(glia, "glia", "descending").tolist(),
        "cell_class": ["DNxn"] * n_neurons,
        "cell_type": ["DNa02"] * n_neurons,
        "hemibrain_cell_type": np.where(place % 2 == 0, "auto:FB4Y", "FB4Y").tolist(),
        "neurotransmitter_predicted": np.where(place % 5 == 0, "unknown", "acetylcholine").tolist(),
        "neurotransmitter_score": rng.random(n_neurons).round(3).tolist(),
        "status": ["BACKBONE_PROOFREAD,DEBRIS"] * n_neurons,
        "root_position_nm": [f"{x}, {y}, {z}" for x, y, z in spots],
    }
    again = {name: [*values, values[0]] for name, values in columns.items()}
    again["cell_type"][-1] = "DNa03"  # the first neuron once more, and not word for word
    _write(folder, "banc_888_meta", again)
    inputs = np.bincount(wiring.post, wiring.syn_count, n_neurons).astype(np.int32)
    outputs = np.bincount(wiring.pre, wiring.syn_count, n_neurons).astype(np.int32)
    names = pa.array(text)
    _write(
        folder,
        "banc_888_edgelist_simple_v2",
        {
            "pre": names.take(pa.array(wiring.pre)),
            "post": names.take(pa.array(wiring.post)),
            "count": wiring.syn_count.astype(np.int32),
            "norm": wiring.syn_count / inputs[wiring.post],
            "post_count": inputs[wiring.post],
            "pre_count": outputs[wiring.pre],
        },
    )


def _write(folder: Path, stem: str, columns: dict[str, Any]) -> None:
    paf.write_feather(pa.table(columns), folder / f"{stem}.feather", compression="zstd")
