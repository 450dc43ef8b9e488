"""Assumptions: every number a plan rests on, with its unit and where it is from, each to be changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Assumption:
    """One number, what it is of, and its source.

    Attributes
    ----------
    name : str
        As given to `cost` to change it.
    value : float
        Above 0; 0 too where `zero` says so; a share at most 1.
    unit : str
    meaning : str
    source : str
        A publication with its DOI, a command of this project that measures it, or the word
        "assumed".
    zero : bool
    """

    name: str
    value: float
    unit: str
    meaning: str
    source: str
    zero: bool = False

    def changed(self, value: object) -> Assumption:
        """Return it with another value, the caller's; ValueError where that is none."""
        number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(
            value, bool
        )
        if not number or not np.isfinite(float(value)):  # type: ignore[arg-type]
            msg = f"{self.name} must be a number of {self.unit}, got {value!r}."
            raise ValueError(msg)
        if float(value) < 0 or (float(value) == 0 and not self.zero):  # type: ignore[arg-type]
            least = "0 or more" if self.zero else "above 0"
            msg = f"{self.name} must be {least} {self.unit}, got {value:g}."
            raise ValueError(msg)
        if self.unit == "share" and float(value) > 1:  # type: ignore[arg-type]
            msg = f"{self.name} is a share and must be at most 1, got {value:g}."
            raise ValueError(msg)
        return dataclasses.replace(self, value=float(value), source="given")  # type: ignore[arg-type]


def as_table(assumptions: Mapping[str, Assumption]) -> pd.DataFrame:
    """One row per assumption, index ``assumption``: ``value``, ``unit``, ``meaning``, ``source``."""
    import pandas as pd

    rows = [dataclasses.asdict(one) for one in assumptions.values()]
    table = pd.DataFrame(rows).set_index("name").drop(columns="zero")
    return table.rename_axis("assumption")


# Of methods, the same for every tissue. Sources that are commands print the figure.
_BENCH = "measured: python -m benchmarks"
METHODS = (
    Assumption(
        "bytes_per_voxel", 1, "bytes", "grey values as they come from the microscope", "8 bits"
    ),
    Assumption(
        "image_overlap",
        0.1,
        "share",
        "imaged twice, so that tiles can be joined",
        "assumed",
        zero=True,
    ),
    Assumption(
        "pixels_per_s_per_microscope",
        2.65e7,
        "pixels/s",
        "pixels taken, those of overlaps too; net of stage moves, focus and repairs",
        "five transmission microscopes imaged 1 mm3 at 4 x 4 x 40 nm in less than six months: Yin et al. 2020, "
        "doi:10.1038/s41467-020-18659-3; here 1.56e15 voxels, a tenth of them twice, / (5 x 150 days)",
    ),
    Assumption("microscopes", 5, "machines", "imaging at the same time", "as Yin et al. 2020"),
    Assumption(
        "segmentation_voxel_factor",
        4,
        "voxels",
        "imaged voxels to one that is segmented: 4 nm pixels are taken two by two",
        "MICrONS segments at 8 x 8 x 40 nm: doi:10.1038/s41586-025-08790-w",
    ),
    Assumption(
        "voxels_per_s_per_core",
        1.45e6,
        "voxels/s",
        "affinities from the bundled network, one core, torch",
        f"{_BENCH} --job prediction (docs/segmentation_network.md, thick sections)",
    ),
    Assumption(
        "gpu_over_core",
        50,
        "cores",
        "cores that one GPU is worth in prediction",
        "assumed: not measured here; give what yours does",
    ),
    Assumption(
        "networks", 2, "networks", "passes over the volume: affinities and synapses", "this project"
    ),
    Assumption(
        "halo_factor",
        2.4,
        "voxels",
        "voxels computed for one that is kept, where blocks overlap",
        f"{_BENCH} --job prediction, default tile",
    ),
    Assumption("gpus", 100, "machines", "predicting at the same time", "assumed"),
    Assumption(
        "fragment_voxels_per_s_per_core",
        5e6,
        "voxels/s",
        "watershed and agglomeration",
        f"{_BENCH} --job segments (1.9 Mvoxel in 0.38 s)",
    ),
    Assumption(
        "cores", 1_000, "cores", "for fragments and agglomeration at the same time", "assumed"
    ),
    Assumption(
        "label_bytes_per_voxel",
        0.05,
        "bytes",
        "segmentation, compressed, for each voxel segmented",
        "assumed",
    ),
    Assumption(
        "bytes_per_synapse_row",
        15,
        "bytes",
        "Parquet, zstd: two ids, a position, a confidence",
        "measured: neuropil plan rows --synapses 1000000",
    ),
    Assumption(
        "bytes_per_edge_row",
        4,
        "bytes",
        "Parquet, zstd: two ids, a weight",
        "measured: neuropil plan rows (bundled fly mushroom body)",
    ),
    Assumption(
        "attached_share",
        0.42,
        "share",
        "synapses with a known neuron on both sides",
        "adult fly: 93.7 % of presynaptic and 44.7 % of postsynaptic sites, Dorkenwald et al. 2024, "
        "doi:10.1038/s41586-024-07558-y",
    ),
    Assumption(
        "synapses_per_connection",
        3.6,
        "synapses",
        "of an ordered pair of neurons that is connected",
        "adult fly: 130 million synapses attached or not, 54.5 million between neurons, on 15 million pairs: "
        "doi:10.1038/s41586-024-07558-y",
    ),
    Assumption(
        "look_ups_per_edge_and_degree",
        1.2,
        "look-ups",
        "of a triad census, for each edge and each partner a neuron has on average",
        f"{_BENCH} --job triad (6.5e7 look-ups at 2.7e6 edges and 1.4e5 neurons)",
    ),
    Assumption("ns_per_look_up", 2.6, "ns", "one core", f"{_BENCH} --job triad (139k/15M)"),
    Assumption(
        "ns_per_proposal",
        39,
        "ns",
        "of a configuration null's switching, one core",
        f"{_BENCH} --job null (139k/2.7M)",
    ),
    Assumption(
        "proposals_per_edge", 10, "proposals", "for one null graph", "docs/null_configuration.md"
    ),
    Assumption("nulls", 1_000, "graphs", "drawn for one table of motifs", "p-values down to 0.002"),
    Assumption(
        "bytes_per_edge_in_memory",
        24,
        "bytes",
        "a graph as arrays both ways, with weights",
        "connectome_analysis/graph.py: two int32, one int64 and weights of 8 bytes",
    ),
    Assumption("memory_per_machine_gb", 256, "GB", "of a machine that counts motifs", "assumed"),
    Assumption(
        "proofreading_h_per_neuron",
        0.47,
        "hours",
        "by people, after automated segmentation",
        "adult fly: 33 person-years for 139,255 neurons (Dorkenwald et al. 2024, "
        "doi:10.1038/s41586-024-07558-y), 2,000 hours a year; larger neurons take more",
    ),
)
