"""Simulated FlyEM Feather files, in the format of the male CNS.

Of their habits they have: most bodies are fragments, with neither class nor list entry; body 0 is no
body; categories in words and numbers; ids of other releases as floats with gaps; positions as lists
of voxels; weights sorted by size.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.feather as paf

from .wiring import draw_ids, draw_wiring

RELEASE = "male-cns-v1.0-minconf-0.5"
FIRST_ID = 10_000
ROIS = ("ME(R)", "LO(R)", "AL(L)", "<unspecified>")
# Rows of synapses are written up to here; beyond, they would be most of the work.
MOST_CONNECTIONS_WITH_SYNAPSES = 100_000


def write_malecns(folder: Path, *, n_neurons: int, n_connections: int, seed: int) -> None:
    """Write annotations, transmitters, weights and synapse partners; a fifth are fragments."""
    rng = np.random.default_rng(seed)
    ids = draw_ids(n_neurons, FIRST_ID, rng)
    wiring = draw_wiring(n_neurons, n_connections, rng)
    listed = np.arange(n_neurons) % 10 != 9  # the others stand only in the weights
    fragment = np.arange(n_neurons) % 10 == 8
    _write(folder, f"body-annotations-{RELEASE}", _annotations(ids, fragment, rng, listed))
    words = ("acetylcholine", "gaba", "glutamate", "unclear")
    transmitter = np.array(words)[rng.integers(0, 4, n_neurons)]
    _write(
        folder,
        "body-neurotransmitters-male-cns-v1.0",
        {
            "body": ids,
            "cell_type": ["T4a"] * n_neurons,
            "total_nt_predictions": rng.integers(0, 900, n_neurons).astype(np.int32),
            "predicted_nt": transmitter,
            "predicted_nt_confidence": rng.random(n_neurons).astype(np.float32),
            "consensus_nt": transmitter,
        },
    )
    pre, post, count = ids[wiring.pre], ids[wiring.post], wiring.syn_count
    order = np.argsort(-count, kind="stable")
    _write(
        folder,
        f"connectome-weights-{RELEASE}",
        {
            "body_pre": np.append(pre[order], 0),
            "body_post": np.append(post[order], ids[0]),
            "weight": np.append(count[order], 1),
        },
    )
    if n_connections <= MOST_CONNECTIONS_WITH_SYNAPSES:
        _write(folder, f"syn-partners-{RELEASE}", _partners(pre, post, count, rng))


def _annotations(ids: Any, fragment: Any, rng: np.random.Generator, listed: Any) -> dict[str, Any]:
    n = len(ids)
    soma = [
        None if place % 7 == 0 else spot
        for place, spot in enumerate(rng.integers(1_000, 90_000, (n, 3)).tolist())
    ]
    numbers = zip(ids.tolist(), fragment.tolist(), strict=True)
    classes = [None if lost else ("ol_intrinsic", "descending")[i % 2] for i, lost in numbers]
    types = [None if lost else "T4a" for lost in fragment]
    status = ["Orphan" if lost else "Traced" for lost in fragment]
    columns = {
        "bodyId": pa.array(ids),
        "type": pa.array(types, pa.string()),
        "instance": pa.array([type_ and f"{type_}_R" for type_ in types], pa.string()),
        "mancBodyid": pa.array(np.where(ids % 3 == 0, np.nan, 12_345.0)),
        "class": pa.array([None if row else "optic" for row in fragment], pa.string()),
        "superclass": pa.array(classes, pa.string()),
        "status": pa.array(status, pa.string()),
        "statusLabel": pa.array(status, pa.string()).dictionary_encode(),
        "somaSide": pa.array(np.array(["L", "R", "M"])[ids % 3].tolist(), pa.string()),
        "somaLocation": pa.array(soma, pa.list_(pa.int64())),
    }
    return {name: column.filter(pa.array(listed)) for name, column in columns.items()}


def _partners(pre: Any, post: Any, count: Any, rng: np.random.Generator) -> dict[str, Any]:
    body_pre, body_post = np.repeat(pre, count), np.repeat(post, count)
    n = len(body_pre)
    sites = rng.integers(1_000, 90_000, (n, 3)).astype(np.int32)
    region = pa.array(np.array(ROIS)[rng.integers(0, len(ROIS), n)]).dictionary_encode()
    confidence = (0.5 + rng.random(n) / 2).astype(np.float32)
    return {
        **{f"{axis}_pre": sites[:, i] for i, axis in enumerate("xyz")},
        "body_pre": body_pre,
        "conf_pre": confidence,
        **{f"{axis}_post": sites[:, i] + 20 for i, axis in enumerate("xyz")},
        "body_post": np.where(rng.random(n) < 0.01, 0, body_post),
        "conf_post": confidence,
        "primary_post": region,
    }


def _write(folder: Path, stem: str, columns: dict[str, Any]) -> None:
    paf.write_feather(pa.table(columns), folder / f"{stem}.feather", compression="lz4")
