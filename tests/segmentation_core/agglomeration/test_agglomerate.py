"""Region graph and agglomeration: slow twins, relabelling, cuts, and files."""

from __future__ import annotations

import numpy as np
import pytest

import segmentation_core as sc
from segmentation_core.agglomeration.by_affinity import agglomerate_graph
from segmentation_core.agglomeration.pair_statistics import added, pair_statistics
from tests.reference import region_graph as slow
from tests.segmentation_core.same_partition import same_partition

OFFSETS = np.array([(-1, 0, 0), (0, -1, 0), (0, 0, -1), (0, 0, -3), (-2, 1, 0), (0, 2, -1)])


def some_fragments(seed, shape=(4, 6, 8), n=9):
    """Random fragments that hang together, some voxels without, and random affinities."""
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 1, (n, 3)) * shape
    voxels = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    nearest = ((voxels[..., None, :] - at) ** 2).sum(-1).argmin(-1)
    fragments = (nearest + 1).astype(np.int64)
    fragments[rng.random(shape) < 0.05] = 0
    affinities = rng.integers(0, 256, (len(OFFSETS), *shape)).astype(np.uint8)
    return fragments, affinities


@pytest.mark.parametrize("seed", range(3))
def test_statistics_are_those_of_every_voxel_pair(seed):
    fragments, affinities = some_fragments(seed)
    graph = sc.region_graph(fragments, affinities, OFFSETS, histogram=True)
    expected = slow.pairs_of(fragments, affinities, OFFSETS)
    found = {
        (int(graph.fragment_id[a]), int(graph.fragment_id[b])): e
        for e, (a, b) in enumerate(zip(graph.first, graph.second, strict=True))
    }
    assert found.keys() == expected.keys()
    near = np.abs(OFFSETS).sum(axis=1) == 1
    for pair, entries in expected.items():
        e = found[pair]
        for c in range(len(OFFSETS)):
            values = [v for channel, v, _ in entries if channel == c]
            assert graph.counts[e, c] == len(values)
            assert graph.sums[e, c] == sum(values)
        bins = np.bincount([v // 8 for _, v, _ in entries], minlength=32)
        assert graph.histogram[e].tolist() == bins.tolist()
        contact = np.array([p for c, _, p in entries if near[c]]).reshape(-1, 3)
        assert graph.places[e].tolist() == contact.sum(axis=0).tolist()
        assert graph.contact_voxels[e] == len(contact)
    assert graph.voxels.sum() == np.count_nonzero(fragments)


def test_boxes_add_up_to_the_whole_in_any_order():
    fragments, affinities = some_fragments(5)
    dense = fragments.astype(np.int32)
    shape = dense.shape
    counted = np.array([1, 1, 0, 2, 0, 1])
    whole = pair_statistics(dense, affinities, OFFSETS, (0, 0, 0), shape, histogram=counted)
    parts = []
    for z in range(0, shape[0], 3):
        for x in range(0, shape[2], 5):
            begin, end = (z, 0, x), (min(z + 3, shape[0]), shape[1], min(x + 5, shape[2]))
            box = tuple(slice(a, b) for a, b in zip(begin, end, strict=True))
            own = affinities[(slice(None), *box)]
            parts.append(pair_statistics(dense, own, OFFSETS, begin, end, histogram=counted))
    for order in (parts, parts[::-1]):
        for a, b in zip(added(order), whole, strict=True):
            assert np.array_equal(a, b)


@pytest.mark.parametrize("seed", range(4))
def test_merges_are_those_of_a_search_for_the_best_pair(seed):
    fragments, affinities = some_fragments(seed + 10)
    tree = sc.agglomerate(fragments, affinities, OFFSETS)
    expected = slow.merges_of(fragments, affinities, OFFSETS, 0.0)
    np.testing.assert_allclose(tree.score, [s for s, _ in expected])
    for score, regions in expected:
        made = tree.cut(min(score, tree.lowest_score[tree.score == score].min()))
        if tree.n_merges(score) == [s for s, _ in expected].index(score) + 1:
            sets = {frozenset(tree.graph.fragment_id[made == name].tolist()) for name in set(made)}
            assert sets == regions


@pytest.mark.parametrize("seed", range(3))
def test_merges_by_quantile_are_those_of_a_search_for_the_best_pair(seed):
    fragments, affinities = some_fragments(seed + 90)
    counted = [1, 1, 2, 0, 1, 0]
    tree = sc.agglomerate(
        fragments, affinities, OFFSETS, linkage="quantile", quantile=0.7, channel_weights=counted
    )
    expected = slow.merges_of(
        fragments,
        affinities,
        OFFSETS,
        0.0,
        score=lambda values: slow.binned_quantile(values, 0.7),
        channel_weights=counted,
    )
    np.testing.assert_allclose(tree.score, [s for s, _ in expected])
    for k, (_, regions) in enumerate(expected, 1):
        upto = sc.MergeTree(tree.graph, tree.one[:k], tree.other[:k], tree.score[:k], 0.0).cut()
        made = {frozenset(tree.graph.fragment_id[upto == s].tolist()) for s in set(upto)}
        assert made == regions


def test_a_quantile_lets_a_neck_join_arms_that_meet_at_a_membrane():
    # Ten pairs of voxels across, four of them open.
    fragments = np.array([[[1] * 10, [2] * 10]])
    affinities = np.zeros((3, 1, 2, 10), np.uint8)
    affinities[1, 0, 1, :4] = 240
    mean = sc.agglomerate(fragments, affinities)
    upper = sc.agglomerate(fragments, affinities, linkage="quantile", quantile=0.7)
    # Rank 7 of 10 is the first quarter of the way through the four in the bin of 240.
    assert mean.score.tolist() == pytest.approx([0.4 * 240 / 255])
    assert upper.score.tolist() == pytest.approx([(30 + 1 / 4) / 32])


def test_channels_count_in_quantiles_as_often_as_they_do_in_means():
    fragments, affinities = some_fragments(110)
    options = {"linkage": "quantile", "quantile": 0.6}
    only = sc.agglomerate(
        fragments, affinities, OFFSETS, channel_weights=[1, 1, 1, 0, 0, 0], **options
    )
    near = sc.agglomerate(fragments, affinities[:3], OFFSETS[:3], **options)
    twice = sc.agglomerate(
        fragments, affinities[:3], OFFSETS[:3], channel_weights=[2, 2, 2], **options
    )
    np.testing.assert_allclose(only.score, near.score)
    np.testing.assert_allclose(twice.score, near.score)


def test_quantiles_of_other_channels_than_the_graph_holds_are_refused():
    fragments, affinities = some_fragments(120)
    graph = sc.region_graph(fragments, affinities, OFFSETS, histogram=True)
    with pytest.raises(ValueError, match="make it with histogram=channel_weights") as caught:
        agglomerate_graph(graph, linkage="quantile", channel_weights=[1, 1, 1, 0, 0, 0])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_quantiles_are_the_same_in_the_mirror_and_under_other_names(axis):
    fragments, affinities = some_fragments(130)
    options = {
        "linkage": "quantile",
        "quantile": 0.7,
        "channel_weights": [1, 1, 1, 1, 0, 0],
        "small_voxels": 10,
        "small_bonus": 0.1,
    }
    tree = sc.agglomerate(fragments, affinities, OFFSETS, **options)
    mirrored = np.zeros_like(affinities)
    steps = OFFSETS.copy()
    for c, offset in enumerate(OFFSETS):
        mirrored[c] = np.flip(affinities[c], axis)
        steps[c, axis] = -offset[axis]
    other = np.flip(np.where(fragments > 0, fragments + 2**40, 0), axis)
    again = sc.agglomerate(other, mirrored, steps, **options)
    np.testing.assert_allclose(again.score, tree.score)
    assert same_partition(np.flip(tree.segments(fragments), axis), again.segments(other))


def test_quantiles_are_read_from_histograms():
    fragments, affinities = some_fragments(20)
    tree = sc.agglomerate(fragments, affinities, OFFSETS, linkage="quantile", quantile=0.75)
    bins = slow.pairs_of(fragments, affinities, OFFSETS)
    first = max(
        (np.quantile([v for _, v, _ in entries], 0.75) / 255, pair)
        for pair, entries in bins.items()
        if any(c < 3 for c, _, _ in entries) and len(entries) > 0
    )
    assert abs(tree.score[0] - first[0]) < 0.06  # a bin is 1/32 wide


def test_a_chain_merges_in_the_order_of_its_links():
    fragments = np.array([[[1, 2, 3, 4, 5]]])
    affinities = np.zeros((3, 1, 1, 5), np.uint8)
    affinities[2, 0, 0] = [0, 204, 51, 255, 102]
    tree = sc.agglomerate(fragments, affinities)
    assert tree.score.tolist() == [1.0, 0.8, 0.4, 0.2]
    assert tree.cut(0.5).tolist() == [1, 1, 2, 2, 3]
    assert tree.cut(0.3).tolist() == [1, 1, 2, 2, 2]
    assert tree.cut(0.0).tolist() == [1] * 5
    assert tree.cut(1.1).tolist() == [1, 2, 3, 4, 5]


def test_a_long_offset_speaks_only_when_regions_touch():
    # 1 and 3 touch 2; a long offset says surely that 1 and 3 are one, and they never touch.
    fragments = np.array([[[1, 2, 3]]])
    affinities = np.zeros((4, 1, 1, 3), np.uint8)
    affinities[2, 0, 0] = [0, 102, 51]
    affinities[3, 0, 0, 2] = 255
    offsets = [(-1, 0, 0), (0, -1, 0), (0, 0, -1), (0, 0, -2)]
    tree = sc.agglomerate(fragments, affinities, offsets)
    assert tree.score.tolist() == [0.4, (51 + 255) / 2 / 255]
    assert tree.lowest_score.tolist() == [0.4, 0.4]


def test_names_of_fragments_do_not_matter():
    fragments, affinities = some_fragments(30)
    tree = sc.agglomerate(fragments, affinities, OFFSETS)
    names = np.random.default_rng(0).permutation(20)[: fragments.max() + 1] + 2**60
    names[0] = 0
    renamed = names.astype(np.uint64)[fragments]
    again = sc.agglomerate(renamed, affinities, OFFSETS)
    np.testing.assert_allclose(again.score, tree.score)
    for threshold in (0.3, 0.5, 0.6):
        assert same_partition(
            tree.segments(fragments, threshold), again.segments(renamed, threshold)
        )


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_mirroring_the_volume_changes_nothing(axis):
    fragments, affinities = some_fragments(40)
    tree = sc.agglomerate(fragments, affinities, OFFSETS)
    mirrored = np.zeros_like(affinities)
    steps = OFFSETS.copy()
    for c, offset in enumerate(OFFSETS):
        mirrored[c] = np.flip(affinities[c], axis)
        steps[c, axis] = -offset[axis]
    again = sc.agglomerate(np.flip(fragments, axis), mirrored, steps)
    np.testing.assert_allclose(again.score, tree.score)
    assert same_partition(
        np.flip(tree.segments(fragments), axis), again.segments(np.flip(fragments, axis))
    )


def test_small_pieces_can_be_merged_more_readily():
    fragments = np.array([[[1, 1, 1, 2, 3, 3, 3]]])
    affinities = np.zeros((3, 1, 1, 7), np.uint8)
    affinities[2, 0, 0, 3], affinities[2, 0, 0, 4] = 102, 51
    tree = sc.agglomerate(fragments, affinities, small_voxels=2, small_bonus=0.3)
    assert tree.score.tolist() == [0.7, 0.2]
    assert sc.agglomerate(fragments, affinities).score.tolist() == [0.4, 0.2]


def test_weights_choose_channels():
    fragments, affinities = some_fragments(50)
    only = sc.agglomerate(fragments, affinities, OFFSETS, channel_weights=[1, 1, 1, 0, 0, 0])
    near = sc.agglomerate(fragments, affinities[:3], OFFSETS[:3])
    np.testing.assert_allclose(only.score, near.score)


def test_small_segments_can_be_left_out():
    fragments = np.array([[[1, 1, 1, 2, 3, 3]]])
    tree = sc.agglomerate(fragments, np.zeros((3, 1, 1, 6)))
    assert tree.cut(0.5, least_voxels=2).tolist() == [1, 0, 2]
    assert tree.segments(fragments, 0.5, least_voxels=2).tolist() == [[[1, 1, 1, 0, 2, 2]]]


def test_a_tree_comes_back_from_its_file(tmp_path):
    fragments, affinities = some_fragments(60)
    tree = sc.agglomerate(fragments, affinities, OFFSETS, threshold=0.4, linkage="quantile")
    tree.save(tmp_path / "tree.npz")
    again = sc.MergeTree.load(tmp_path / "tree.npz")
    assert again.threshold == 0.4
    assert np.array_equal(again.cut(), tree.cut())
    assert np.array_equal(again.graph.histogram, tree.graph.histogram)
    assert [p.name for p in tmp_path.iterdir()] == ["tree.npz"]
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    with pytest.raises(ValueError, match="no merge tree"):
        sc.MergeTree.load(tmp_path / "other.npz")


def test_tables_say_where_to_look():
    fragments = np.array([[[5, 5, 9, 9]]])
    affinities = np.zeros((3, 1, 1, 4), np.uint8)
    affinities[2, 0, 0, 2] = 102
    tree = sc.agglomerate(fragments, affinities)
    pair = tree.graph.table((40, 4, 4)).iloc[0]
    assert (pair.fragment_a, pair.fragment_b, pair.affinity) == (5, 9, 0.4)
    assert (pair.contact_voxels, pair.z_nm, pair.x_nm) == (1, 0.0, 8.0)
    merge = tree.table().iloc[0]
    assert (merge.region, merge.one, merge.other, merge.voxels) == (2, 0, 1, 4)


def test_thresholds_are_scored_as_their_segmentations_are():
    fragments, affinities = some_fragments(70)
    tree = sc.agglomerate(fragments, affinities, OFFSETS)
    truth = (fragments + 1) // 2
    table = sc.score_by_threshold(tree, fragments, truth, thresholds=[0.0, 0.5, 0.55])
    for row in table.itertuples():
        labels = tree.segments(fragments, row.threshold)
        split, merge = sc.metrics.variation_of_information(truth, labels)
        assert (row.voi_split, row.voi_merge) == pytest.approx((split, merge))
        assert row.adapted_rand_error == pytest.approx(sc.metrics.adapted_rand(truth, labels).error)
    best = sc.best_threshold(tree, fragments, truth)
    scores = sc.score_by_threshold(tree, fragments, truth)
    assert scores.voi[np.isclose(scores.threshold, best)].item() == scores.voi.min()


def test_pictures_can_be_drawn():
    from segmentation_core.agglomeration.pictures import plot_merge_tree, plot_scores

    fragments, affinities = some_fragments(80)
    tree = sc.agglomerate(fragments, affinities, OFFSETS)
    assert len(plot_merge_tree(tree).lines) == len(tree.score) + 1
    assert len(plot_merge_tree(tree, most=4).lines) == 4
    plot_scores(sc.score_by_threshold(tree, fragments, fragments))


def test_one_fragment_or_none_is_no_error():
    tree = sc.agglomerate(np.ones((2, 3, 4), np.uint8), np.zeros((3, 2, 3, 4)))
    assert tree.cut().tolist() == [1]
    empty = sc.agglomerate(np.zeros((2, 3, 4), np.uint8), np.zeros((3, 2, 3, 4)))
    assert empty.cut().tolist() == []
    assert not empty.segments(np.zeros((2, 3, 4), np.uint8)).any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fragments": np.ones((2, 3))}, r"non-empty volume \(z, y, x\)"),
        ({"fragments": np.ones((2, 3, 4))}, "fragments must be integers, got float64"),
        ({"fragments": -np.ones((2, 3, 4), int)}, "must not be negative"),
        ({"fragments": np.ones((2, 3, 5), int)}, "must be of one volume"),
        ({"linkage": "median"}, "linkage must be"),
        ({"threshold": 3}, r"threshold must be in \[0, 1\]"),
        ({"quantile": -1}, "quantile must be"),
        ({"channel_weights": [1, 0.5, 1]}, "channel_weights must be 3 whole numbers"),
        ({"channel_weights": [0, 0, 0]}, "not all 0"),
        ({"small_bonus": 2}, "small_bonus"),
    ],
)
def test_bad_input_gets_one_line(change, message):
    given = {"fragments": np.ones((2, 3, 4), int), "affinities": np.zeros((3, 2, 3, 4))} | change
    with pytest.raises(ValueError, match=message) as caught:
        sc.agglomerate(given.pop("fragments"), given.pop("affinities"), **given)
    assert "\n" not in str(caught.value)


def test_strange_fragments_are_named():
    tree = sc.agglomerate(np.array([[[1, 2]]]), np.zeros((3, 1, 1, 2)))
    with pytest.raises(ValueError, match="fragments hold 7, which the merge tree does not know"):
        tree.segments(np.array([[[1, 7]]]))
