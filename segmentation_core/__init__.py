"""Segmentation core: electron-microscopy volumes in; neurons, synapses and skeletons out.

Arrays are (z, y, x), voxel sizes (z, y, x) in nm; label 0 is no neuron. This room takes arrays and
gives arrays, and imports no other. Heavy libraries (torch, zarr, h5py, ...) come with the extra
``segmentation`` and are imported by the functions that need them.
"""

from __future__ import annotations

import importlib
from typing import Any

# Public name -> (module, name in it).
_NAMES: dict[str, tuple[str, str]] = {
    "Alignment": ("alignment", "Alignment"),
    "Mosaic": ("alignment", "Mosaic"),
    "align": ("alignment", "align"),
    "stitch": ("alignment", "stitch"),
    "Volume": ("volumes", "Volume"),
    "neuroglancer_link": ("volumes", "neuroglancer_link"),
    "neuroglancer_state": ("volumes", "neuroglancer_state"),
    "open_volume": ("volumes", "open_volume"),
    "serve_neuroglancer": ("volumes", "serve_neuroglancer"),
    "SimulatedVolume": ("simulate.simulated_volume", "SimulatedVolume"),
    "render_labels": ("simulate.rendered_labels", "render_labels"),
    "simulate_volume": ("simulate.simulated_volume", "simulate_volume"),
    "write_ome_zarr": ("volumes", "write_ome_zarr"),
    "write_precomputed": ("volumes", "write_precomputed"),
    "write_synapse_annotations": ("volumes", "write_synapse_annotations"),
    "MergeTree": ("agglomeration.merge_tree", "MergeTree"),
    "RegionGraph": ("agglomeration.region_graph", "RegionGraph"),
    "agglomerate": ("agglomeration.by_affinity", "agglomerate"),
    "agglomerate_graph": ("agglomeration.by_affinity", "agglomerate_graph"),
    "region_graph": ("agglomeration.region_graph", "region_graph"),
    "Skeleton": ("skeletons.skeleton", "Skeleton"),
    "Skeletons": ("skeletons.skeletons", "Skeletons"),
    "classify_segments": ("segment_classes.classes", "classify_segments"),
    "segment_morphology": ("segment_classes.morphology", "segment_morphology"),
    "detect_synapses": ("synapses.detection", "detect_synapses"),
    "load_synapse_model": ("synapses.weights_file", "load_synapse_model"),
    "skeletonize": ("skeletons.skeletonization", "skeletonize"),
    "write_swc": ("skeletons.swc", "write_swc"),
    "Affinities": ("predict.predictor", "Affinities"),
    "Predictor": ("predict.predictor", "Predictor"),
    "predict_affinities": ("predict.predictor", "predict_affinities"),
    "TrainingPlan": ("network.training_plan", "TrainingPlan"),
    "TrainingVolume": ("network.training_volume", "TrainingVolume"),
    "train_and_score": ("training_with_score", "train_and_score"),
    "train_network": ("network.train", "train_network"),
    "watershed": ("fragments.from_affinities", "watershed"),
    "best_threshold": ("agglomeration.threshold_choice", "best_threshold"),
    "score_by_threshold": ("agglomeration.threshold_choice", "score_by_threshold"),
    "mutex_watershed": ("fragments.mutex", "mutex_watershed"),
    "segment": ("segment_volume", "segment"),
    "segment_by_blocks": ("blockwise.by_blocks", "segment_by_blocks"),
    "BlockwiseSegmentation": ("blockwise.by_blocks", "BlockwiseSegmentation"),
}

__all__: list[str] = [
    "Affinities",
    "Alignment",
    "BlockwiseSegmentation",
    "MergeTree",
    "Mosaic",
    "Predictor",
    "RegionGraph",
    "SimulatedVolume",
    "Skeleton",
    "Skeletons",
    "TrainingPlan",
    "TrainingVolume",
    "Volume",
    "agglomerate",
    "agglomerate_graph",
    "align",
    "best_threshold",
    "classify_segments",
    "detect_synapses",
    "load_synapse_model",
    "mutex_watershed",
    "neuroglancer_link",
    "neuroglancer_state",
    "open_volume",
    "predict_affinities",
    "region_graph",
    "render_labels",
    "score_by_threshold",
    "segment",
    "segment_by_blocks",
    "segment_morphology",
    "serve_neuroglancer",
    "simulate_volume",
    "skeletonize",
    "stitch",
    "train_and_score",
    "train_network",
    "watershed",
    "write_ome_zarr",
    "write_precomputed",
    "write_swc",
    "write_synapse_annotations",
]


# Rooms that are used by their own name, as in ``sc.metrics.adapted_rand``.
_ROOMS = ("metrics",)


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f".{name}", __name__)
    if name in _NAMES:
        module, attribute = _NAMES[name]
        value = getattr(importlib.import_module(f".{module}", __name__), attribute)
        globals()[name] = value
        return value
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted([*__all__, *_ROOMS])
