"""Affinities to segments, beside chains of libraries.

All chains get the same affinities: of a simulated volume, unsure near boundaries and noisy. Each is
scored on the truth at the best of its own thresholds, so that none is fast by being bad.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import segmentation_core as sc

from .measure import Row, installed, processor_seconds, processor_seconds_once

VOXEL_NM = (8.0, 8.0, 8.0)
OFFSETS = np.array(
    [
        *((-1, 0, 0), (0, -1, 0), (0, 0, -1), (-3, 0, 0), (0, -3, 0), (0, 0, -3)),
        *((-9, 0, 0), (0, -9, 0), (0, 0, -9), (-5, -5, 0), (0, -5, -5), (-5, 0, -5)),
    ]
)
THRESHOLDS = np.arange(0.2, 0.96, 0.05)
SHARES = np.geomspace(0.005, 0.6, 16)  # of fragments, left as segments

# Peak against what is resident before the call; four times the volume, or the compiler's own peak
# would hide it. Reads /proc: Linux only.
PEAK = """
import json, resource, sys
import numpy as np
import segmentation_core as sc
from benchmarks.affinities_to_segments import OFFSETS, VOXEL_NM, ours
affinities = np.load(sys.argv[1])
ours(np.ascontiguousarray(affinities[:, :8, :32, :32]))
with open("/proc/self/statm") as file:
    before = int(file.read().split()[1]) * resource.getpagesize()
ours(affinities)
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before))
"""


def affinities_of(labels: NDArray[np.integer], rng: int = 0) -> NDArray[np.uint8]:
    """Affinities that fall off towards boundaries, with noise as wide as a membrane."""
    import edt
    from scipy import ndimage

    draw = np.random.default_rng(rng)
    far = edt.edt(np.ascontiguousarray(labels.astype(np.uint32)), black_border=False)
    noise = ndimage.gaussian_filter(draw.normal(size=labels.shape).astype(np.float32), 2.5)
    noise *= 1.6 / noise.std()
    made = np.zeros((len(OFFSETS), *labels.shape), np.uint8)
    for c, offset in enumerate(OFFSETS):
        here = tuple(slice(-o if o < 0 else 0, None) for o in offset)
        there = tuple(slice(0, o if o < 0 else None) for o in offset)
        depth = np.minimum(far[here], far[there])
        same = (labels[here] == labels[there]) & (labels[here] > 0)
        logit = np.where(same, 1.6 * (depth - 1.2), -2.0 - 0.5 * depth) + noise[here]
        made[c][here] = np.rint(255 / (1 + np.exp(-np.clip(logit, -30, 30))))
    return made


def volume(shape: tuple[int, int, int]) -> tuple[NDArray[Any], NDArray[np.uint8]]:
    """Truth and affinities of simulated neuropil."""
    made = sc.simulate_volume(shape, voxel_size_nm=VOXEL_NM, tissue="fly", rng=0)
    return made.labels, affinities_of(made.labels)


def ours(affinities: NDArray[np.uint8]) -> tuple[NDArray[np.uint64], sc.MergeTree]:
    """Fragments and the merge tree; segments too, so that all of the way is in."""
    fragments = sc.watershed(affinities, OFFSETS, voxel_size_nm=VOXEL_NM)
    tree = sc.agglomerate(fragments, affinities, OFFSETS)
    tree.segments(fragments)
    return fragments, tree


def bioimage_chain(
    affinities: NDArray[np.uint8],
    offsets: NDArray[np.integer] = OFFSETS,
    *,
    voxel_size_nm: tuple[float, float, float] = VOXEL_NM,
) -> tuple[Any, Callable[[float], Any]]:
    """edt, seeds and watershed, region graph and mean agglomeration of bioimage-cpp."""
    import bioimage_cpp as bic
    import cc3d
    import edt
    from scipy import ndimage

    boundary = 1 - affinities[:3].mean(axis=0, dtype=np.float32) / np.float32(255)
    step = tuple(float(size / min(voxel_size_nm)) for size in voxel_size_nm)
    far = edt.edt(boundary < 0.3, anisotropy=step, black_border=False)
    smooth = ndimage.gaussian_filter(far, [1.0 / one for one in step])
    tops = (ndimage.maximum_filter(smooth, 3) == smooth) & (far > 0)
    seeds = cc3d.connected_components(tops, connectivity=26).astype(np.uint32)
    fragments = bic.segmentation.watershed(boundary, seeds)
    return graph_chain(fragments, affinities, offsets)


def graph_chain(
    fragments: Any, affinities: Any, offsets: NDArray[np.integer] = OFFSETS
) -> tuple[Any, Callable[[float], Any]]:
    """Region graph and mean agglomeration of bioimage-cpp; returns how to cut."""
    import bioimage_cpp as bic

    rag = bic.graph.region_adjacency_graph(fragments, number_of_threads=1)
    features = bic.graph.features.affinity_features(
        rag,
        fragments,
        affinities.astype(np.float32) / np.float32(255),
        offsets.tolist(),
        number_of_threads=1,
    )

    def cut(share: float) -> Any:
        # It stops at a number of clusters and not at a score.
        policy = bic.graph.agglomeration.EdgeWeightedClusterPolicy(
            num_clusters_stop=max(1, round(share * rag.number_of_nodes)), size_regularizer=0.0
        )
        nodes = policy.optimize(rag, 1 - features[:, 0], edge_sizes=features[:, 1])
        return nodes[fragments]

    cut(0.05)
    return fragments, cut


def skimage_chain(affinities: NDArray[np.uint8]) -> tuple[Any, Callable[[float], Any]]:
    """scipy and scikit-image for fragments, then as above."""
    from scipy import ndimage
    from skimage.segmentation import watershed

    boundary = 1 - affinities[:3].mean(axis=0, dtype=np.float32) / np.float32(255)
    far = ndimage.distance_transform_edt(boundary < 0.3)
    smooth = ndimage.gaussian_filter(far, 1.0)
    tops = (ndimage.maximum_filter(smooth, 3) == smooth) & (far > 0)
    seeds, _ = ndimage.label(tops, np.ones((3, 3, 3)))
    return graph_chain(watershed(boundary, seeds).astype(np.uint32), affinities)


def voi(truth: Any, labels: Any) -> float:
    """Split and merge together, in bits."""
    return float(sum(sc.metrics.variation_of_information(truth, labels)))


def extra_bytes(affinities: NDArray[np.uint8]) -> float:
    """Bytes per voxel beyond the affinities, of a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "affinities.npy"
        np.save(file, np.tile(affinities, (1, 4, 1, 1)))
        answer = subprocess.run(
            [sys.executable, "-c", PEAK, str(file)], check=True, capture_output=True, text=True
        )
    return float(json.loads(answer.stdout)) / (4 * affinities[0].size)


