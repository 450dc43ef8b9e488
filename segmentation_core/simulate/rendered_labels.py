"""Rendered labels: the EM that a real segmentation could have come from.

Shapes are those of real neurons, so what is simulated is only the look. In each section the signed
distance to a segment's outline is its field; between sections these are interpolated (shape-based
interpolation, Raya and Udupa 1990, doi:10.1109/42.52980), so membranes that run obliquely through
a section are smeared as they are in tissue.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from .fields import NONE, Fields
from .organelles import blobs_in_labels, scattered, vesicles
from .photograph import photograph
from .planted_synapses import plant_synapses, sites_near_nodes
from .random_numbers import Seed, generator, seed_number
from .render import Scene, Stain, texture_tile
from .sections import Imaging, draw_sections
from .simulated_volume import (
    SimulatedVolume,
    check_options,
    checked_size,
    imaging_named,
    tables_of,
)
from .tissues import Tissue, tissue_named

_FAR_NM = 400.0


def render_labels(
    labels: Any,
    *,
    voxel_size_nm: Sequence[float],
    tissue: Literal["cortex", "fly"] | Tissue = "cortex",
    imaging: Literal["fibsem", "sstem"] | Imaging | None = None,
    synapses_per_um3: float = 0.0,
    mitochondria_per_um3: float = 0.25,
    jitter_nm: float = 0.0,
    warp_nm: float = 0.0,
    missing_fraction: float = 0.0,
    masks: bool = False,
    n_jobs: int | None = None,
    rng: Seed = 0,
) -> SimulatedVolume:
    """Render EM from a label volume, at its own voxel size.

    Parameters
    ----------
    labels : (Z, Y, X) integers
        Segments; 0 is shown as clear extracellular space.
    voxel_size_nm : (z, y, x)
    tissue, imaging, jitter_nm, warp_nm, missing_fraction, masks, n_jobs, rng
        As in `simulate_volume`.
    synapses_per_um3 : float
        Synapses to plant on contacts between segments; by default none, since which contacts are
        synapses in the real tissue is not known.
    mitochondria_per_um3 : float

    Returns
    -------
    SimulatedVolume
        ``labels`` are those given (displaced where sections are), ids unchanged. Kinds of the
        segments are ``"segment"``; there are no skeletons.

    Raises
    ------
    ValueError
        Where labels are no integers, not three-dimensional, or have no segment.

    Examples
    --------
    >>> import numpy as np
    >>> import segmentation_core as sc
    >>> labels = np.repeat(np.arange(1, 5), 16)[None, None].repeat(3, 0).repeat(64, 1)
    >>> volume = sc.render_labels(labels, voxel_size_nm=(40, 8, 8))
    >>> bool((volume.labels == labels).all())
    True
    """
    given = _label_array(labels)
    size, voxel = checked_size(given.shape, voxel_size_nm)
    check_options(jitter_nm, warp_nm, missing_fraction, synapses_per_um3)
    made_of = tissue if isinstance(tissue, Tissue) else tissue_named(tissue)
    shown_by = imaging_named(imaging, voxel)
    seed = seed_number(rng)
    ids, dense = np.unique(given, return_inverse=True)
    if ids[0] != 0:
        ids = np.concatenate([np.zeros(1, ids.dtype), ids])
        dense = dense + 1
    piece = dense.reshape(given.shape).astype(np.int32)
    if len(ids) < 2:
        msg = "labels must hold at least one segment; all of them are 0."
        raise ValueError(msg)
    fields, inside_nm = fields_of_labels(piece, voxel)
    rng_of_texture = generator(seed, "texture")
    mean, spread = made_of.cytoplasm
    cytoplasm = np.clip(mean + spread * rng_of_texture.standard_normal(len(ids)), 0.08, 0.6)
    cytoplasm[0] = 0.06
    is_segment = np.arange(len(ids)) > 0
    inhibits = is_segment & (generator(seed, "population").random(len(ids)) < 0.15)
    mito = blobs_in_labels(fields, inside_nm, mitochondria_per_um3, seed)
    extent = (np.array(size) - 1) * np.array(voxel)
    edge = np.minimum(90.0, 0.2 * extent)
    sites = plant_synapses(
        fields,
        tissue=made_of,
        can_send=is_segment,
        can_receive=is_segment,
        is_inhibitory=inhibits,
        varicosity_nm=np.zeros((0, 3)),
        low_nm=edge,
        high_nm=extent - edge,
        per_um3=synapses_per_um3,
        seed=seed,
    )
    particles = np.concatenate(
        [
            vesicles(fields, sites, mito, made_of, seed),
            scattered(
                fields, np.zeros(3), extent, is_segment, made_of.scattered_per_um3, mito, seed
            ),
        ]
    )
    scene = Scene(
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
        texture_shift=int(rng_of_texture.integers(1 << 16)),
        stain=Stain(),
    )
    sectioning = draw_sections(
        size,
        voxel,
        shown_by,
        jitter_nm=jitter_nm,
        warp_nm=warp_nm,
        missing_fraction=missing_fraction,
        seed=seed,
    )
    neurite_of_piece = np.arange(len(ids), dtype=np.int32)
    shots = photograph(
        scene,
        shape=size,
        origin_nm=np.zeros(3),
        voxel_size_nm=voxel,
        imaging=shown_by,
        sectioning=sectioning,
        neurite_of_piece=neurite_of_piece,
        masks=masks,
        given_piece=piece,
        seed=seed,
        n_jobs=n_jobs,
    )
    settings = {
        "seed": seed,
        "tissue": made_of.name,
        "shape": size,
        "voxel_size_nm": voxel,
        "synapses_per_um3": synapses_per_um3,
        "mitochondria_per_um3": mitochondria_per_um3,
        "jitter_nm": jitter_nm,
        "warp_nm": warp_nm,
        "missing_fraction": missing_fraction,
    }
    return tables_of(
        shots,
        voxel,
        neurite_of_piece,
        ["none"] + ["segment"] * (len(ids) - 1),
        inhibits,
        made_of,
        sites,
        sectioning,
        None,
        settings,
        segment_ids=ids.astype(np.uint64),
    )


def fields_of_labels(
    piece: NDArray[np.int32], voxel: tuple[float, float, float]
) -> tuple[Fields, NDArray[np.float32]]:
    """Fields whose nodes are the voxels of a label volume, and how deep each voxel lies, in nm.

    piece : (Z, Y, X) int32, from 0.
    """
    import edt

    inside = np.empty(piece.shape, np.float32)
    half = 0.5 * min(voxel[1:])
    for z in range(len(piece)):
        # 0 is background to edt, but a segment like any other here.
        flat = edt.edt(piece[z].astype(np.uint32) + 1, anisotropy=voxel[1:], black_border=False)
        inside[z] = np.minimum(flat - half, _FAR_NM)
    names = np.full((*piece.shape, 2), NONE, np.int32)
    names[..., 0] = piece
    steps = int(np.ceil(64.0 / min(voxel[1:])))
    for z in range(len(piece)):
        _neighbours(piece[z], inside[z], names[z], steps)
    if len(piece) == 1:  # the grid needs two nodes along each axis
        names, inside_two = names.repeat(2, axis=0), inside.repeat(2, axis=0)
    else:
        inside_two = inside
    fields = Fields(
        neurite=names,
        field_nm=np.stack([-inside_two, inside_two], axis=-1),
        origin_nm=np.zeros(3),
        spacing_nm=np.array(voxel),
        far_nm=_FAR_NM,
    )
    return fields, inside_two


@compiled
def _neighbours(piece: Any, inside: Any, names: Any, steps: int) -> None:
    """Write the nearest other segment of each pixel to names[..., 1], by `steps` passes."""
    ny, nx = piece.shape
    for y in range(ny):
        for x in range(nx):
            for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
                v, w = y + dy, x + dx
                if 0 <= v < ny and 0 <= w < nx and piece[v, w] != piece[y, x]:
                    names[y, x, 1] = piece[v, w]
                    break
    for step in range(steps):
        forward = step % 2 == 0
        for p in range(ny):
            y = p if forward else ny - 1 - p
            for q in range(nx):
                x = q if forward else nx - 1 - q
                if names[y, x, 1] >= 0 or inside[y, x] > 70.0:
                    continue
                least = 1e9
                for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
                    v, w = y + dy, x + dx
                    if (
                        0 <= v < ny
                        and 0 <= w < nx
                        and piece[v, w] == piece[y, x]
                        and names[v, w, 1] >= 0
                        and inside[v, w] < least
                    ):
                        least = inside[v, w]
                        names[y, x, 1] = names[v, w, 1]


def _label_array(labels: Any) -> NDArray[Any]:
    """Labels as a volume of integers, or one clear line."""
    array = np.asarray(labels)
    if array.ndim != 3 or array.size == 0:
        msg = f"labels must be a volume (z, y, x) that is not empty, got shape {array.shape}."
        raise ValueError(msg)
    if array.dtype.kind not in "iu":
        msg = f"labels must be integers, got {array.dtype}; read ids as integers."
        raise ValueError(msg)
    if array.dtype.kind == "i" and int(array.min()) < 0:
        msg = f"labels must not be negative, got {int(array.min())}; 0 is no neuron."
        raise ValueError(msg)
    return array
