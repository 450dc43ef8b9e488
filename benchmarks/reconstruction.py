"""Simulated volumes that no network was trained on, from micrographs to the graph, against what was planted.

Segments are made by `sc.predict_affinities`, `sc.watershed` and `sc.agglomerate` with the advice of the
weights, as `sc.segment` makes them, and go through `ingest.em`. The peer gets the same affinities and the
best of its own cuts on the truth; ours has none of that.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import segmentation_core as sc

from .affinities_to_segments import SHARES, bioimage_chain
from .measure import Row, installed

VOXELS_NM = ((40.0, 4.0, 4.0), (50.0, 4.6, 4.6))
SEEDS = range(1_000_100, 1_000_103)
SHAPE, SMALL = (28, 384, 384), (10, 128, 128)


@dataclass(frozen=True, kw_only=True)
class Segments:
    """Segments of a volume, how long they took from affinities, and those of the peer."""

    labels: Any
    seconds: float
    theirs: Any = None
    their_seconds: float | None = None


def segments_of(
    raw: Any, truth: Any, voxel_size_nm: tuple[float, float, float], weights: Path | None = None
) -> Segments:
    """Ours with the advice of the weights, bundled ones by default, theirs at its best cut."""
    advice = sc.Predictor(voxel_size_nm, weights=weights, device="cpu").advice
    affinities, offsets = sc.predict_affinities(
        raw,
        voxel_size_nm=voxel_size_nm,
        weights=weights,
        device="cpu",
        **advice.get("prediction_options", {}),
    )
    crumb = np.ascontiguousarray(affinities[:, :8, :64, :64])
    _cut(crumb, offsets, voxel_size_nm, advice)  # compiles what is timed after
    begun = time.process_time()
    labels = _cut(affinities, offsets, voxel_size_nm, advice)
    took = time.process_time() - begun
    if not installed("bioimage_cpp"):
        return Segments(labels=labels, seconds=took)
    begun = time.process_time()
    _, cut = bioimage_chain(affinities, np.asarray(offsets), voxel_size_nm=voxel_size_nm)
    theirs = time.process_time() - begun
    best = min(
        (cut(share) for share in SHARES),
        key=lambda one: sum(sc.metrics.variation_of_information(truth, one)[:2]),
    )
    return Segments(labels=labels, seconds=took, theirs=best, their_seconds=theirs)


def _cut(affinities: Any, offsets: Any, voxel_size_nm: Any, advice: Any) -> Any:
    """Segments as `sc.segment` makes them of affinities."""
    fragments = sc.watershed(
        affinities, offsets, voxel_size_nm=voxel_size_nm, **advice.get("fragment_options", {})
    )
    tree = sc.agglomerate(
        fragments,
        affinities,
        offsets,
        threshold=advice["threshold"],
        **advice.get("agglomeration_options", {}),
    )
    return tree.segments(fragments)


def score_words(pairs: list[tuple[Any, Any]]) -> str:
    """Adapted Rand error and variation of information, mean over volumes."""
    errors = [sc.metrics.adapted_rand(truth, labels).error for truth, labels in pairs]
    split, merge = np.mean(
        [sc.metrics.variation_of_information(truth, labels)[:2] for truth, labels in pairs], axis=0
    )
    return f"adapted Rand error {np.mean(errors):.3f}, VOI {split:.2f} + {merge:.2f} bits"


def segments_row(job: str, name: str, truths: list[Any], made: list[Segments]) -> Row:
    """One row: scores of ours and of theirs, and the time from affinities."""
    words = score_words([(t, one.labels) for t, one in zip(truths, made, strict=True)])
    if made[0].their_seconds is None:
        return Row(
            job=job,
            graph=name,
            ours=sum(one.seconds for one in made),
            peer="edt + bioimage-cpp",
            bound=words,
        )
    theirs = score_words([(t, one.theirs) for t, one in zip(truths, made, strict=True)])
    return Row(
        job=job,
        graph=name,
        ours=sum(one.seconds for one in made),
        peer="edt + bioimage-cpp, its best cut",
        theirs=sum(one.their_seconds or 0.0 for one in made),
        bound=f"{words}; theirs {theirs}",
    )


def ratio_words(both: int, truth: int, found: int) -> str:
    """Precision, recall and F of counts."""
    if not truth + found:
        return "nothing planted, nothing found"
    shares = {"precision": (both, found), "recall": (both, truth), "F": (2 * both, truth + found)}
    words = [
        f"{name} {part / of:.2f}" if of else f"no {name}" for name, (part, of) in shares.items()
    ]
    return f"{', '.join(words)}; {truth} planted, {found} found"


def rows(*, quick: bool, slow_peers: bool) -> Iterator[Row]:  # noqa: ARG001
    """Three rows to each voxel size: segments, synapses, edges; counts are added up over volumes."""
    if not installed("torch"):
        yield Row(job="simulation, held out", graph="", ours=float("nan"), peer="torch")
        return
    for size in VOXELS_NM:
        tissues = [
            sc.simulate_volume(
                SMALL if quick else SHAPE, voxel_size_nm=size, synapses_per_um3=30.0, rng=seed
            )
            for seed in (SEEDS[:1] if quick else SEEDS)
        ]
        mega = tissues[0].raw.size / 1e6
        name = f"{' x '.join(f'{s:g}' for s in size)} nm, {len(tissues)} x {mega:.2g} Mvoxel"
        made = [segments_of(one.raw, one.labels, size) for one in tissues]
        yield segments_row(
            "simulation, held out: segments", name, [t.labels for t in tissues], made
        )
        synapses, edges, partners = np.zeros(3, int), np.zeros(3, int), 0.0
        for tissue, one in zip(tissues, made, strict=True):
            of_synapses, of_edges = graph_scores(tissue, one.labels, size)
            synapses += (of_synapses.n_matched, of_synapses.n_truth, of_synapses.n_found)
            edges += (of_edges.n_both, of_edges.n_truth, of_edges.n_found)
            if of_synapses.n_matched:
                partners += of_synapses.partner_accuracy * of_synapses.n_matched
        words = ratio_words(*map(int, synapses))
        if synapses[0]:
            words += f"; partners right {partners / synapses[0]:.2f}"
        for what, said in (("synapses", words), ("edges", ratio_words(*map(int, edges)))):
            yield Row(
                job=f"simulation, held out: {what}", graph=name, ours=float("nan"), bound=said
            )


def graph_scores(tissue: Any, labels: Any, size: tuple[float, float, float]) -> tuple[Any, Any]:
    """Scores of synapses and of edges, through `ingest.em`."""
    import ingest

    with tempfile.TemporaryDirectory() as folder:
        made = ingest.em(
            tissue.raw,
            f"{folder}/tables",
            voxel_size_nm=size,
            labels=labels,
            skeletons=False,
            device="cpu",
        )
    neuron_of = sc.metrics.matched_segments(sc.metrics.contingency(tissue.labels, labels))
    found = made.synapses.fillna({"pre_id": 0, "post_id": 0})
    found = found.astype({"pre_id": int, "post_id": int})
    planted = tissue.edges[tissue.edges["pre_id"] != tissue.edges["post_id"]]
    return (
        sc.metrics.synapse_scores(
            tissue.synapses, found, reach_nm=200.0, truth_of_segment=neuron_of
        ),
        sc.metrics.edge_scores(planted, made.edges, truth_of_segment=neuron_of),
    )