def rows(*, quick: bool, slow_peers: bool) -> Iterator[Row]:
    """Processor time from affinities to segments, and the score that it buys."""
    truth, affinities = volume((24, 96, 96) if quick else (48, 256, 256))
    mega = truth.size / 1e6
    name = f"simulation {mega:.2g} Mvoxel"
    took = processor_seconds(lambda: ours(affinities))
    fragments, tree = ours(affinities)
    best = min(voi(truth, tree.segments(fragments, t)) for t in THRESHOLDS)
    words = f"{mega / took:.1f} Mvoxel/s, VOI {best:.2f}, {extra_bytes(affinities):.0f} B/voxel"
    job = "affinities to segments"
    for peer, chain, needs in (
        ("edt + bioimage-cpp", bioimage_chain, "bioimage_cpp"),
        ("scipy + scikit-image", skimage_chain, "skimage"),
    ):
        if needs == "skimage" and not slow_peers:
            continue
        if not installed(needs):
            yield Row(job=job, graph=name, ours=took, peer=peer)
            continue
        made: list[Any] = []
        theirs = processor_seconds_once(
            lambda chain=chain, made=made: made.append(chain(affinities))
        )
        _, cut = made[0]
        score = min(voi(truth, cut(share)) for share in SHARES)
        yield Row(
            job=job,
            graph=name,
            ours=took,
            peer=peer,
            theirs=theirs,
            bound=f"{words}; theirs {mega / theirs:.1f} Mvoxel/s, VOI {score:.2f}",
        )
