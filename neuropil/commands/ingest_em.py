"""``neuropil ingest em``: from a volume of electron micrographs to a connectome and a report on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ..option_names import WORK_OPTIONS, option_names
from ..options import Json
from ..output import print_json, print_table
from ..volume_options import (
    Axes,
    Channel,
    Cluster,
    Dataset,
    Device,
    GreyRange,
    Missing,
    MissingChunks,
    Scale,
    VoxelSize,
    block_options,
    open_labels,
    open_micrographs,
    whole_option,
)

HELP = """Turn a volume of electron micrographs into a connectome: segments, synapses, skeletons, edges.

VOLUME is a TIFF stack, a folder of sections, HDF5, Zarr, OME-Zarr, N5, Neuroglancer precomputed, MRC or
.npy, membranes dark. With --truth the result is scored, and the errors measured go into the manifest as
the connectome's error model.

Examples:

    neuropil ingest em volume.zarr fly/

    neuropil ingest em sections/ mouse/ --voxel-size-nm 40,4,4 --report report/ --volumes view/

    neuropil ingest em block.h5 block/ --dataset raw --voxel-size-nm 10,10,10 --no-synapses

    neuropil ingest em raw.npy small/ --voxel-size-nm 40,4,4 --truth labels.npy --true-synapses syn.parquet
