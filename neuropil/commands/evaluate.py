"""``neuropil evaluate``: how far a segmentation is from the truth."""

from __future__ import annotations

from typing import Annotated

import typer

from ..options import Json
from ..output import print_json, print_table
from ..volume_options import VoxelSize, open_labels, voxel_size

HELP = """Score a segmentation against the truth of the same voxels.

Variation of information (bits), adapted Rand error, CREMI score, splits and merges per neuron. Voxels
whose truth is 0 are left out. With --run-length also the expected run length (ERL) along skeletons of
the truth, which are traced for it.

Examples:

    neuropil evaluate segments.zarr truth.h5 --truth-dataset neuron_ids

    neuropil evaluate segments.zarr truth.zarr --run-length --json
"""


def evaluate(
    segments: Annotated[str, typer.Argument(help="The segmentation.", show_default=False)],
    truth: Annotated[str, typer.Argument(help="The truth.", show_default=False)],
    dataset: Annotated[str | None, typer.Option("--dataset", help="Array within SEGMENTS.")] = None,
    truth_dataset: Annotated[
        str | None, typer.Option("--truth-dataset", help="Array within TRUTH.")
    ] = None,
    axes: Annotated[
        str | None,
        typer.Option(
            "--axes", metavar="LETTERS", help="Order of the axes of SEGMENTS, such as xyz."
        ),
    ] = None,
    truth_axes: Annotated[
        str | None,
        typer.Option("--truth-axes", metavar="LETTERS", help="Order of the axes of TRUTH."),
    ] = None,
    voxel_size_nm: VoxelSize = None,
    run_length: Annotated[
        bool,
        typer.Option("--run-length", help="Also the expected run length; traces the truth."),
    ] = False,
    json: Json = False,
) -> None:
    """Score a segmentation."""
    import numpy as np
    import pandas as pd

    import segmentation_core as sc
    from ingest.voxels.against_truth import fragments_of
    from segmentation_core import metrics

    # Scores of labels are counts of voxels: their size does not matter where it is not known. Lengths
    # are not, so there it must be.
    size = voxel_size(voxel_size_nm) or (None if run_length else (1.0, 1.0, 1.0))
    ours = open_labels(
        segments,
        size_nm=size,
        dataset=dataset,
        dataset_option="--dataset",
        axes=axes,
        axes_option="--axes",
    )
    true = open_labels(
        truth,
        size_nm=size,
        dataset=truth_dataset,
        dataset_option="--truth-dataset",
        axes=truth_axes,
        axes_option="--truth-axes",
    )
    if ours.shape != true.shape:
        msg = (
            f"segments and truth must have one shape (z, y, x), got {ours.shape} and {true.shape}; "
            "crop both to what they share."
        )
        raise ValueError(msg)
    depth = max(1, (1 << 26) // max(ours.shape[1] * ours.shape[2], 1))
    table = metrics.merge_contingencies(
        [
            metrics.contingency(np.asarray(true[z : z + depth]), np.asarray(ours[z : z + depth]))
            for z in range(0, ours.shape[0], depth)
        ]
    )
    if len(table.without(truth=(0,)).n_voxels) == 0:
        msg = f"{truth} has no labelled voxel (all 0), so there is nothing to hold {segments} against."
        raise ValueError(msg)
    voi = metrics.variation_of_information_of(table)
    rand = metrics.adapted_rand_of(table)
    splits, merges, neurons = fragments_of(table)
    scores = {
        "voi_split_bits": voi.split,
        "voi_merge_bits": voi.merge,
        "voi_bits": voi.split + voi.merge,
        "adapted_rand_error": rand.error,
        "adapted_rand_precision": rand.precision,
        "adapted_rand_recall": rand.recall,
        "cremi_score": metrics.cremi_score_of(table).score,
        "neurons": neurons,
        "splits_per_neuron": splits,
        "merges_per_neuron": merges,
    }
    if run_length:
        # Unsmoothed: every point lies on a voxel of its neuron.
        skeletons = sc.skeletonize(
            true, voxel_size_nm=true.voxel_size_nm, offset_nm=(0, 0, 0), smoothing_nm=0
        ).table()
        at = metrics.segments_at(skeletons, ours.read(), voxel_size_nm=true.voxel_size_nm)
        lengths = metrics.expected_run_length(skeletons, at)
        scores |= {
            "expected_run_length_nm": lengths.expected_nm,
            "possible_run_length_nm": lengths.possible_nm,
        }
    if json:
        print_json(scores)
        return
    print_table(
        pd.DataFrame({"score": list(scores), "value": list(scores.values())}),
        f"{segments} against {truth}",
    )
