"""Simulated volumes: the tables are true of the labels, and the same seed gives the same bytes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import segmentation_core as sc


@pytest.fixture(scope="module")
def cortex() -> sc.SimulatedVolume:
    return sc.simulate_volume(
        (24, 320, 320), voxel_size_nm=(40, 5, 5), synapses_per_um3=4.0, masks=True, rng=1
    )


@pytest.fixture(scope="module")
def fly() -> sc.SimulatedVolume:
    return sc.simulate_volume(
        (100, 110, 120), voxel_size_nm=(10, 10, 10), tissue="fly", synapses_per_um3=6.0, rng=2
    )


@pytest.fixture(scope="module")
def cut() -> sc.SimulatedVolume:
    """Displaced sections, some of them missing."""
    return sc.simulate_volume(
        (24, 320, 320),
        voxel_size_nm=(40, 5, 5),
        synapses_per_um3=4.0,
        jitter_nm=20.0,
        warp_nm=15.0,
        missing_fraction=0.2,
        rng=1,
    )


def labels_at(volume: sc.SimulatedVolume, table: pd.DataFrame, end: str) -> np.ndarray:
    places = table[[f"{end}z_nm", f"{end}y_nm", f"{end}x_nm"]].to_numpy()
    index = np.rint(places / volume.voxel_size_nm).astype(int)
    return volume.labels[tuple(index.T)].astype(np.int64)


@pytest.mark.parametrize("name", ["cortex", "fly", "cut"])
def test_both_ends_of_each_synapse_lie_in_their_segments(name, request) -> None:
    volume = request.getfixturevalue(name)
    assert len(volume.synapses) >= 2
    for end in ("pre", "post"):
        found = labels_at(volume, volume.synapses, f"{end}_")
        assert found.tolist() == volume.synapses[f"{end}_id"].tolist()
    assert (volume.synapses["pre_id"] != volume.synapses["post_id"]).all()
    assert volume.synapses["synapse_id"].is_unique


@pytest.mark.parametrize("name", ["cortex", "fly", "cut"])
def test_each_skeleton_point_lies_in_its_segment(name, request) -> None:
    volume = request.getfixturevalue(name)
    skeletons = volume.skeletons
    found = sc.metrics.segments_at(skeletons, volume.labels, voxel_size_nm=volume.voxel_size_nm)
    assert found.tolist() == skeletons["node_id"].tolist()
    perfect = sc.metrics.expected_run_length(skeletons, found)
    assert perfect.correct == 1.0
    assert perfect.expected_nm == pytest.approx(perfect.possible_nm)


def test_connections_are_the_synapses_counted(fly) -> None:
    counted = fly.synapses.groupby(["pre_id", "post_id"]).size()
    assert fly.edges.set_index(["pre_id", "post_id"])["syn_count"].to_dict() == counted.to_dict()
    assert fly.edges["syn_count"].sum() == len(fly.synapses)


def test_each_voxel_belongs_to_a_segment_of_the_table(cortex) -> None:
    ids, counts = np.unique(cortex.labels, return_counts=True)
    assert ids.tolist() == cortex.segments["segment_id"].tolist()
    assert counts.tolist() == cortex.segments["n_voxels"].tolist()
    assert cortex.labels.dtype == np.uint64
    assert cortex.raw.dtype == np.uint8


def test_a_segment_is_one_piece_but_for_scraps(fly) -> None:
    import cc3d

    pieces = np.asarray(cc3d.connected_components(fly.labels.astype(np.uint32)), np.int64)
    sizes = pd.DataFrame({"piece": pieces.ravel(), "label": fly.labels.ravel()})
    largest = sizes.value_counts().groupby("label").max()
    # What is joined within 60 nm outside of the volume is one piece too.
    assert largest.sum() > 0.98 * fly.labels.size


def test_glia_sends_and_receives_nothing_and_takes_about_its_share(cortex) -> None:
    glia = set(cortex.segments.loc[cortex.segments["kind"] == "glia", "segment_id"])
    assert glia
    assert not glia & (set(cortex.synapses["pre_id"]) | set(cortex.synapses["post_id"]))
    signs = cortex.segments.set_index("kind")["sign"]
    assert (signs.loc[["glia"]] == 0).all()
    share = np.isin(cortex.labels, list(glia)).mean()
    assert 0.02 < share < 0.2


def test_axons_send_and_dendrites_receive_in_cortex(cortex) -> None:
    kind = cortex.segments.set_index("segment_id")["kind"]
    assert set(kind.loc[cortex.synapses["pre_id"]]) == {"axon"}
    assert set(kind.loc[cortex.synapses["post_id"]]) == {"dendrite"}


def test_a_synapse_of_the_fly_has_several_partners(fly) -> None:
    partners = fly.synapses.groupby("site_id")
    assert (partners["pre_id"].nunique() == 1).all()
    assert (partners["post_id"].nunique() == partners.size()).mean() > 0.8
    assert partners.size().mean() > 1.5


def test_sign_and_transmitter_are_the_senders(fly) -> None:
    sign = fly.segments.set_index("segment_id")["sign"]
    assert sign.loc[fly.synapses["pre_id"]].tolist() == fly.synapses["sign"].tolist()
    inhibitory = fly.synapses["neurotransmitter"] == "gaba"
    assert (inhibitory == (fly.synapses["sign"] == -1)).all()


def test_membranes_and_mitochondria_are_darker_than_the_rest(cortex) -> None:
    rest = ~cortex.membrane & ~cortex.in_mitochondrion
    assert cortex.raw[cortex.membrane].mean() < cortex.raw[rest].mean() - 40
    assert cortex.raw[cortex.in_mitochondrion].mean() < cortex.raw[rest].mean() - 25


def test_borders_of_labels_lie_in_membranes(cortex) -> None:
    border = cortex.labels[:, :, 1:] != cortex.labels[:, :, :-1]
    assert cortex.membrane[:, :, 1:][border].mean() > 0.97


def test_clefts_lie_at_synapses(cortex) -> None:
    assert cortex.cleft.any()
    at = np.argwhere(cortex.cleft)[::17] * np.array(cortex.voxel_size_nm)
    sites = cortex.synapses[["z_nm", "y_nm", "x_nm"]].to_numpy()
    nearest = np.linalg.norm(at[:, None] - sites[None], axis=2).min(axis=1)
    # Sites of which a partner is not in the volume have no row.
    assert np.mean(nearest < 250.0) > 0.8


@pytest.mark.parametrize("voxel_size_nm", [(40, 8, 8), (10, 10, 10)])
def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads(voxel_size_nm) -> None:
    options = {"voxel_size_nm": voxel_size_nm, "jitter_nm": 8.0, "warp_nm": 5.0}
    one = sc.simulate_volume((9, 70, 60), n_jobs=1, rng=7, **options)
    three = sc.simulate_volume((9, 70, 60), n_jobs=3, rng=7, **options)
    assert one.raw.tobytes() == three.raw.tobytes()
    assert one.labels.tobytes() == three.labels.tobytes()
    pd.testing.assert_frame_equal(one.synapses, three.synapses)
    pd.testing.assert_frame_equal(one.skeletons, three.skeletons)
    other = sc.simulate_volume((9, 70, 60), n_jobs=1, rng=8, **options)
    assert one.raw.tobytes() != other.raw.tobytes()


def test_a_generator_is_a_seed_too() -> None:
    size = {"shape": (3, 24, 24), "voxel_size_nm": (40, 8, 8)}
    first = sc.simulate_volume(**size, rng=np.random.default_rng(3))
    again = sc.simulate_volume(**size, rng=np.random.default_rng(3))
    assert first.raw.tobytes() == again.raw.tobytes()
    same = sc.simulate_volume(**size, rng=first.settings["seed"])
    assert first.raw.tobytes() == same.raw.tobytes()


def test_missing_sections_are_black_and_said(cut) -> None:
    black = np.flatnonzero((cut.raw == 0).all(axis=(1, 2)))
    assert black.tolist() == cut.missing_sections.tolist()
    assert len(black) > 0
    assert 0 not in black
    assert (cut.labels[black] > 0).all()


def test_displacement_says_where_sections_would_lie(cut, cortex) -> None:
    from scipy.ndimage import map_coordinates

    # The same tissue without displacement, sampled where the truth says, is what is seen.
    section = int(next(z for z in range(2, 20) if z not in cut.missing_sections))
    moved = cut.displacement_px(section)
    assert np.abs(moved).max() > 2
    y, x = np.indices(cut.labels.shape[1:])
    at = np.rint(np.stack([y + moved[0], x + moved[1]])).astype(int)
    inside = ((at >= 0) & (at < 320)).all(axis=0)
    straight = cortex.distance_nm[section].astype(np.float32)
    membrane = map_coordinates(straight, [y + moved[0], x + moved[1]], order=1) < 10
    seen = cut.raw[section].astype(float)
    assert seen[inside & membrane].mean() < seen[inside & ~membrane].mean() - 40
    wrong = map_coordinates(straight, [y - moved[0], x - moved[1]], order=1) < 10
    assert seen[inside & wrong].mean() > seen[inside & membrane].mean() + 15


def test_the_finer_the_voxels_the_more_of_them_show_the_same_tissue() -> None:
    fine = sc.simulate_volume((4, 80, 80), voxel_size_nm=(40, 5, 5), rng=3)
    coarse = sc.simulate_volume((4, 40, 40), voxel_size_nm=(40, 10, 10), rng=3)
    # Extents differ by half a voxel, so the tissue differs; the shares of grey must not.
    assert abs(float(fine.raw.mean()) - float(coarse.raw.mean())) < 25


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shape": (0, 8, 8)}, r"shape must be three whole numbers \(z, y, x\) of at least 1, got"),
        ({"shape": (8, 8)}, "shape must be three whole numbers"),
        ({"voxel_size_nm": (40, 4)}, r"voxel_size_nm must be three numbers \(z, y, x\) in nm"),
        ({"voxel_size_nm": (40, 0.004, 0.004)}, "y and x from 2 to 32, got"),
        ({"tissue": "liver"}, "tissue must be one of 'cortex', 'fly', got 'liver'"),
        ({"imaging": "mri"}, "imaging must be 'fibsem', 'sstem' or an Imaging, got 'mri'"),
        ({"jitter_nm": -1.0}, "jitter_nm must be from 0 to 500 nm, got -1.0"),
        ({"missing_fraction": 1.0}, "missing_fraction must be at least 0 and below 1, got 1.0"),
        ({"synapses_per_um3": -1.0}, "synapses_per_um3 must be from 0 to 50, got -1.0"),
        ({"rng": -1}, "rng must be an integer of at least 0 or a numpy Generator, got -1"),
        ({"n_jobs": 0}, "n_jobs must be a whole number of at least 1, or None for all, got 0"),
    ],
)
def test_bad_options_are_said_plainly(options, message) -> None:
    with pytest.raises(ValueError, match=message):
        sc.simulate_volume(**({"shape": (2, 8, 8), "voxel_size_nm": (40, 8, 8)} | options))


def test_masks_that_were_not_kept_are_said_to_be_missing(fly) -> None:
    with pytest.raises(ValueError, match="simulate with masks=True"):
        _ = fly.membrane
