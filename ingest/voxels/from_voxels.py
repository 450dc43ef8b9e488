"""From voxels: a volume of micrographs segmented, its synapses found, and all of it written as tables."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from connectome_analysis.tables import ContractError, Manifest, read_manifest, write
from connectome_analysis.tables.terms import require_human_terms

from ..account import Account
from ..inputs import describe_volume_input
from ..made_by import DESCRIBED, software_version
from ..pairs import OnSelfLoops
from .against_truth import scores_of
from .edges_of_synapses import edges_of_synapses
from .reconstruction import Reconstruction, Stage
from .segment_nodes import measure_segments, nodes_of

if TYPE_CHECKING:
    import pandas as pd

    from segmentation_core import Volume

# A cube of 100 nm along a side: less than that is a crumb of a membrane, not a piece of a neuron.
LEAST_VOLUME_NM3 = 1e6
_CHOSEN = ("threshold", "fragment_options", "agglomeration_options", "prediction_options")
SKELETON_BLOCK = (256, 512, 512)  # voxels, of volumes that go block by block: large, for few seams
VOLUMES = ("image", "segments", "synapses")


def em(
    volume: Any,
    out: str | Path,
    *,
    voxel_size_nm: Sequence[float] | None = None,
    device: str | None = None,
    weights: str | Path | None = None,
    threshold: float | None = None,
    labels: Any = None,
    synapses: bool = True,
    synapse_model: str | Path | None = None,
    least_confidence: float = 0.5,
    least_volume_nm3: float = LEAST_VOLUME_NM3,
    skeletons: bool = True,
    min_synapses: int = 1,
    on_self_loops: OnSelfLoops = "drop",
    true_labels: Any = None,
    true_synapses: pd.DataFrame | None = None,
    error_model_of: Callable[[Mapping[str, Any]], Any] | None = None,
    segment_options: Mapping[str, Any] | None = None,
    volumes_out: str | Path | None = None,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    sources: Mapping[str, Any] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Reconstruction:
    """Turn a volume of electron micrographs into a connectome.

    Parameters
    ----------
    volume : path, Volume or (Z, Y, X) uint8 array
        Micrographs, membranes dark.
    out : path
        The folder to make.
    voxel_size_nm : (z, y, x) of float, optional
        Needed where the volume does not know it.
    device : str, optional
        Torch device; CUDA, then MPS, then the CPU.
    weights, synapse_model : path, optional
        Of networks of one's own; by default those of the package for this voxel size.
    threshold : float in [0, 1], optional
        Affinity at which segments are no longer joined; by default the one that came with the weights.
    labels : path, Volume or (Z, Y, X) integers, optional
        A segmentation that is there already; then none is made.
    synapses, skeletons : bool
        Whether to look for synapses and trace skeletons. Without synapses there are no edges.
    least_confidence : float
        Synapses less sure than this are left out.
    least_volume_nm3 : float
        Smaller segments without a synapse are no nodes.
    min_synapses : int
        Least number of synapses of a pair.
    on_self_loops : {"drop", "keep"}
    true_labels : path, Volume or (Z, Y, X) integers, optional
        What is known of the same voxels, to score the result; `true_synapses` name its segments.
    error_model_of : callable, optional
        Makes an error model of the scores for the manifest, such as
        ``connectome_analysis.errors.fit_segmentation_scores``; has ``to_dict``.
    segment_options : mapping, optional
        Of `segmentation_core.segment`: ``blockwise``, ``block``, ``folder``, ``client``, ...
    volumes_out : path, optional
        Folder for image, segmentation with skeletons, and synapses as Neuroglancer shows them.
    description : mapping, optional
        Fields of the manifest: ``name``, ``species``, ``licence``, ``citation``, ...
    overwrite : bool
        Replace a connectome that stands at `out`.
    command : str, optional
        What the manifest gives as the command.
    sources : mapping of str to path, optional
        Files that ``volume``, ``labels``, ``true_labels`` and ``true_synapses`` were opened from, where
        they are given open: the manifest keeps the hash of each.
    progress : callable, optional
        Told in words what is done next.

    Returns
    -------
    Reconstruction

    Raises
    ------
    ContractError, ValueError
        In one line: what is wrong with the volume, its voxel size, the truth or an option. Nothing is
        written to `out` then.

    Examples
    --------
    >>> import segmentation_core as sc, tempfile
    >>> tissue = sc.simulate_volume((8, 96, 96), voxel_size_nm=(40, 8, 8), rng=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = em(
    ...         tissue.raw,
    ...         f"{folder}/small",
    ...         voxel_size_nm=(40, 8, 8),
    ...         labels=tissue.labels,
    ...         synapses=False,
    ...     )
    >>> made.rows["nodes"] > 3, made.rows["edges"]
    (True, 0)
    """
    from segmentation_core.volumes.outputs_apart import require_outputs_apart
    from segmentation_core.volumes.whole_folder import require_free

    target = Path(out).expanduser()
    given_paths = (volume, labels, true_labels, weights, synapse_model)
    require_outputs_apart(
        [one for one in given_paths if isinstance(one, str | Path)],
        replaced=[target, *volumes_of(volumes_out)],
        added_to=[volumes_out],
    )
    for place in volumes_of(volumes_out):
        require_free(place, overwrite=overwrite)
    if (target / "connectome.json").exists() and not overwrite:
        msg = f"{target} exists. Choose another name, or ask to overwrite it (--overwrite)."
        raise ContractError(msg)
    unknown = sorted(set(description or {}) - set(DESCRIBED))
    if unknown:
        msg = (
            f"description: {', '.join(map(repr, unknown))} is no field that can be given; there "
            f"are {', '.join(DESCRIBED)}."
        )
        raise ContractError(msg)
    require_human_terms(
        Manifest(**{"name": target.name, **_known(description)})
    )  # not after hours of work
    if true_synapses is not None and true_labels is None:
        msg = "true_synapses name segments of true_labels; give true_labels (--truth) too."
        raise ContractError(msg)
    inputs = {
        "volume": volume,
        "labels": labels,
        "true_labels": true_labels,
        "true_synapses": true_synapses,
        **(sources or {}),
    }
    account, clock = Account(), _Clock(progress or (lambda _: None))
    raw = _opened(volume, voxel_size_nm, "image")
    given = None if labels is None else _like(raw, labels, "labels")
    truth = None if true_labels is None else _like(raw, true_labels, "true_labels")
    settings: dict[str, Any] = {
        "voxel_size_nm": list(raw.voxel_size_nm),
        "least_confidence": least_confidence,
        "least_volume_nm3": least_volume_nm3,
        "min_synapses": min_synapses,
        "on_self_loops": on_self_loops,
    }
    if synapses:
        inputs["synapse_model"] = _synapse_file(synapse_model, raw)
    if given is None:
        inputs["weights"] = _weights_file(weights, raw)
        with clock.stage("segments", raw.size):
            given = _segmented(raw, device, weights, threshold, segment_options, settings)
    else:
        settings["segmentation"] = "given"
    found = _no_synapses()
    if synapses:
        with clock.stage("synapses", raw.size):
            found = _detected(raw, given, synapse_model, least_confidence, device)
        settings["synapse_model"] = _name_of(synapse_model)
    with clock.stage("nodes", raw.size):
        measured = measure_segments(given)
        nodes = nodes_of(measured, voxel_size_nm=raw.voxel_size_nm, offset_nm=raw.offset_nm)
        nodes = _worth_a_row(nodes, found, least_volume_nm3, account)
    traced = _no_skeletons()
    if skeletons:
        with clock.stage("skeletons", raw.size):
            in_blocks = bool((segment_options or {}).get("blockwise"))
            traced, lengths = _traced(raw, given, in_blocks=in_blocks)
        nodes["length_nm"] = nodes["node_id"].map(lengths).astype(float)
        traced = traced[traced["node_id"].isin(nodes["node_id"])].reset_index(drop=True)
    edges = edges_of_synapses(
        found, account, min_synapses=min_synapses, on_self_loops=on_self_loops
    )
    scores = None
    if truth is not None:
        with clock.stage("scores", raw.size):
            scores = scores_of(given, found, edges, true_labels=truth, true_synapses=true_synapses)
    if len(nodes) == 0:
        account.warn(
            "No segment is left. Is the voxel size (z, y, x) right, and are membranes dark? "
            "least_volume_nm3 says which segments are too small."
        )
    known = {name: value for name, value in (scores or {}).items() if not np.isnan(value)}
    error_model = None if not known or error_model_of is None else error_model_of(known)
    clock.say("hashing the inputs")
    described = [
        describe_volume_input(role, source) for role, source in inputs.items() if source is not None
    ]
    clock.say("writing")
    tables = {"nodes": nodes, "edges": edges}
    if synapses:
        tables["synapses"] = found.drop(columns=["sign", "site_id"], errors="ignore")
    if skeletons:
        tables["skeletons"] = traced
    manifest = _manifest(
        raw,
        account,
        settings,
        clock.stages,
        scores,
        description={"name": target.resolve().name, **(description or {})},
        error_model=error_model,
        command=command or "ingest.em",
        min_synapses=min_synapses,
        least_confidence=least_confidence if synapses else None,
        inputs=described,
    )
    path = write(target, tables, manifest, overwrite=overwrite, progress=progress)
    if volumes_out is not None:
        _write_volumes(Path(volumes_out), raw, given, nodes, found, traced, overwrite=overwrite)
    return Reconstruction(
        path=path,
        rows={name: record.rows for name, record in read_manifest(path).tables.items()},
        buckets=dict(account.buckets),
        decisions=tuple(account.decisions),
        warnings=tuple(account.warnings),
        raw=raw,
        labels=given,
        voxel_size_nm=raw.voxel_size_nm,
        offset_nm=raw.offset_nm,
        nodes=nodes,
        edges=edges,
        synapses=found,
        skeletons=traced,
        stages=tuple(clock.stages),
        settings=settings,
        scores=scores,
    )


class _Clock:
    """Times the stages and tells of them."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.stages: list[Stage] = []

    @contextmanager
    def stage(self, name: str, voxels: int) -> Iterator[None]:
        self.say(name)
        start = time.perf_counter()
        yield
        seconds = time.perf_counter() - start
        self.stages.append(Stage(name=name, seconds=seconds, voxels=int(voxels)))


def _opened(volume: Any, voxel_size_nm: Sequence[float] | None, kind: Any) -> Volume:
    import segmentation_core as sc

    if isinstance(volume, sc.Volume) and (
        voxel_size_nm is None or tuple(voxel_size_nm) == volume.voxel_size_nm
    ):
        return volume
    opened: Volume = sc.open_volume(volume, voxel_size_nm=voxel_size_nm, kind=kind)
    return opened


def _like(raw: Volume, labels: Any, what: str) -> Any:
    """A label volume of the same voxels."""
    opened = _opened(labels, raw.voxel_size_nm, "labels")
    if tuple(opened.shape) != tuple(raw.shape):
        msg = (
            f"{what} must have the volume's shape (z, y, x) {tuple(raw.shape)}, got "
            f"{tuple(opened.shape)}; crop both to what they share."
        )
        raise ContractError(msg)
    return opened


def _segmented(
    raw: Volume,
    device: str | None,
    weights: str | Path | None,
    threshold: float | None,
    options: Mapping[str, Any] | None,
    settings: dict[str, Any],
) -> Any:
    import segmentation_core as sc
    from segmentation_core.network.checkpoints import load_weights
    from segmentation_core.segment_volume import chosen_options

    more: dict[str, Any] = dict(options or {})
    if threshold is not None:
        more["threshold"] = threshold
    _, card = load_weights(_weights_file(weights, raw))
    chosen = chosen_options(
        card.get("advice", {}), **{key: more[key] for key in _CHOSEN if key in more}
    )
    settings["weights"] = _name_of(weights)
    settings |= json.loads(json.dumps(chosen, default=str))
    settings |= {f"segment.{key}": str(value) for key, value in more.items() if key not in _CHOSEN}
    in_folder = bool(more.get("blockwise")) and more.get("folder") is not None and "out" not in more
    made = sc.segment(
        raw,
        voxel_size_nm=raw.voxel_size_nm,
        device=device,
        weights=weights,
        as_blocks=in_folder,
        **more,
    )
    if not in_folder:
        return made
    # Read where it is sliced: labels of a volume larger than memory are not held.
    return sc.open_volume(made, voxel_size_nm=raw.voxel_size_nm, kind="labels")


def _weights_file(weights: str | Path | None, raw: Volume) -> Path:
    from segmentation_core.network.bundled import bundled_weights

    return bundled_weights(raw.voxel_size_nm) if weights is None else Path(weights)


def _synapse_file(model: str | Path | None, raw: Volume) -> Path:
    """File of the synapse network, found to be one before the segmentation is begun."""
    import segmentation_core as sc
    from segmentation_core.synapses.weights_file import model_file_for

    if model is None:
        try:
            return model_file_for(raw.voxel_size_nm)
        except ValueError as error:
            msg = (
                f"{str(error).replace('model=', 'synapse_model=')} Segments, nodes and skeletons need "
                "none: synapses=False."
            )
            raise ContractError(msg) from None
    sc.load_synapse_model(model)
    return Path(model)


def _name_of(file: str | Path | None) -> str:
    return "bundled" if file is None else Path(file).name


def _detected(
    raw: Volume,
    labels: Any,
    model: str | Path | None,
    least_confidence: float,
    device: str | None,
) -> pd.DataFrame:
    import segmentation_core as sc

    found: pd.DataFrame = sc.detect_synapses(
        raw,
        labels,
        voxel_size_nm=raw.voxel_size_nm,
        offset_nm=raw.offset_nm,
        model=model,
        least_confidence=least_confidence,
        device=device,
    )
    return found


def _no_synapses() -> pd.DataFrame:
    import pandas as pd

    ids = pd.array([], "Int64")
    numbers = {name: np.zeros(0) for name in ("x_nm", "y_nm", "z_nm", "confidence")}
    return pd.DataFrame({"synapse_id": ids, "pre_id": ids, "post_id": ids, **numbers})


def _no_skeletons() -> pd.DataFrame:
    import pandas as pd

    names = ("node_id", "point_id", "parent_id", "x_nm", "y_nm", "z_nm", "radius_nm")
    return pd.DataFrame({name: np.zeros(0) for name in names})


def _worth_a_row(
    nodes: pd.DataFrame, synapses: pd.DataFrame, least_volume_nm3: float, account: Account
) -> pd.DataFrame:
    """Leave out crumbs, but nothing that has a synapse."""
    ends = {int(one) for side in ("pre_id", "post_id") for one in synapses[side].dropna().unique()}
    large = nodes["volume_nm3"].to_numpy() >= least_volume_nm3
    kept = large | nodes["node_id"].isin(ends).to_numpy()
    account.count("segments_in", len(nodes), always=True)
    account.count("segments_too_small", int((~kept).sum()), always=True)
    account.count("segments_kept", int(kept.sum()), always=True)
    return nodes[kept].reset_index(drop=True)


def _traced(raw: Volume, labels: Any, *, in_blocks: bool) -> tuple[pd.DataFrame, pd.Series[float]]:
    import segmentation_core as sc

    traced = sc.skeletonize(
        labels,
        voxel_size_nm=raw.voxel_size_nm,
        offset_nm=raw.offset_nm,
        cut_faces="all",
        block_shape=SKELETON_BLOCK if in_blocks else None,
    )
    lengths: pd.Series[float] = traced.summary()["cable_length_nm"]
    return traced.table(), lengths


def _known(description: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        name: value for name, value in (description or {}).items() if value not in (None, (), [])
    }


def _manifest(
    raw: Volume,
    account: Account,
    settings: Mapping[str, Any],
    stages: Sequence[Stage],
    scores: Mapping[str, Any] | None,
    *,
    description: Mapping[str, Any],
    error_model: Any,
    command: str,
    min_synapses: int,
    least_confidence: float | None,
    inputs: Sequence[Mapping[str, Any]],
) -> Manifest:
    fields = _known(description)
    notes = fields.pop("notes", ())
    notes = (notes,) if isinstance(notes, str) else tuple(notes)
    fields.setdefault("detector", "neuropil segmentation_core")
    made_by: dict[str, Any] = {
        "command": command,
        "software": "neuropil",
        "version": software_version(),
        "inputs": [dict(one) for one in inputs],
        "settings": dict(settings),
        "seconds": {stage.name: round(stage.seconds, 3) for stage in stages},
    }
    if scores is not None:
        made_by["scores"] = {
            name: None if isinstance(value, float) and not np.isfinite(value) else value
            for name, value in scores.items()
        }
    return Manifest(
        **fields,
        voxel_size_nm=raw.voxel_size_nm,
        weights={"chemical": {"meaning": "synapses", "unit": "count"}},
        score_cutoff=least_confidence,
        pair_threshold=min_synapses,
        autapses=_autapse_words(account, str(settings["on_self_loops"])),
        buckets=dict(account.buckets),
        made_by=made_by,
        error_model=None if error_model is None else error_model.to_dict(),
        notes=(*notes, *account.warnings),
        columns={
            "nodes.faces_touched": "faces of the volume that the segment touches; it goes on beyond",
            "synapses.size": "contact of the two partners at the site, nm^2",
        },
    )


def _autapse_words(account: Account, rule: str) -> str:
    if rule == "drop":
        return f"dropped: {account.buckets.get('self_loops_dropped', 0):,}"
    return "kept"


def volumes_of(folder: str | Path | None) -> list[Path]:
    """Name the volumes that `em` writes to `volumes_out`."""
    return [] if folder is None else [Path(folder) / name for name in VOLUMES]


def _write_volumes(
    folder: Path,
    raw: Volume,
    labels: Any,
    nodes: pd.DataFrame,
    synapses: pd.DataFrame,
    skeletons: pd.DataFrame,
    *,
    overwrite: bool,
) -> None:
    import segmentation_core as sc

    folder.mkdir(parents=True, exist_ok=True)
    size = raw.voxel_size_nm
    sc.write_precomputed(raw, folder / "image", kind="image", overwrite=overwrite)
    sc.write_precomputed(
        labels,
        folder / "segments",
        voxel_size_nm=None if isinstance(labels, sc.Volume) else size,
        kind="labels",
        skeletons=skeletons if len(skeletons) else None,
        segment_properties=nodes[["node_id", "volume_nm3"]],
        overwrite=overwrite,
    )
    if len(synapses):
        sc.write_synapse_annotations(
            synapses, folder / "synapses", properties=["confidence"], overwrite=overwrite
        )
