"""Calibrate the synthetic whole fly: numbers from two public tables into two small files.

    python tools/calibrate_whole_fly.py shared/data/connectomes

Cell types, their numbers of cells, and connections and synapses from type to type: Matsliah et al. 2024
(doi 10.1038/s41586-024-07981-1), murthylab/visual-system-parts-list, Apache-2.0. Spread of degrees,
how in- and out-degree go together, and reciprocity: Winding et al. 2023 (doi 10.1126/science.add9330),
of which only these four numbers are kept.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

OUT = Path(__file__).parents[1] / "ingest" / "simulated_releases" / "whole_fly_calibration"
LEAST_CONNECTIONS = 20  # type pairs with fewer are a sixteenth of all connections


def main(data: Path) -> None:
    """Read the two tables under `data` and write both files of the calibration."""
    folder = data / "flywire783_optic_lobe_types"
    pairs = pd.read_csv(folder / "type_to_type_connection_and_synapse_counts.csv")
    sides = pd.concat(
        pd.read_csv(folder / f"left_vs_right_types_{kind}.csv")
        for kind in ("boundary", "intrinsic")
    )
    cells = (sides["Right OL"] + sides["Left OL"]).groupby(sides["Type"]).sum()
    pairs = pairs[
        (pairs["connections total"] >= LEAST_CONNECTIONS)
        & pairs["from type"].isin(cells.index)
        & pairs["to type"].isin(cells.index)
    ].sort_values(["from type", "to type"])
    names = sorted(set(pairs["from type"]) | set(pairs["to type"]))
    place = {name: i for i, name in enumerate(names)}
    table = pd.DataFrame(
        {
            "from": pairs["from type"].map(place),
            "to": pairs["to type"].map(place),
            "connections": pairs["connections total"],
            "synapses": pairs["synapses total"],
        }
    )
    OUT.mkdir(exist_ok=True)
    with (
        (OUT / "type_pairs.csv.gz").open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed,
    ):
        packed.write(table.to_csv(index=False).encode())
    edges = pd.read_csv(
        data / "larva_winding2023" / "G_edgelist.txt", sep=" ", names=["pre", "post", "weight"]
    )
    pair = edges.groupby(["pre", "post"], as_index=False)["weight"].sum()
    pair = pair[pair.pre != pair.post]
    out, into = pair.groupby("pre").size(), pair.groupby("post").size()
    both = pd.concat([np.log(out), np.log(into)], axis=1).dropna().to_numpy()
    seen = pd.MultiIndex.from_frame(pair[["pre", "post"]])
    back = pd.MultiIndex.from_arrays([pair.post, pair.pre])
    about = {
        "types": names,
        "cells": [int(cells[name]) for name in names],
        "log_out_degree_sd": round(float(both[:, 0].std()), 3),
        "log_in_degree_sd": round(float(both[:, 1].std()), 3),
        "log_degree_correlation": round(float(np.corrcoef(both.T)[0, 1]), 3),
        "reciprocity": round(float(back.isin(seen).mean()), 3),
        "sources": {
            "types, cells, type_pairs.csv.gz": "Matsliah et al. 2024, "
            "doi 10.1038/s41586-024-07981-1, FlyWire 783, Apache-2.0",
            "degrees, reciprocity": "Winding et al. 2023, doi 10.1126/science.add9330, larva; "
            "four numbers",
        },
    }
    (OUT / "whole_fly.json").write_text(json.dumps(about, indent=1) + "\n")
    print(
        len(names), "types,", len(table), "pairs of types", {k: about[k] for k in list(about)[2:6]}
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
