"""Simulated shards of H01's c3 synapses: Avro where fastavro is there, and the same as NDJSON.

Of their habits these files have: records within records; ids as text, some null; type 1 inhibitory and 2
excitatory; places in voxels of (8, 8, 33) nm; a few synapses of glia and between somata, which are artefacts.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .wiring import draw_ids, draw_wiring

FIRST_SEGMENT = 1000000000
_ROWS_PER_SHARD = 200_000
_POINT = {
    "type": "record",
    "name": "Point",
    "fields": [{"name": axis, "type": ["null", "long"]} for axis in "xyz"],
}
_SITE_FIELDS = (
    ("id", ["null", "string"]),
    ("neuron_id", ["null", "string"]),
    ("class_label", ["null", "string"]),
    ("type", ["null", "long"]),
)


def write_h01(folder: Path, *, n_neurons: int, n_connections: int, seed: int) -> None:
    """Write shards, and the list of cells as NDJSON."""
    rng = np.random.default_rng(seed)
    segments = draw_ids(n_neurons, FIRST_SEGMENT, rng)
    wiring = draw_wiring(n_neurons, n_connections, rng)
    pre = np.repeat(wiring.pre, wiring.syn_count)
    post = np.repeat(wiring.post, wiring.syn_count)
    inhibitory = rng.random(n_neurons) < 0.25
    # The neurons are followed by cells of glia; every thousandth synapse is with one, or loose.
    kinds = ["interneuron" if i else "pyramidal" for i in inhibitory]
    glia = int(segments[-1]) + 1
    _write_cells(folder, [*segments.tolist(), glia], [*kinds, "astrocyte"], rng)
    records = _records(pre, post, segments.tolist(), inhibitory, glia, rng)
    _write_shards(folder, list(records))


def _records(
    pre: Any, post: Any, segments: list[int], inhibitory: Any, glia: int, rng: np.random.Generator
) -> Iterator[dict[str, Any]]:
    places = rng.integers([10_000, 10_000, 100], [400_000, 300_000, 5_000], (len(pre), 3)).tolist()
    sure = np.round(rng.uniform(0.4, 1.0, len(pre)), 4).tolist()
    onto = np.where(rng.random(len(pre)) < 0.9, "DENDRITE", "SOMA").tolist()
    for i, (a, b) in enumerate(zip(pre.tolist(), post.tolist(), strict=True)):
        x, y, z = places[i]
        yield _record(
            i, segments[a], segments[b], (x, y, z), 1 if inhibitory[a] else 2, sure[i], onto[i]
        )
        if i % 1_000 == 0:  # what is left out, or loose
            place = (x + 100, y, z)
            yield _record(i + 10**9, glia, segments[b], place, 2, 0.9, onto[i])
            yield _record(i + 2 * 10**9, None, segments[b], place, 2, 0.9, onto[i])
            yield _record(i + 3 * 10**9, segments[a], segments[b], place, 2, 0.9, "SOMA", "SOMA")


def _record(
    number: int,
    pre: int | None,
    post: int,
    place: tuple[int, int, int],
    kind: int,
    sure: float,
    onto: str,
    sender: str = "AXON",
) -> dict[str, Any]:
    x, y, z = place
    return {
        "id": str(number + 1),
        "pre_synaptic_site": {
            "id": str(2 * number + 1),
            "neuron_id": None if pre is None else str(pre),
            "class_label": sender,
            "type": 1,
            "centroid": {"x": x - 10, "y": y, "z": z},
        },
        "post_synaptic_partner": {
            "id": str(2 * number + 2),
            "neuron_id": str(post),
            "class_label": onto,
            "type": 2,
            "centroid": {"x": x + 10, "y": y, "z": z},
        },
        "location": {"x": x, "y": y, "z": z},
        "type": kind,
        "confidence": sure,
    }


def _write_shards(folder: Path, records: list[dict[str, Any]]) -> None:
    fastavro: Any = None
    with contextlib.suppress(ImportError):
        import fastavro
    for shard, first in enumerate(range(0, len(records), _ROWS_PER_SHARD)):
        part = records[first : first + _ROWS_PER_SHARD]
        path = folder / f"export{shard:012d}"
        if fastavro is None:
            with path.open("w", encoding="utf-8") as file:
                file.writelines(json.dumps(record) + "\n" for record in part)
            continue
        with path.open("wb") as packed:
            # The marker between blocks is random unless given; a seed must give the same bytes.
            fastavro.writer(
                packed, _schema(), part, codec="deflate", sync_marker=b"neuropil-h01-sim"
            )


def _schema() -> dict[str, Any]:
    def site(name: str) -> dict[str, Any]:
        fields = [{"name": field, "type": kind} for field, kind in _SITE_FIELDS]
        return {
            "type": "record",
            "name": name,
            "fields": [*fields, {"name": "centroid", "type": ["null", "Point"]}],
        }

    return {
        "type": "record",
        "name": "Synapse",
        "fields": [
            {"name": "id", "type": ["null", "string"]},
            {"name": "location", "type": ["null", _POINT]},
            {"name": "pre_synaptic_site", "type": site("PreSynapticSite")},
            {"name": "post_synaptic_partner", "type": site("PostSynapticPartner")},
            {"name": "type", "type": ["null", "long"]},
            {"name": "confidence", "type": ["null", "double"]},
        ],
    }


def _write_cells(
    folder: Path, segments: list[int], kinds: list[str], rng: np.random.Generator
) -> None:
    places = rng.integers([10_000, 10_000, 100], [400_000, 300_000, 5_000], (len(segments), 3))
    with (folder / "agglo_20200916c3_cell_data.json").open("w", encoding="utf-8") as file:
        for segment, kind, (x, y, z) in zip(segments, kinds, places.tolist(), strict=True):
            cell = {"agglo_seg": str(segment), "type": kind, "true_x": x, "true_y": y, "true_z": z}
            file.write(json.dumps(cell) + "\n")
