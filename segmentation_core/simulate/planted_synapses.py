"""Planted synapses: sites on contacts between neurites, their partners known.

A site lies where a neurite that can be presynaptic touches one that can be postsynaptic over a
patch that is large enough, by preference at a varicosity. A polyadic site takes all neurites
that face it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .fields import Fields
from .random_numbers import generator
from .render import MOST_PARTNERS
from .tissues import Tissue


@dataclass(frozen=True, kw_only=True)
class Sites:
    """S synaptic sites, positions in nm (z, y, x) in the frame of the fields.

    pre : (S,) int32, neurite; post : (S, MOST_PARTNERS) int32, -1 where there are fewer
    cleft_nm, pre_nm : (S, 3) float64; post_nm : (S, MOST_PARTNERS, 3) float64
    area_nm2 : (S, MOST_PARTNERS) float64, contact within the site
    radius_nm, psd_nm : (S,) float64
    """

    pre: NDArray[np.int32]
    post: NDArray[np.int32]
    cleft_nm: NDArray[np.float64]
    pre_nm: NDArray[np.float64]
    post_nm: NDArray[np.float64]
    area_nm2: NDArray[np.float64]
    radius_nm: NDArray[np.float64]
    psd_nm: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.pre)


def no_sites() -> Sites:
    """A volume without synapses."""
    return Sites(
        pre=np.zeros(0, np.int32),
        post=np.zeros((0, MOST_PARTNERS), np.int32),
        cleft_nm=np.zeros((0, 3)),
        pre_nm=np.zeros((0, 3)),
        post_nm=np.zeros((0, MOST_PARTNERS, 3)),
        area_nm2=np.zeros((0, MOST_PARTNERS)),
        radius_nm=np.zeros(0),
        psd_nm=np.zeros(0),
    )


def plant_synapses(
    fields: Fields,
    *,
    tissue: Tissue,
    can_send: NDArray[np.bool_],
    can_receive: NDArray[np.bool_],
    is_inhibitory: NDArray[np.bool_],
    varicosity_nm: NDArray[np.float64],
    low_nm: NDArray[np.float64],
    high_nm: NDArray[np.float64],
    per_um3: float,
    seed: int,
) -> Sites:
    """Plant synapses on the contacts of a box.

    Parameters
    ----------
    fields : Fields
    tissue : Tissue
    can_send, can_receive, is_inhibitory : (M,) bool, by neurite
    varicosity_nm : (V, 3) float64
        Centres of varicosities; sites lie near them by preference.
    low_nm, high_nm : (3,) float64
        Box that sites keep to.
    per_um3 : float
        Sites wanted per cubic micrometre.
    seed : int

    Returns
    -------
    Sites
        Fewer than wanted where there are not enough contacts.
    """
    from scipy.spatial import cKDTree

    rng = generator(seed, "synapses")
    wanted = int(rng.poisson(per_um3 * float(np.prod(high_nm - low_nm)) * 1e-9))
    step = float(fields.spacing_nm.min())
    first, second = fields.neurite[..., 0], fields.neurite[..., 1]
    lead = fields.field_nm[..., 1] - fields.field_nm[..., 0]
    valid = (first >= 0) & (second >= 0) & (lead < 1.6 * step)
    valid &= can_send[first] & can_receive[second]
    at = np.argwhere(valid)
    places = fields.origin_nm + at * fields.spacing_nm
    inside = ((places > low_nm) & (places < high_nm)).all(axis=1)
    at, places = at[inside], places[inside]
    if wanted == 0 or len(at) == 0:
        return no_sites()
    a, b = first[tuple(at.T)], second[tuple(at.T)]
    weight = np.full(len(at), 0.15)
    if len(varicosity_nm):
        weight[cKDTree(varicosity_nm).query(places, distance_upper_bound=450.0)[0] < 450.0] = 1.0
    order = np.argsort(-np.log(rng.random(len(at))) / weight, kind="stable")
    tree = cKDTree(places)
    chosen: list[tuple[int, NDArray[np.int32], NDArray[np.float64], float, float]] = []
    taken = np.zeros((0, 3))
    # A membrane upright in the sections has one node in each, every step along it.
    node_area = float(fields.spacing_nm[0]) * float(fields.spacing_nm[1:].min())
    for candidate in order[: 100 * wanted + 3000]:
        if len(chosen) == wanted:
            break
        if len(taken) and np.min(np.square(taken - places[candidate]).sum(1)) < (
            (2.4 * tissue.cleft_radius_nm) ** 2
        ):
            continue
        spread = tissue.cleft_radius_nm * float(rng.uniform(0.7, 1.15))
        near = np.array(tree.query_ball_point(places[candidate], spread))
        near = near[a[near] == a[candidate]]
        partners, counts = np.unique(b[near], return_counts=True)
        area = counts * node_area
        least = 0.28 * np.pi * spread**2 if tissue.partners_most == 1 else 2200.0
        if tissue.partners_most == 1:
            keep = partners == b[candidate]
        else:
            keep = np.ones(len(partners), bool)
        keep &= area >= least
        if keep.sum() < tissue.partners_least:
            continue
        ranked = np.argsort(-area[keep], kind="stable")[: tissue.partners_most]
        partners, area = partners[keep][ranked], area[keep][ranked]
        radius = spread
        if tissue.partners_most == 1:
            radius = float(np.clip(np.sqrt(area[0] / np.pi), 80.0, spread))
        chosen.append((int(candidate), partners.astype(np.int32), area, radius, tissue.psd_nm))
        taken = np.vstack([taken, places[candidate]])
    return _sites(fields, chosen, a, places, is_inhibitory)


def _sites(
    fields: Fields,
    chosen: list[tuple[int, NDArray[np.int32], NDArray[np.float64], float, float]],
    a: NDArray[np.int32],
    places: NDArray[np.float64],
    is_inhibitory: NDArray[np.bool_],
) -> Sites:
    """Tables of the chosen sites, with a place inside each partner."""
    n = len(chosen)
    sites = Sites(
        pre=np.zeros(n, np.int32),
        post=np.full((n, MOST_PARTNERS), -1, np.int32),
        cleft_nm=np.zeros((n, 3)),
        pre_nm=np.zeros((n, 3)),
        post_nm=np.zeros((n, MOST_PARTNERS, 3)),
        area_nm2=np.zeros((n, MOST_PARTNERS)),
        radius_nm=np.zeros(n),
        psd_nm=np.zeros(n),
    )
    for s, (candidate, partners, area, radius, psd) in enumerate(chosen):
        sites.pre[s] = a[candidate]
        sites.post[s, : len(partners)] = partners
        sites.area_nm2[s, : len(partners)] = area
        sites.radius_nm[s] = radius
        # A symmetric synapse has hardly more density behind than before the cleft.
        sites.psd_nm[s] = 12.0 if is_inhibitory[sites.pre[s]] and psd > 20 else psd
        sites.cleft_nm[s] = places[candidate]
        sites.pre_nm[s] = place_inside(fields, int(sites.pre[s]), places[candidate], 70.0)
        for p, partner in enumerate(partners):
            sites.post_nm[s, p] = place_inside(fields, int(partner), places[candidate], 60.0)
    return sites


def place_inside(
    fields: Fields, neurite: int, around_nm: NDArray[np.float64], depth_nm: float
) -> NDArray[np.float64]:
    """Node of a neurite near a place and, if there is one, about `depth_nm` away from it."""
    centre = fields.nearest_node(around_nm[None])[0]
    reach = np.ceil((depth_nm + 150.0) / fields.spacing_nm).astype(np.int64)
    low = np.maximum(centre - reach, 0)
    high = np.minimum(centre + reach + 1, fields.shape)
    box = tuple(slice(int(u), int(v)) for u, v in zip(low, high, strict=True))
    at = np.argwhere(fields.neurite[box][..., 0] == neurite)
    if len(at) == 0:
        return around_nm
    lead = fields.field_nm[box][..., 1] - fields.field_nm[box][..., 0]
    inside = lead[tuple(at.T)]
    places = fields.origin_nm + (at + low) * fields.spacing_nm
    away = np.linalg.norm(places - around_nm, axis=1)
    cost = np.abs(away - depth_nm) + 2.0 * np.maximum(60.0 - inside, 0.0)
    return np.asarray(places[int(np.argmin(cost))])


def sites_near_nodes(fields: Fields, sites: Sites) -> NDArray[np.int32]:
    """(Z, Y, X) int32: the site that each node belongs to, -1 where none is near."""
    near = np.full(fields.shape, -1, np.int32)
    for s in range(len(sites)):
        reach = sites.radius_nm[s] + 50.0
        at = (sites.cleft_nm[s] - fields.origin_nm) / fields.spacing_nm
        span = reach / fields.spacing_nm
        low = np.maximum(np.floor(at - span).astype(np.int64), 0)
        high = np.minimum(np.ceil(at + span).astype(np.int64) + 1, fields.shape)
        near[low[0] : high[0], low[1] : high[1], low[2] : high[2]] = s
    return near
