"""Candidates: from maps and labels to sites, and from each site to its partners.

A site is a connected piece of probable cleft. What the network calls presynaptic around it is
added up by segment, and the segment with most is the sender; likewise every segment with its share
of what is called postsynaptic is a receiver. A polyadic site has a row for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentation_core.volumes.libraries import library

from .calibration import Calibration
from .channels import CLEFT, INHIBITORY, SENDER, SIDE
from .polarity import SHELLS_NM, polarity_features

FEATURES = (
    "cleft_peak",
    "cleft_mean",
    "log_volume",
    "pre_share",
    "pre_mean",
    "post_share",
    "post_mean",
    "log_contact",
    "lead",
    "beside_best",
)


@dataclass(frozen=True, kw_only=True)
class CandidateRules:
    """What is taken for a site, and who for a partner.

    Parameters
    ----------
    cleft : float
        Least probability of points of a cleft.
    least_nm3 : float
        Least volume of a site.
    around_nm : float
        Partners are looked for so far from the cleft.
    partner_share : float
        Least share of the postsynaptic evidence of a site that makes a segment a receiver.
    partner_mean : float
        Least mean probability of the side over the segment's points around the site.
    apart_nm : float
        Two sites nearer than this between the same two neurons are one.
    """

    cleft: float = 0.4
    least_nm3: float = 1.0e5
    around_nm: float = 90.0
    partner_share: float = 0.12
    partner_mean: float = 0.15
    apart_nm: float = 200.0


class Candidate(NamedTuple):
    """One row: a site and one receiver. Ids are 0 where the side is unattached."""

    site: int
    pre_id: int
    post_id: int
    cleft_nm: NDArray[np.float64]
    pre_nm: NDArray[np.float64]
    post_nm: NDArray[np.float64]
    contact_nm2: float
    inhibitory: float
    cleft_peak: float
    cleft_mean: float
    log_volume: float
    pre_share: float
    pre_mean: float
    post_share: float
    post_mean: float
    lead: float
    log_contact: float
    beside_best: float
    looks: tuple[NDArray[np.float64], NDArray[np.float64] | None]


@dataclass(frozen=True)
class Grid:
    """Where the points of the maps lie: voxel (z, y, x) of the volume, in nm.

    Attributes
    ----------
    first_nm : (3,) float64
        Place of point (0, 0, 0).
    step_nm : (3,) float64
    """

    first_nm: NDArray[np.float64]
    step_nm: NDArray[np.float64] = field(default_factory=lambda: np.ones(3))

    def place(self, index: NDArray[Any]) -> NDArray[np.float64]:
        """(..., 3) places in nm of (..., 3) points."""
        return np.asarray(self.first_nm + np.asarray(index) * self.step_nm)


def candidates(
    maps: NDArray[np.uint8],
    labels: NDArray[np.uint64],
    grid: Grid,
    rules: CandidateRules,
    *,
    looks: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None,
    polarity: Calibration | None = None,
) -> list[Candidate]:
    """Find sites and their partners.

    Parameters
    ----------
    maps : (4, Z, Y, X) uint8
        Probabilities times 255, in the order of `channels`.
    labels : (Z, Y, X) uint64
        Segments at the points of the grid, 0 = none.
    grid : Grid
    rules : CandidateRules
    looks : two (Z, Y, X) float32, optional
        Grey and roughness of each point, see `polarity`.
    polarity : Calibration, optional
        Which of two segments sends; without it, the one with most on its side.

    Returns
    -------
    list of Candidate
        In the order of the sites' first points.
    """
    from scipy.ndimage import find_objects

    if looks is None:
        looks = (np.zeros(labels.shape, np.float32), np.zeros(labels.shape, np.float32))
    mask = maps[CLEFT] >= round(255 * rules.cleft)
    components = library("cc3d").connected_components(mask.view(np.uint8), connectivity=26)
    around = np.ceil(max(rules.around_nm, SHELLS_NM[-1]) / grid.step_nm).astype(int) + 1
    rows: list[Candidate] = []
    for k, found in enumerate(find_objects(components)):
        if found is None:
            continue
        low = [max(0, s.start - a) for s, a in zip(found, around, strict=True)]
        high = [min(n, s.stop + a) for s, a, n in zip(found, around, mask.shape, strict=True)]
        box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        here = components[box] == k + 1
        if here.sum() * float(np.prod(grid.step_nm)) < rules.least_nm3:
            continue
        p = maps[(slice(None), *box)].astype(np.float32) / np.float32(255)
        seen = (looks[0][box], looks[1][box])
        place = grid.place(np.array(low))
        rows.extend(_site(k + 1, here, p, labels[box], place, grid, rules, seen, polarity))
    return _one_of_each(rows, rules.apart_nm)


def _site(
    site: int,
    here: NDArray[np.bool_],
    p: NDArray[np.float32],
    labels: NDArray[np.uint64],
    low_nm: NDArray[np.float64],
    grid: Grid,
    rules: CandidateRules,
    looks: tuple[NDArray[np.float32], NDArray[np.float32]],
    polarity: Calibration | None,
) -> Iterator[Candidate]:
    """Rows of one site."""
    from scipy.ndimage import distance_transform_edt

    distance = distance_transform_edt(~here, sampling=grid.step_nm)
    around = distance <= rules.around_nm
    at = np.argwhere(around)
    place = low_nm + at * grid.step_nm
    name, number = np.unique(labels[around], return_inverse=True)
    evidence = p[SIDE][around].astype(np.float64)
    n = len(name)
    mass, near = np.bincount(number, evidence, n), np.bincount(number, minlength=n)
    mean = mass / near
    total = max(float(mass.sum()), 1e-6)
    cleft_p = p[CLEFT][here].astype(np.float64)
    middle = low_nm + (np.argwhere(here) * cleft_p[:, None]).sum(axis=0) / cleft_p.sum() * (
        grid.step_nm
    )
    shells = distance <= SHELLS_NM[-1]
    wide, wide_number = np.unique(labels[shells], return_inverse=True)
    features = polarity_features(
        wide_number,
        len(wide),
        distance[shells],
        looks[0][shells],
        looks[1][shells],
        p[SENDER][shells],
    )[np.searchsorted(wide, name)]
    takes_part = np.flatnonzero(
        (mass >= rules.partner_share * total) & (mean >= rules.partner_mean)
    )
    if len(takes_part) == 0:
        takes_part = np.array([np.argmax(mass)])
    send = polarity.slope(features) if polarity is not None else mass / total
    sender = int(takes_part[np.argmax(send[takes_part])])
    contacts = _contacts(labels, around, grid.step_nm)
    touches = [
        contacts.get((int(min(name[sender], other)), int(max(name[sender], other))), 0.0)
        for other in name
    ]
    least = rules.partner_share * max(touches, default=0.0)
    attached = [int(r) for r in takes_part if r != sender and name[r] != 0 and touches[r] >= least]
    attached.sort(key=lambda r: -float(mass[r]))
    inhibits = p[INHIBITORY][around].astype(np.float64)
    inhibitory = float((inhibits * evidence).sum() / max(evidence.sum(), 1e-6))

    def middle_of(segment: int) -> NDArray[np.float64]:
        """Point of a segment nearest to the weighted middle of its side."""
        mine = np.flatnonzero(number == segment)
        weight = evidence[mine] + 1e-6
        centre = (place[mine] * weight[:, None]).sum(axis=0) / weight.sum()
        return np.asarray(place[mine[np.argmin(np.square(place[mine] - centre).sum(axis=1))]])

    best = float(mass[attached[0]]) if attached else 0.0
    each: list[int | None] = [*attached] or [None]
    for receiver in each:
        post_id = int(name[receiver]) if receiver is not None else 0
        pre_id = int(name[sender])
        contact = touches[receiver] if receiver is not None else 0.0
        yield Candidate(
            site=site,
            pre_id=pre_id,
            post_id=post_id,
            cleft_nm=middle,
            pre_nm=middle_of(sender),
            post_nm=middle if receiver is None else middle_of(receiver),
            contact_nm2=contact,
            inhibitory=inhibitory,
            cleft_peak=_logit(float(cleft_p.max())),
            cleft_mean=_logit(float(cleft_p.mean())),
            log_volume=float(np.log(here.sum() * np.prod(grid.step_nm))),
            pre_share=float(mass[sender] / total),
            pre_mean=_logit(float(mean[sender])),
            post_share=0.0 if receiver is None else float(mass[receiver] / total),
            post_mean=_logit(0.0 if receiver is None else float(mean[receiver])),
            lead=0.0 if receiver is None else float(send[sender] - send[receiver]),
            log_contact=float(np.log(contact + 1e3)),
            # Of several receivers the lesser ones are less sure.
            beside_best=0.0
            if receiver is None
            else float(np.log(mass[receiver] / max(best, 1e-6))),
            looks=(features[sender], None if receiver is None else features[receiver]),
        )


def _contacts(
    labels: NDArray[np.uint64], around: NDArray[np.bool_], step_nm: NDArray[np.float64]
) -> dict[tuple[int, int], float]:
    """Area in nm^2 of the faces between each two segments within `around`."""
    areas: dict[tuple[int, int], float] = {}
    for axis in range(3):
        face = float(np.prod(np.delete(step_nm, axis)))
        a, b = np.moveaxis(labels, axis, 0)[:-1], np.moveaxis(labels, axis, 0)[1:]
        where = np.moveaxis(around, axis, 0)
        across = (a != b) & where[:-1] & where[1:]
        pairs = np.sort(np.stack([a[across], b[across]], axis=1), axis=1)
        for pair, n in zip(*np.unique(pairs, axis=0, return_counts=True), strict=True):
            key = (int(pair[0]), int(pair[1]))
            areas[key] = areas.get(key, 0.0) + face * int(n)
    return areas


def _one_of_each(rows: list[Candidate], apart_nm: float) -> list[Candidate]:
    """Of two sites between the same neurons that are too near to be two, keep the larger."""
    kept: list[Candidate] = []
    by_pair: dict[tuple[int, int], list[Candidate]] = {}
    for row in sorted(rows, key=lambda r: (-r.log_volume, r.site)):
        rivals = by_pair.setdefault((row.pre_id, row.post_id), [])
        if all(np.linalg.norm(row.cleft_nm - other.cleft_nm) >= apart_nm for other in rivals):
            rivals.append(row)
            kept.append(row)
    return sorted(kept, key=lambda r: (r.site, -r.post_share))


def _logit(p: float) -> float:
    p = min(max(p, 1e-3), 1 - 1e-3)
    return float(np.log(p / (1 - p)))
