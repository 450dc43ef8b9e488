"""Simulated neuPrint files: the CSV export of traced neurons, and the bulk CSV of a server.

Of their habits they have: regions in rows that add up to the total; bodies that are fragments; the
side at the end of an instance; in bulk files types behind the names of columns, JSON of regions that
contain one another, points, and pairs of weight 0 whose synapses are all of low confidence.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from .csv_files import write_csv
from .wiring import draw_ids, draw_wiring, split_counts

PRIMARY_ROIS = ("EB", "FB", "LH(R)", "SLP(R)", "NO")
# Each lies within or around a primary one, so that a synapse is in both.
OTHER_ROIS = {"EB": "CX", "FB": "CX", "LH(R)": "LHa", "SLP(R)": "SNP(R)", "NO": "NO1"}
OUTSIDE = "NotPrimary"
FIRST_ID = 200326126


def write_neuprint_export(folder: Path, *, n_neurons: int, n_connections: int, seed: int) -> None:
    """Write ``traced-neurons``, ``traced-total-connections`` and ``traced-roi-connections``."""
    rng = np.random.default_rng(seed)
    ids = draw_ids(n_neurons, FIRST_ID, rng)
    wiring = draw_wiring(n_neurons, n_connections, rng)
    types = np.array(["CL141", "FB4Y", "KCg-m", None], object)[rng.integers(0, 4, n_neurons)]
    sides = np.array(["_L", "_R", "(FQ12)_C4_R", ""])[rng.integers(0, 4, n_neurons)]
    write_csv(
        folder / "traced-neurons.csv",
        {
            "bodyId": ids,
            "type": types,
            "instance": [
                None if type_ is None else type_ + side
                for type_, side in zip(types, sides, strict=True)
            ],
        },
    )
    ends = {"bodyId_pre": ids[wiring.pre], "bodyId_post": ids[wiring.post]}
    write_csv(folder / "traced-total-connections.csv", {**ends, "weight": wiring.syn_count})
    names = np.array([*PRIMARY_ROIS, OUTSIDE])
    pair, region, count = split_counts(wiring.syn_count, len(names), rng)
    write_csv(
        folder / "traced-roi-connections.csv",
        {
            **{name: values[pair] for name, values in ends.items()},
            "roi": names[region],
            "weight": count,
        },
    )


def write_neuprint_bulk(folder: Path, *, n_neurons: int, n_connections: int, seed: int) -> None:
    """Write ``Neuprint_Meta``, ``_Neurons`` and ``_Neuron_Connections``; a tenth are fragments."""
    rng = np.random.default_rng(seed)
    ids = draw_ids(n_neurons, FIRST_ID, rng)
    wiring = draw_wiring(n_neurons, n_connections, rng)
    fragment = np.arange(n_neurons) % 10 == 5
    soma = rng.integers(1_000, 30_000, (n_neurons, 3)).tolist()
    write_csv(
        folder / "Neuprint_Meta.csv",
        {
            "primaryRois:string[]": [";".join(PRIMARY_ROIS)],
            "superLevelRois:string[]": [";".join(PRIMARY_ROIS)],
            ":LABEL": ["Meta;ds_Meta"],
        },
    )
    write_csv(
        folder / "Neuprint_Neurons.csv",
        {
            ":ID(Body-ID)": ids,
            "bodyId:long": ids,
            "type:string": np.where(fragment, "", "FB4Y"),
            "instance:string": np.where(fragment, "", "FB4Y_R"),
            "status:string": np.where(fragment, "Orphan", "Traced"),
            "cropped:boolean": np.where(rng.random(n_neurons) < 0.1, "true", ""),
            "pre:int": rng.integers(0, 900, n_neurons),
            "post:int": rng.integers(0, 900, n_neurons),
            "size:long": rng.integers(10**6, 10**9, n_neurons),
            "somaLocation:point{srid:9157}": [f"{{x:{x}, y:{y}, z:{z}}}" for x, y, z in soma],
            ":LABEL": np.where(
                fragment, "Segment;ds_Segment", "Segment;ds_Segment;Neuron;ds_Neuron"
            ),
        },
    )
    pair, region, count = split_counts(wiring.syn_count, len(PRIMARY_ROIS) + 1, rng)
    info: list[dict[str, dict[str, int]]] = [{} for _ in range(n_connections)]
    for place, number, synapses in zip(pair.tolist(), region.tolist(), count.tolist(), strict=True):
        if number == len(PRIMARY_ROIS):
            continue  # outside every primary ROI
        primary = PRIMARY_ROIS[number]
        info[place][primary] = {"post": synapses}
        other = info[place].setdefault(OTHER_ROIS[primary], {"post": 0})
        other["post"] += synapses
    low = np.arange(n_connections) % 25 == 24
    write_csv(
        folder / "Neuprint_Neuron_Connections.csv",
        {
            ":START_ID(Body-ID)": ids[wiring.pre],
            ":END_ID(Body-ID)": ids[wiring.post],
            "weightHR:int": wiring.syn_count + 1,
            "weight:int": np.where(low, 0, wiring.syn_count),
            "weightHP:int": np.where(low, 0, wiring.syn_count // 2),
            "roiInfo:string": [
                "{}" if zero else json.dumps(rois)
                for zero, rois in zip(low.tolist(), info, strict=True)
            ],
        },
    )
