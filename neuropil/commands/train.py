"""``neuropil train``: labelled micrographs in, the weights of a network for them out, scored on what was kept back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ..option_names import option_names
from ..options import Json
from ..output import print_json, print_table
from ..volume_options import (
    Axes,
    Channel,
    Dataset,
    Device,
    GreyRange,
    Missing,
    MissingChunks,
    Scale,
    VoxelSize,
    open_labels,
    open_micrographs,
)

HELP = """Train the segmentation network on a volume with labels, or go on with a run that was stopped.

LABELS name the neuron of each voxel, 0 where it is membrane or unknown. The last fifth of the longest axis
is not trained on: it is scored before and after. OUT holds weights.pt, losses.csv, losses.png, scores.json
and a checkpoint; the same command again goes on, more --steps go on from there.

Examples:

    neuropil train raw.zarr neurons.zarr run/ --steps 2000

    neuropil train block.h5 block.h5 run/ --dataset raw --labels-dataset neuron_ids --voxel-size-nm 10,10,10

    neuropil train raw.npy neurons.npy run/ --voxel-size-nm 40,4,4 --start-from bundled --steps 500

    neuropil segment other.zarr segments.zarr --weights run/weights.pt
"""


def train(
    volume: Annotated[str, typer.Argument(help="The micrographs.", show_default=False)],
    labels: Annotated[str, typer.Argument(help="Their neurons.", show_default=False)],
    out: Annotated[Path, typer.Argument(help="Folder of the run.", show_default=False)],
    voxel_size_nm: VoxelSize = None,
    dataset: Dataset = None,
    grey_range: GreyRange = None,
    axes: Axes = None,
    channel: Channel = None,
    scale: Scale = None,
    missing: Missing = "error",
    missing_chunks: MissingChunks = "error",
    labels_dataset: Annotated[
        str | None, typer.Option("--labels-dataset", help="Array within LABELS.")
    ] = None,
    labels_axes: Annotated[
        str | None,
        typer.Option("--labels-axes", metavar="LETTERS", help="Order of the axes of LABELS."),
    ] = None,
    steps: Annotated[
        int, typer.Option("--steps", help="In all, of a resumed run too.", min=1)
    ] = 2000,
    start_from: Annotated[
        str | None,
        typer.Option(
            "--start-from",
            metavar="WEIGHTS",
            help="Weights to begin with; 'bundled' takes those of the package for this voxel size.",
        ),
    ] = None,
    held_out: Annotated[
        float,
        typer.Option("--held-out", help="Share that is scored, not trained on.", min=0, max=0.5),
    ] = 0.2,
    batch: Annotated[int, typer.Option("--batch", help="Samples of a step.", min=1)] = 2,
    patch: Annotated[
        str | None,
        typer.Option("--patch", metavar="Z,Y,X", help="Voxels of a sample.", show_default=False),
    ] = None,
    features: Annotated[
        str | None,
        typer.Option(
            "--features",
            metavar="N,N,N",
            help="Channels by level: fewer are faster and worse.",
            show_default=False,
        ),
    ] = None,
    learning_rate: Annotated[float, typer.Option("--learning-rate", min=0)] = 2e-3,
    minutes: Annotated[
        float | None,
        typer.Option("--minutes", help="Stop after these, with a checkpoint to go on from.", min=0),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    device: Device = None,
    json: Json = False,
) -> None:
    """Train a network."""
    import segmentation_core as sc
    from segmentation_core.network.bundled import bundled_weights
    from segmentation_core.network.design import design_network
    from segmentation_core.network.progress import step_bar
    from segmentation_core.volumes.outputs_apart import require_outputs_apart

    written = ("weights.pt", "checkpoint.pt", "start.pt", "losses.csv", "losses.png", "scores.json")
    start_file = None if start_from == "bundled" else start_from
    require_outputs_apart(
        [volume, labels, start_file],
        replaced=[out / name for name in written],
        added_to=[out],
    )
    raw = open_micrographs(
        volume,
        size=voxel_size_nm,
        dataset=dataset,
        grey_range=grey_range,
        axes=axes,
        channel=channel,
        scale=scale,
        missing=missing,
        missing_chunks=missing_chunks,
    )
    size = raw.voxel_size_nm
    ids = open_labels(
        labels,
        size_nm=size,
        dataset=labels_dataset,
        dataset_option="--labels-dataset",
        axes=labels_axes,
        axes_option="--labels-axes",
    )
    if raw.shape != ids.shape:
        msg = (
            f"micrographs and labels must have one shape (z, y, x), got {raw.shape} and {ids.shape}; "
            "crop both to what they share."
        )
        raise ValueError(msg)
    if start_from is not None and features is not None:
        msg = "--features are those of --start-from; leave one of them out."
        raise ValueError(msg)
    with option_names({"weights": "--start-from"}):
        start = bundled_weights(size) if start_from == "bundled" else start_from
    if start is not None and not Path(start).exists():
        msg = f"--start-from {start}: there is no such file; 'bundled' takes the package's own."
        raise ValueError(msg)
    with option_names():
        given = sc.TrainingVolume(raw.read(), ids.read(), name=Path(volume).name)
    screen = _stderr()
    with step_bar(steps, quiet=not screen.is_terminal, console=screen) as on_step:
        try:
            made = sc.train_and_score(
                given,
                out,
                voxel_size_nm=size,
                held_out=held_out,
                plan=sc.TrainingPlan(
                    steps=steps,
                    batch=batch,
                    patch=_whole_numbers("--patch", patch, 3),
                    learning_rate=learning_rate,
                    seed=seed,
                ),
                design=design_network(size, features=_whole_numbers("--features", features, None)),
                start_from=start,
                device=device,
                stop_after_seconds=None if minutes is None else 60 * minutes,
                say=lambda words: screen.print(words, highlight=False),
                on_step=on_step,
                card={"data": Path(volume).name},
            )
        except FloatingPointError as error:
            raise ValueError(str(error)) from None
    if json:
        print_json(
            {
                "weights": made.weights,
                "held_out": made.held_out,
                "before": None if made.before is None else vars(made.before),
                "after": None if made.after is None else vars(made.after),
                "losses": out / "losses.png",
            }
        )
        return
    if made.before is not None and made.after is not None:
        _print_scores(made)
    typer.echo(f"weights: {made.weights}")
    typer.echo(f"losses:  {out / 'losses.png'}")


def _print_scores(made: Any) -> None:
    import pandas as pd

    names = {
        "adapted Rand error": "adapted_rand_error",
        "VOI split, bits": "voi_split_bits",
        "VOI merge, bits": "voi_merge_bits",
        "VOI, bits": "voi_bits",
        "threshold, chosen on the rest": "threshold",
    }
    table = pd.DataFrame(
        {
            "score": list(names),
            "before": [getattr(made.before, name) for name in names.values()],
            "after": [getattr(made.after, name) for name in names.values()],
        }
    )
    print_table(table, f"Held out: {made.held_out}")


def _whole_numbers(option: str, text: str | None, n: int | None) -> Any:
    """Read ``16,64,64``."""
    if text is None:
        return None
    parts = text.split(",")
    if not all(part.strip().isdigit() and int(part) > 0 for part in parts) or n not in (
        None,
        len(parts),
    ):
        many = "whole numbers above 0" if n is None else f"{n} whole numbers above 0"
        msg = f"{option} must be {many} with commas between, got {text!r}."
        raise ValueError(msg)
    return tuple(int(part) for part in parts)


def _stderr() -> Any:
    from rich.console import Console

    return Console(stderr=True)