"""


def ingest_em(
    volume: Annotated[str, typer.Argument(help="The micrographs.", show_default=False)],
    out: Annotated[Path, typer.Argument(help="The folder to make.", show_default=False)],
    voxel_size_nm: VoxelSize = None,
    dataset: Dataset = None,
    grey_range: GreyRange = None,
    axes: Axes = None,
    channel: Channel = None,
    scale: Scale = None,
    missing: Missing = "error",
    missing_chunks: MissingChunks = "error",
    labels: Annotated[
        str | None,
        typer.Option("--labels", help="A segmentation of the same voxels; none is made then."),
    ] = None,
    labels_dataset: Annotated[
        str | None, typer.Option("--labels-dataset", help="Array within --labels.")
    ] = None,
    labels_axes: Annotated[
        str | None,
        typer.Option("--labels-axes", metavar="LETTERS", help="Order of the axes of --labels."),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option("--weights", help="Of a network of your own.")
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold",
            help="Affinity at which segments are no longer joined; by default that of the weights.",
            min=0,
            max=1,
        ),
    ] = None,
    synapses: Annotated[bool, typer.Option(help="Look for synapses.")] = True,
    synapse_model: Annotated[
        Path | None,
        typer.Option("--synapse-model", help="Of your own (tools/train_synapses.py)."),
    ] = None,
    least_confidence: Annotated[
        float,
        typer.Option("--least-confidence", help="Of a synapse that is kept.", min=0, max=1),
    ] = 0.5,
    skeletons: Annotated[bool, typer.Option(help="Trace skeletons.")] = True,
    min_synapses: Annotated[
        int, typer.Option("--min-synapses", help="Least number of synapses of a pair.", min=1)
    ] = 1,
    on_self_loops: Annotated[
        str, typer.Option("--on-self-loops", metavar="drop|keep", help="Synapses onto itself.")
    ] = "drop",
    truth: Annotated[
        str | None, typer.Option("--truth", help="True labels of the same voxels.")
    ] = None,
    truth_dataset: Annotated[
        str | None, typer.Option("--truth-dataset", help="Array within --truth.")
    ] = None,
    truth_axes: Annotated[
        str | None,
        typer.Option("--truth-axes", metavar="LETTERS", help="Order of the axes of --truth."),
    ] = None,
    true_synapses: Annotated[
        Path | None,
        typer.Option(
            "--true-synapses",
            help="CSV or Parquet: pre_id, post_id (true labels), x_nm, y_nm, z_nm.",
        ),
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Folder for a page with pictures.")
    ] = None,
    volumes: Annotated[
        Path | None,
        typer.Option(
            "--volumes",
            help="Folder for image, segments, skeletons and synapses as Neuroglancer shows them "
            "(neuropil view).",
        ),
    ] = None,
    blocks: Annotated[
        Path | None,
        typer.Option(
            "--blocks",
            help="Work block by block and keep the blocks here: a run that was stopped goes on.",
        ),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", help="Threads, with --blocks.", min=1)] = 1,
    cluster: Cluster = None,
    name: Annotated[str | None, typer.Option("--name")] = None,
    species: Annotated[str | None, typer.Option("--species")] = None,
    licence: Annotated[str | None, typer.Option("--licence")] = None,
    consent: Annotated[
        str | None,
        typer.Option(
            "--consent", help="Consent or approval for the tissue; human tissue must state it."
        ),
    ] = None,
    access: Annotated[
        str | None,
        typer.Option("--access", help="Terms of access and use; human tissue must state them."),
    ] = None,
    restricted: Annotated[
        bool,
        typer.Option("--restricted", help="Let rows leave OUT only with --allow-restricted."),
    ] = False,
    citation: Annotated[list[str] | None, typer.Option("--citation")] = None,
    device: Device = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a connectome that stands at OUT.")
    ] = False,
    json: Json = False,
) -> None:
    """Run the whole chain."""
    import ingest
    from connectome_analysis.errors import fit_segmentation_scores
    from ingest.command import command_line_of, print_ingested
    from ingest.voxels.from_voxels import volumes_of
    from segmentation_core.volumes.outputs_apart import require_outputs_apart

    require_outputs_apart(
        [volume, labels, truth, true_synapses, weights, synapse_model],
        replaced=[out, *volumes_of(volumes)],
        added_to=[report, None if report is None else report / "figures", volumes, blocks],
    )
    whole_option("--on-self-loops", on_self_loops, ("drop", "keep"))
    if out.exists() and not (out / "connectome.json").exists() and not _is_empty_folder(out):
        msg = f"{out} exists and is no connectome, so it is left alone. Choose another name."
        raise ValueError(msg)
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

    def other(path: str | None, inside: str | None, order: str | None, option: str) -> Any:
        if path is None:
            return None
        return open_labels(
            path,
            size_nm=raw.voxel_size_nm,
            dataset=inside,
            dataset_option=f"{option}-dataset",
            axes=order,
            axes_option=f"{option}-axes",
        )

    described = {
        "name": name,
        "species": species,
        "licence": licence,
        "consent": consent,
        "access": access,
        "restricted": restricted or None,
        "citation": citation,
    }
    command = command_line_of("em", volume, out)
    to_segment = 0 if labels is not None else raw.size
    in_blocks = block_options(blocks, jobs, cluster, n_voxels=to_segment, beside=out)
    names = WORK_OPTIONS | {"synapse_model": "--synapse-model", "synapses": "--no-synapses"}
    with option_names(names), in_blocks as options, _told() as tell:
        made = ingest.em(
            raw,
            out,
            device=device,
            weights=weights,
            threshold=threshold,
            labels=other(labels, labels_dataset, labels_axes, "--labels"),
            synapses=synapses,
            synapse_model=synapse_model,
            least_confidence=least_confidence,
            skeletons=skeletons,
            min_synapses=min_synapses,
            on_self_loops=on_self_loops,  # type: ignore[arg-type]
            true_labels=other(truth, truth_dataset, truth_axes, "--truth"),
            true_synapses=None if true_synapses is None else _synapse_table(true_synapses),
            error_model_of=fit_segmentation_scores,
            segment_options=options,
            volumes_out=volumes,
            description={key: value for key, value in described.items() if value},
            overwrite=overwrite,
            command=command,
            sources={
                "volume": volume,
                "labels": labels,
                "true_labels": truth,
                "true_synapses": true_synapses,
            },
            progress=tell,
        )
        page = None
        if report is not None:
            from ..em_report import build_em_report

            tell("writing the report")
            page = build_em_report(made, report, name=name or Path(volume).stem, command=command)
    if json:
        print_json(
            {
                "path": made.path,
                "rows": made.rows,
                "buckets": made.buckets,
                "seconds": {stage.name: stage.seconds for stage in made.stages},
                "scores": made.scores,
                "report": page,
                "warnings": made.warnings,
            }
        )
        return
    print_ingested(made, as_json=False)
    if made.scores is not None:
        print_scores(made.scores)
    for what, where in (("report", page), ("volumes", volumes)):
        if where is not None:
            typer.echo(f"{what}: {where}")


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def print_scores(scores: Any) -> None:
    """Print scores against the truth."""
    import pandas as pd

    table = pd.DataFrame({"score": list(scores), "value": [scores[key] for key in scores]})
    print_table(table, "Against the truth")


def _synapse_table(path: Path) -> Any:
    import pandas as pd

    kind = path.suffix.lower()
    if kind not in {".csv", ".parquet"}:
        msg = f"--true-synapses must end in .csv or .parquet, got {path}."
        raise ValueError(msg)
    if not path.exists():
        msg = f"--true-synapses {path}: there is no such file."
        raise ValueError(msg)
    try:
        table = (
            pd.read_csv(path, dtype={"pre_id": "Int64", "post_id": "Int64"})
            if kind == ".csv"
            else pd.read_parquet(path)
        )
    except ValueError as error:
        msg = f"{path}: pre_id and post_id must be whole numbers ({error})."
        raise ValueError(msg) from None
    lacking = [c for c in ("pre_id", "post_id", "x_nm", "y_nm", "z_nm") if c not in table]
    if lacking:
        msg = f"{path} lacks {', '.join(lacking)}; it has {', '.join(map(str, table.columns))}."
        raise ValueError(msg)
    return table


class _told:
    """A spinner that says what is being done, on a terminal; a line for each step elsewhere."""

    def __enter__(self) -> Any:
        from rich.console import Console

        self._screen = Console(stderr=True)
        self._status = self._screen.status("opening") if self._screen.is_terminal else None
        if self._status is not None:
            self._status.start()
        return self._tell

    def _tell(self, words: str) -> None:
        if self._status is not None:
            self._status.update(words)
        else:
            self._screen.print(words, highlight=False)

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()
