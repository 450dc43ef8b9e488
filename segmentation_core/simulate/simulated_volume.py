"""Simulated volume: a piece of neuropil grown, stained, cut and photographed, with its truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from .fields import Fields, fields_of, warp_of
from .glia import add_glia, fill_the_rest
from .growth import COMPARTMENTS, VARICOSITY, Beads, grow
from .organelles import microtubules, mitochondria, scattered, vesicles
from .packing import pack
from .photograph import Photographs, photograph
from .planted_synapses import Sites, plant_synapses, sites_near_nodes
from .random_numbers import Seed, generator, seed_number
from .render import Scene, Stain, texture_tile
from .sections import FIBSEM, SSTEM, Imaging, Sectioning, displacement_px, draw_sections
from .shards import pieces_of, remove_shards
from .tissues import Tissue, tissue_named

if TYPE_CHECKING:
    import pandas as pd

_PAD_NM = 560.0  # grown around the volume, so that its border is like its inside
_FIELD_STEP_NM = 30.0
# Glia is called by the number after the last neurite.


@dataclass(frozen=True, kw_only=True)
class SimulatedVolume:
    """A simulated EM volume and all that is true of it.

    Positions are in nm, (z, y, x); the middle of voxel (0, 0, 0) is at 0. Labels and positions
    are those of the sections as they are seen, displaced or not.

    Attributes
    ----------
    raw : (Z, Y, X) uint8
        Membranes dark. A missing section is all 0.
    labels : (Z, Y, X) uint64
        Segments; dense, a membrane belongs to the segment it bounds. A segment is one connected
        piece of a neuron within the volume. Labels of a missing section are kept.
    voxel_size_nm : (float, float, float)
    segments : DataFrame
        ``segment_id``, ``neuron_id``, ``kind`` (of the tissue's neurites, or glia), ``n_voxels``,
        ``sign`` (+1, -1, 0 for glia), ``neurotransmitter``.
    synapses : DataFrame
        One row per partner: ``synapse_id``, ``site_id`` (shared by the partners of a polyadic
        synapse), ``pre_id``, ``post_id`` (segments), ``x_nm`` ``y_nm`` ``z_nm`` (cleft),
        ``pre_x_nm`` ..., ``post_x_nm`` ..., ``size_nm2``, ``sign``, ``neurotransmitter``.
    edges : DataFrame
        ``pre_id``, ``post_id``, ``syn_count``: rows of `synapses` per ordered pair.
    skeletons : DataFrame
        ``node_id`` (segment), ``point_id``, ``parent_id`` (Int64, null at a root), ``x_nm``
        ``y_nm`` ``z_nm``, ``radius_nm``, ``compartment``.
    missing_sections : (M,) int64
    sectioning : Sectioning
        Gains, offsets and displacements of the sections.
    distance_nm : (Z, Y, X) float16 or None
        Distance to the nearest membrane, cut off at 60; negative at synaptic clefts.
    in_mitochondrion : (Z, Y, X) bool or None
    settings : dict
        What it was made with, the seed included.
    """

    raw: NDArray[np.uint8]
    labels: NDArray[np.uint64]
    voxel_size_nm: tuple[float, float, float]
    segments: pd.DataFrame
    synapses: pd.DataFrame
    edges: pd.DataFrame
    skeletons: pd.DataFrame
    missing_sections: NDArray[np.int64]
    sectioning: Sectioning
    distance_nm: NDArray[np.float16] | None
    in_mitochondrion: NDArray[np.bool_] | None
    settings: dict[str, Any]

    @property
    def membrane(self) -> NDArray[np.bool_]:
        """(Z, Y, X) bool: voxels within 14 nm of the middle of a membrane pair."""
        return np.asarray(np.abs(self._distance()) < 14.0)

    @property
    def cleft(self) -> NDArray[np.bool_]:
        """(Z, Y, X) bool: synaptic clefts."""
        return np.asarray(self._distance() < 0.0)

    def displacement_px(self, section: int) -> NDArray[np.float32]:
        """(2, Y, X): pixel p of a section shows what undisplaced would lie at p + this (y, x)."""
        step = np.array(self.voxel_size_nm[1:])[:, None, None]
        y, x = self.raw.shape[1:]
        knots = self.sectioning.knots_nm[section] / step
        return displacement_px(knots, self.sectioning.knot_px, (y, x))

    def _distance(self) -> NDArray[np.float16]:
        if self.distance_nm is None:
            msg = "This volume was simulated with masks=False; simulate with masks=True for masks."
            raise ValueError(msg)
        return self.distance_nm


def simulate_volume(
    shape: Sequence[int] = (64, 256, 256),
    *,
    voxel_size_nm: Sequence[float] = (40.0, 4.0, 4.0),
    tissue: Literal["cortex", "fly"] | Tissue = "cortex",
    imaging: Literal["fibsem", "sstem"] | Imaging | None = None,
    synapses_per_um3: float | None = None,
    jitter_nm: float = 0.0,
    warp_nm: float = 0.0,
    missing_fraction: float = 0.0,
    masks: bool = False,
    n_jobs: int | None = None,
    rng: Seed = 0,
) -> SimulatedVolume:
    """Simulate an EM volume with its neurons, synapses, skeletons and connections.

    Neurites grow as branching tubes and are packed until none runs through another; space between
    them is shared out, so that they fill it as in neuropil, part of it to glia. Synapses are put on
    contacts. Sections are averages over their thickness.

    Parameters
    ----------
    shape : (Z, Y, X)
        Voxels.
    voxel_size_nm : (z, y, x)
        Its first number is the thickness of a section. y and x from 2 to 32, z from 2 to 100.
    tissue : {"cortex", "fly"} or Tissue
        Fly has thinner twigs and polyadic synapses with T-bars.
    imaging : {"fibsem", "sstem"} or Imaging, optional
        By default ``"sstem"`` where sections are more than 1.5 times as thick as pixels are wide,
        else ``"fibsem"``.
    synapses_per_um3 : float, optional
        Sites per cubic micrometre; by default the tissue's.
    jitter_nm, warp_nm : float
        Standard deviation of the shift of each section, and of its smooth warp; truth in
        ``displacement_px``.
    missing_fraction : float in [0, 1)
        Chance of each section but the first and the last to be missing.
    masks : bool
        Whether to keep membranes, clefts and mitochondria: 3 bytes per voxel.
    n_jobs : int, optional
        Threads; by default all processors this process may use. The bytes do not depend on it.
    rng : int, Generator or None
        Seed.

    Returns
    -------
    SimulatedVolume

    Raises
    ------
    ValueError
        Where an option is out of its range.

    Notes
    -----
    Neurites fill space as an additively weighted Voronoi diagram of their axes (see `fields`), in
    the spirit of packed-fibre phantoms (Altendorf and Jeulin 2011,
    doi:10.1103/PhysRevE.83.041804).

    Examples
    --------
    >>> import segmentation_core as sc
    >>> volume = sc.simulate_volume((8, 64, 64), voxel_size_nm=(40, 8, 8), rng=1)
    >>> volume.raw.shape, str(volume.raw.dtype), str(volume.labels.dtype)
    ((8, 64, 64), 'uint8', 'uint64')
    """
    size, voxel = checked_size(shape, voxel_size_nm)
    check_options(jitter_nm, warp_nm, missing_fraction, synapses_per_um3)
    made_of = tissue if isinstance(tissue, Tissue) else tissue_named(tissue)
    shown_by = imaging_named(imaging, voxel)
    seed = seed_number(rng)
    extent = (np.array(size) - 1) * np.array(voxel)
    sectioning = draw_sections(
        size,
        voxel,
        shown_by,
        jitter_nm=jitter_nm,
        warp_nm=warp_nm,
        missing_fraction=missing_fraction,
        seed=seed,
    )
    # Displaced sections show what lies aside of the box; what grows does not depend on it.
    aside = float(np.abs(sectioning.knots_nm).max(initial=0.0))
    border = np.ceil(np.array([0.5 * voxel[0], aside, aside]) / _FIELD_STEP_NM) + 1
    margin = border * _FIELD_STEP_NM
    pad = max(_PAD_NM, aside + 200.0)
    beads = pack(grow(made_of, extent + 2 * pad, seed))
    # From here on the middle of voxel (0, 0, 0) is at 0.
    beads = beads.moved(beads.position_nm - pad)
    warp = warp_of(made_of.warp_nm, seed)
    place_nm = warp.place_of(beads.position_nm)
    fields = fields_of(
        beads,
        warp,
        origin_nm=-margin,
        extent_nm=extent + 2 * margin,
        spacing_nm=_FIELD_STEP_NM,
        wobble=made_of.wobble,
        seed=seed,
    )
    n_neurites = len(beads.kind)
    remove_shards(fields)
    n_glia = add_glia(
        fields, n_neurites, made_of.glia_share, made_of.sheet_nm, tuple(border.astype(int)), seed
    )
    fill_the_rest(fields)
    remove_shards(fields)
    piece, neurite_of_piece = pieces_of(fields)
    sends = np.array([kind.is_presynaptic for kind in made_of.kinds])[beads.kind]
    receives = np.array([kind.is_postsynaptic for kind in made_of.kinds])[beads.kind]
    no_glia = np.zeros(n_glia, bool)
    inhibits = np.concatenate([beads.is_inhibitory, no_glia])
    per_um3 = made_of.synapses_per_um3 if synapses_per_um3 is None else synapses_per_um3
    edge = np.minimum(90.0, 0.2 * extent)
    sites = plant_synapses(
        fields,
        tissue=made_of,
        can_send=np.concatenate([sends, no_glia]),
        can_receive=np.concatenate([receives, no_glia]),
        is_inhibitory=inhibits,
        varicosity_nm=place_nm[beads.compartment == VARICOSITY],
        low_nm=edge,
        high_nm=extent - edge,
        per_um3=per_um3,
        seed=seed,
    )
    scene = _scene(fields, piece, beads, place_nm, made_of, sites, n_glia, seed)
    shots = photograph(
        scene,
        shape=size,
        origin_nm=np.zeros(3),
        voxel_size_nm=voxel,
        imaging=shown_by,
        sectioning=sectioning,
        neurite_of_piece=neurite_of_piece,
        masks=masks,
        seed=seed,
        n_jobs=n_jobs,
    )
    kinds = [made_of.kinds[k].name for k in beads.kind] + ["glia"] * n_glia
    settings = {
        "seed": seed,
        "tissue": made_of.name,
        "shape": size,
        "voxel_size_nm": voxel,
        "synapses_per_um3": per_um3,
        "jitter_nm": jitter_nm,
        "warp_nm": warp_nm,
        "missing_fraction": missing_fraction,
    }
    return tables_of(
        shots,
        voxel,
        neurite_of_piece,
        kinds,
        inhibits,
        made_of,
        sites,
        sectioning,
        (beads, place_nm),
        settings,
    )


def _scene(
    fields: Fields,
    piece: NDArray[np.int32],
    beads: Beads,
    place_nm: NDArray[np.float64],
    tissue: Tissue,
    sites: Sites,
    n_glia: int,
    seed: int,
) -> Scene:
    """Everything inside the neurites."""
    rng = generator(seed, "texture")
    n = len(beads.kind) + n_glia
    mean, spread = tissue.cytoplasm
    cytoplasm = np.clip(mean + spread * rng.standard_normal(n), 0.08, 0.6)
    cytoplasm[len(beads.kind) :] = 0.15
    is_neurite = np.arange(n) < len(beads.kind)
    low_nm = fields.origin_nm
    high_nm = low_nm + fields.spacing_nm * (np.array(fields.shape) - 1)
    mito = mitochondria(fields, beads, place_nm, tissue, seed)
    particles = np.concatenate(
        [
            vesicles(fields, sites, mito, tissue, seed),
            microtubules(fields, beads, place_nm, tissue, seed),
            scattered(fields, low_nm, high_nm, is_neurite, tissue.scattered_per_um3, mito, seed),
        ]
    )
    return Scene(
        fields=fields,
        piece=piece,
        cytoplasm=cytoplasm.astype(np.float32),
        mitochondrion_nm=mito,
        site_at=sites_near_nodes(fields, sites),
        site_nm=sites.cleft_nm,
        site_radius_nm=sites.radius_nm,
        site_psd_nm=sites.psd_nm,
        site_pre=sites.pre,
        site_post=sites.post,
        particles=np.ascontiguousarray(particles[np.argsort(particles[:, 0], kind="stable")]),
        texture=texture_tile(),
        texture_shift=int(rng.integers(1 << 16)),
        stain=Stain(),
    )


def tables_of(
    shots: Photographs,
    voxel: tuple[float, float, float],
    neurite_of_piece: NDArray[np.int32],
    kinds: list[str],
    inhibits: NDArray[np.bool_],
    tissue: Tissue,
    sites: Sites,
    sectioning: Sectioning,
    axes: tuple[Beads, NDArray[np.float64]] | None,
    settings: dict[str, Any],
    *,
    segment_ids: NDArray[np.uint64] | None = None,
) -> SimulatedVolume:
    """The volume with its tables of segments, synapses, connections and skeletons.

    axes : beads and where they lie, if known
    segment_ids : (P,) uint64, id of each piece; by default those seen are numbered from 1
    """
    import pandas as pd

    # Segments are numbered from 1 in the order of the pieces that the volume shows.
    counts = np.bincount(shots.piece.ravel() + 1, minlength=len(neurite_of_piece) + 1)[1:]
    present = np.flatnonzero(counts)
    number_of_piece = np.zeros(len(neurite_of_piece), np.uint64)
    number_of_piece[present] = np.arange(1, len(present) + 1)
    # Tables are made with numbers; ids that were given take their place at the end.
    labels = number_of_piece[shots.piece]
    neurite = neurite_of_piece[present]
    kind = np.array(kinds, object)[neurite]
    is_glia = kind == "glia"
    inhibitory = inhibits[neurite]
    transmitters = np.where(inhibitory, tissue.transmitters[1], tissue.transmitters[0])
    segments = pd.DataFrame(
        {
            "segment_id": np.arange(1, len(present) + 1, dtype=np.int64),
            "neuron_id": neurite.astype(np.int64) + 1,
            "kind": kind,
            "n_voxels": counts[present],
            "sign": np.where(is_glia, 0, np.where(inhibitory, -1, 1)),
            "neurotransmitter": np.where(is_glia, "", transmitters),
        }
    )
    neuron_of_segment = np.concatenate([[-1], neurite]).astype(np.int64)
    finder = _Finder(labels, neuron_of_segment, voxel, sectioning)
    synapses = _synapse_table(sites, finder, inhibits, tissue)
    skeletons = _skeleton_table(axes, finder)
    if segment_ids is not None:
        ids = np.concatenate([np.zeros(1, np.uint64), segment_ids[present]])
        labels = ids[labels]
        signed = ids.astype(np.int64)
        for table, columns in ((segments, ["segment_id"]), (synapses, ["pre_id", "post_id"])):
            for column in columns:
                table[column] = signed[table[column].to_numpy()]
        segments["neuron_id"] = segments["segment_id"]
        segments = segments[segments["segment_id"] > 0].reset_index(drop=True)
    edges = (
        synapses.groupby(["pre_id", "post_id"], sort=True).size().rename("syn_count").reset_index()
    )
    return SimulatedVolume(
        raw=shots.raw,
        labels=labels,
        voxel_size_nm=voxel,
        segments=segments,
        synapses=synapses,
        edges=edges.astype(np.int64),
        skeletons=skeletons,
        missing_sections=np.flatnonzero(sectioning.missing),
        sectioning=sectioning,
        distance_nm=shots.distance_nm,
        in_mitochondrion=shots.in_mitochondrion,
        settings=settings,
    )


class _Finder:
    """Where in the sections a place of the tissue is seen, and in which segment it lies."""

    def __init__(
        self,
        labels: NDArray[np.uint64],
        neuron_of_segment: NDArray[np.int64],
        voxel: tuple[float, float, float],
        sectioning: Sectioning,
    ) -> None:
        self.labels = labels
        self.neuron_of_segment = neuron_of_segment
        self.voxel = np.array(voxel)
        self.sectioning = sectioning

    def seen_at(self, place_nm: NDArray[np.float64]) -> NDArray[np.float64]:
        """(N, 3) places in the sections of (N, 3) places in the tissue."""
        seen = place_nm.copy()
        if not self.sectioning.moves or len(seen) == 0:
            return seen
        n, _, a, b = self.sectioning.knots_nm.shape
        section = np.clip(np.rint(place_nm[:, 0] / self.voxel[0]).astype(int), 0, n - 1)
        for _ in range(4):  # p + d(p) = place
            at = seen[:, 1:] / self.voxel[1:] / np.array(self.sectioning.knot_px)
            row = np.clip(at[:, 0].astype(int), 0, a - 2)
            column = np.clip(at[:, 1].astype(int), 0, b - 2)
            u = np.clip(at[:, 0] - row, 0, 1)[:, None]
            v = np.clip(at[:, 1] - column, 0, 1)[:, None]
            k = self.sectioning.knots_nm
            moved = (
                k[section, :, row, column] * (1 - u) * (1 - v)
                + k[section, :, row, column + 1] * (1 - u) * v
                + k[section, :, row + 1, column] * u * (1 - v)
                + k[section, :, row + 1, column + 1] * u * v
            )
            seen[:, 1:] = place_nm[:, 1:] - moved
        return seen

    def inside(self, seen_nm: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether each place is in the volume."""
        index = np.rint(seen_nm / self.voxel)
        return np.asarray(((index >= 0) & (index < self.labels.shape)).all(axis=1))

    def segment_at(self, seen_nm: NDArray[np.float64]) -> NDArray[np.int64]:
        """Segment at each place of the volume."""
        index = np.rint(seen_nm / self.voxel).astype(np.int64)
        return np.asarray(self.labels[tuple(index.T)], np.int64)

    def nearest(
        self, seen_nm: NDArray[np.float64], neuron: int, reach_nm: float = 120.0
    ) -> tuple[NDArray[np.float64], int]:
        """Voxel of a neuron nearest to a place, and its segment; 0 where none is in reach."""
        index = np.rint(seen_nm / self.voxel).astype(np.int64)
        index = np.clip(index, 0, np.array(self.labels.shape) - 1)
        segment = int(self.labels[tuple(index)])
        if self.neuron_of_segment[segment] == neuron and self.inside(seen_nm[None])[0]:
            return seen_nm, segment
        span = np.ceil(reach_nm / self.voxel).astype(np.int64)
        low = np.maximum(index - span, 0)
        high = np.minimum(index + span + 1, self.labels.shape)
        box = tuple(slice(int(u), int(v)) for u, v in zip(low, high, strict=True))
        at = np.argwhere(self.neuron_of_segment[self.labels[box].astype(np.int64)] == neuron)
        if len(at) == 0:
            return seen_nm, 0
        places = (at + low) * self.voxel
        best = int(np.argmin(np.square(places - seen_nm).sum(axis=1)))
        return places[best], int(self.labels[tuple(at[best] + low)])


def _synapse_table(
    sites: Sites, finder: _Finder, inhibits: NDArray[np.bool_], tissue: Tissue
) -> pd.DataFrame:
    """One row per partner that the volume shows on both sides."""
    import pandas as pd

    columns: dict[str, list[Any]] = {
        name: []
        for name in (
            "synapse_id",
            "site_id",
            "pre_id",
            "post_id",
            "x_nm",
            "y_nm",
            "z_nm",
            "pre_x_nm",
            "pre_y_nm",
            "pre_z_nm",
            "post_x_nm",
            "post_y_nm",
            "post_z_nm",
            "size_nm2",
            "sign",
            "neurotransmitter",
        )
    }
    cleft = finder.seen_at(sites.cleft_nm)
    before = finder.seen_at(sites.pre_nm)
    for s in range(len(sites)):
        if not finder.inside(cleft[s : s + 1])[0]:
            continue
        pre_nm, pre = finder.nearest(before[s], int(sites.pre[s]))
        if pre == 0:
            continue
        partners = np.flatnonzero(sites.post[s] >= 0)
        behind = finder.seen_at(sites.post_nm[s, partners])
        for p, place in zip(partners, behind, strict=True):
            post_nm, post = finder.nearest(place, int(sites.post[s, p]))
            if post == 0:
                continue
            inhibitory = bool(inhibits[sites.pre[s]])
            row = [
                len(columns["synapse_id"]) + 1,
                s + 1,
                pre,
                post,
                *cleft[s, ::-1],
                *pre_nm[::-1],
                *post_nm[::-1],
                sites.area_nm2[s, p],
                -1 if inhibitory else 1,
                tissue.transmitters[inhibitory],
            ]
            for name, value in zip(columns, row, strict=True):
                columns[name].append(value)
    table = pd.DataFrame(columns)
    whole = ["synapse_id", "site_id", "pre_id", "post_id", "sign"]
    real = [name for name in columns if name.endswith(("_nm", "_nm2"))]
    return table.astype(dict.fromkeys(whole, np.int64) | dict.fromkeys(real, np.float64))


def _skeleton_table(
    axes: tuple[Beads, NDArray[np.float64]] | None, finder: _Finder
) -> pd.DataFrame:
    """Axes of the neurites within the volume; a point that lies in another segment is left out."""
    import pandas as pd

    if axes is None:
        whole = {name: np.zeros(0, np.int64) for name in ("node_id", "point_id")}
        real = {name: np.zeros(0) for name in ("x_nm", "y_nm", "z_nm", "radius_nm")}
        roots = {"parent_id": pd.array([], "Int64")}
        return pd.DataFrame(whole | roots | real | {"compartment": np.zeros(0, object)})
    beads, place_nm = axes
    seen = finder.seen_at(place_nm)
    inside = np.flatnonzero(finder.inside(seen))
    segment = finder.segment_at(seen[inside])
    keep = finder.neuron_of_segment[segment] == beads.neurite[inside]
    inside, segment = inside[keep], segment[keep]
    segment_of_bead = np.zeros(len(place_nm), np.int64)
    segment_of_bead[inside] = segment
    point = np.zeros(len(place_nm), np.int64)
    point[inside] = np.arange(1, len(inside) + 1)
    parent = np.where(beads.parent[inside] >= 0, point[np.maximum(beads.parent[inside], 0)], 0)
    same = segment_of_bead[np.maximum(beads.parent[inside], 0)] == segment
    parent = np.where((parent > 0) & same, parent, -1)
    return pd.DataFrame(
        {
            "node_id": segment,
            "point_id": point[inside],
            "parent_id": pd.arrays.IntegerArray(parent, parent < 0),
            "x_nm": seen[inside, 2],
            "y_nm": seen[inside, 1],
            "z_nm": seen[inside, 0],
            "radius_nm": beads.radius_nm[inside],
            "compartment": np.array(COMPARTMENTS, object)[beads.compartment[inside]],
        }
    )


def imaging_named(imaging: str | Imaging | None, voxel: tuple[float, float, float]) -> Imaging:
    """The microscope asked for, or the one that fits the voxels."""
    if isinstance(imaging, Imaging):
        return imaging
    if imaging is None:
        imaging = "sstem" if voxel[0] > 1.5 * max(voxel[1:]) else "fibsem"
    known = {"fibsem": FIBSEM, "sstem": SSTEM}
    if imaging not in known:
        msg = f"imaging must be 'fibsem', 'sstem' or an Imaging, got {imaging!r}."
        raise ValueError(msg)
    return replace(known[imaging])


def checked_size(
    shape: Sequence[int], voxel_size_nm: Sequence[float]
) -> tuple[tuple[int, int, int], tuple[float, float, float]]:
    """Shape and voxel size as tuples, or one clear line."""
    size = tuple(int(s) for s in shape)
    if len(size) != 3 or min(size) < 1 or size != tuple(shape):
        msg = f"shape must be three whole numbers (z, y, x) of at least 1, got {tuple(shape)}."
        raise ValueError(msg)
    voxel = tuple(float(v) for v in voxel_size_nm)
    if len(voxel) != 3 or not all(2.0 <= v <= 100.0 for v in voxel) or max(voxel[1:]) > 32.0:
        msg = (
            "voxel_size_nm must be three numbers (z, y, x) in nm, z from 2 to 100, y and x from "
            f"2 to 32, got {tuple(voxel_size_nm)}."
        )
        raise ValueError(msg)
    return (size[0], size[1], size[2]), (voxel[0], voxel[1], voxel[2])


def check_options(
    jitter_nm: float, warp_nm: float, missing_fraction: float, per_um3: float | None
) -> None:
    """Ranges of the options of sections and synapses."""
    for name, value in (("jitter_nm", jitter_nm), ("warp_nm", warp_nm)):
        if not 0.0 <= value <= 500.0:
            msg = f"{name} must be from 0 to 500 nm, got {value!r}."
            raise ValueError(msg)
    if not 0.0 <= missing_fraction < 1.0:
        msg = f"missing_fraction must be at least 0 and below 1, got {missing_fraction!r}."
        raise ValueError(msg)
    if per_um3 is not None and not 0.0 <= per_um3 <= 50.0:
        msg = f"synapses_per_um3 must be from 0 to 50, got {per_um3!r}."
        raise ValueError(msg)


__all__ = ["SimulatedVolume", "simulate_volume"]
