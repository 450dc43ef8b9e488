"""Candidates: sites and their partners, from maps drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest

from segmentation_core.synapses.candidates import CandidateRules, Grid, candidates
from segmentation_core.synapses.channels import CLEFT, INHIBITORY, SIDE
from segmentation_core.synapses.channels import SENDER as SENDS

SENDER, FIRST, SECOND = 864_691_135_000_000_123, 7, 9
GRID = Grid(np.zeros(3), np.array([40.0, 16.0, 16.0]))


def one_site():
    """A sender above two receivers side by side, with the cleft between them."""
    labels = np.zeros((7, 40, 40), np.uint64)
    labels[:, :20] = SENDER
    labels[:, 20:, :20] = FIRST
    labels[:, 20:, 20:] = SECOND
    maps = np.zeros((4, 7, 40, 40), np.uint8)
    maps[CLEFT, 2:5, 19:21, 12:28] = 230
    maps[SIDE, 2:5, 14:26, 12:28] = 220
    maps[SENDS, :, :20] = 250
    maps[SENDS, :, 20:] = 5
    return maps, labels


def test_a_polyadic_site_has_a_row_for_each_receiver():
    rows = candidates(*one_site(), GRID, CandidateRules())
    assert {(row.pre_id, row.post_id) for row in rows} == {(SENDER, FIRST), (SENDER, SECOND)}
    assert len({row.site for row in rows}) == 1
    for row in rows:
        np.testing.assert_allclose(row.cleft_nm, (3 * 40, 19.5 * 16, 19.5 * 16), atol=1e-6)
        z, y, x = np.rint(row.pre_nm / GRID.step_nm).astype(int)
        assert one_site()[1][z, y, x] == SENDER
        z, y, x = np.rint(row.post_nm / GRID.step_nm).astype(int)
        assert one_site()[1][z, y, x] == row.post_id
        assert row.post_share == pytest.approx(0.25, abs=0.03)  # of both sides
        assert row.contact_nm2 > 0


def test_a_segment_with_little_of_the_postsynaptic_side_is_no_receiver():
    maps, labels = one_site()
    maps[SIDE, :, 20:, 20:] = maps[SIDE, :, 20:, 20:] // 20
    rows = candidates(maps, labels, GRID, CandidateRules())
    assert [(row.pre_id, row.post_id) for row in rows] == [(SENDER, FIRST)]


def test_a_side_without_a_segment_stays_unattached():
    maps, labels = one_site()
    rows = candidates(maps, np.where(labels == SENDER, 0, labels), GRID, CandidateRules())
    assert {(row.pre_id, row.post_id) for row in rows} == {(0, FIRST), (0, SECOND)}
    rows = candidates(maps, np.where(labels == SENDER, labels, 0), GRID, CandidateRules())
    assert [{row.pre_id, row.post_id} for row in rows] == [{SENDER, 0}]


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_mirroring_the_volume_changes_no_partner(axis):
    maps, labels = one_site()
    straight = candidates(maps, labels, GRID, CandidateRules())
    flipped = candidates(
        np.flip(maps, axis + 1).copy(), np.flip(labels, axis).copy(), GRID, CandidateRules()
    )
    pairs = [
        {(r.pre_id, r.post_id, round(r.post_share, 6)) for r in rows}
        for rows in (straight, flipped)
    ]
    assert pairs[0] == pairs[1]


def test_other_ids_change_nothing_but_ids():
    maps, labels = one_site()
    renamed = np.select(
        [labels == SENDER, labels == FIRST], [np.uint64(3), np.uint64(2**62)], np.uint64(5)
    )
    for old, new in zip(
        candidates(maps, labels, GRID, CandidateRules()),
        sorted(candidates(maps, renamed, GRID, CandidateRules()), key=lambda r: r.post_id != 2**62),
        strict=True,
    ):
        assert old.cleft_nm.tolist() == new.cleft_nm.tolist()
        assert old.pre_share == pytest.approx(new.pre_share)


def test_a_site_cut_in_two_by_a_bad_section_is_one():
    maps, labels = one_site()
    maps[CLEFT, 3] = 0
    rules = CandidateRules(least_nm3=0)
    rows = candidates(maps, labels, GRID, rules)
    assert sorted((row.pre_id, row.post_id) for row in rows) == [(SENDER, FIRST), (SENDER, SECOND)]
    apart = candidates(maps, labels, GRID, CandidateRules(least_nm3=0, apart_nm=10))
    assert len(apart) == 4


def test_specks_of_cleft_are_no_sites():
    maps, labels = one_site()
    maps[CLEFT] = 0
    maps[CLEFT, 3, 19, 12] = 255
    assert candidates(maps, labels, GRID, CandidateRules()) == []


def test_transmitter_is_that_of_the_sides():
    maps, labels = one_site()
    maps[INHIBITORY, 2:5, 14:26, 12:28] = 200
    assert all(
        row.inhibitory == pytest.approx(200 / 255, abs=0.01)
        for row in candidates(maps, labels, GRID, CandidateRules())
    )
