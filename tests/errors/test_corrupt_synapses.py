"""What a reconstruction shows of a true synapse table."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.errors import (
    ErrorModel,
    Merge,
    PerPair,
    PositionsWarning,
    Split,
    corrupt_connectome,
    corrupt_synapses,
)
from connectome_analysis.errors.forward.edges_of_synapses import edges_of_synapses
from connectome_analysis.errors.forward.false_synapses import SPREAD_NM
from connectome_analysis.errors.forward.skeleton_cuts import _points_beyond, _sums_beyond
from connectome_analysis.tables import Manifest, check, write

from ..reference.skeletons import beyond

BIG = 2**53 + 1
AXES = ["x_nm", "y_nm", "z_nm"]


def nodes(n: int = 6) -> pd.DataFrame:
    return pd.DataFrame({"node_id": np.arange(n) + BIG, "region": list("AABBAB")[:n]})


def synapses(number: int = 20_000, n: int = 6, seed: int = 0) -> pd.DataFrame:
    """Each neuron's outputs lie around a place of its own, 100 um from those of the next."""
    rng = np.random.default_rng(seed)
    pre = rng.integers(0, n, number)
    post = (pre + rng.integers(1, n, number)) % n
    place = np.column_stack([pre * 1e5, np.zeros(number), np.zeros(number)])
    place += rng.normal(0, 5e3, place.shape)
    return pd.DataFrame(
        {
            "synapse_id": np.arange(number) + BIG,
            "pre_id": pre + BIG,
            "post_id": post + BIG,
            **{axis: place[:, i] for i, axis in enumerate(AXES)},
            "confidence": 1.0,
            "region": rng.choice(["A", "B"], number),
        }
    )


def count(log: pd.DataFrame, event: str) -> int:
    return int((log["event"] == event).sum())


def near(found: float, chance: float, n: int) -> bool:
    return abs(found - n * chance) < 5 * np.sqrt(n * chance * (1 - chance))


class TestMissedAndUnattached:
    def test_synapses_are_missed_and_sides_lost_as_often_as_the_model_says(self) -> None:
        true = synapses()
        model = ErrorModel(recall=0.8, pre_completeness=0.9, post_completeness=0.4)
        seen = corrupt_synapses(true, model, 1)
        n = len(seen.synapses)
        assert near(n, 0.8, len(true))
        assert near(seen.synapses["pre_id"].notna().sum(), 0.9, n)
        assert near(seen.synapses["post_id"].notna().sum(), 0.4, n)
        both = seen.synapses["pre_id"].notna() & seen.synapses["post_id"].notna()
        assert near(both.sum(), 0.8 * 0.9 * 0.4, len(true))
        assert n + count(seen.log, "missed") == len(true)
        assert count(seen.log, "unattached pre") == seen.synapses["pre_id"].isna().sum()

    def test_what_stays_is_what_it_was(self) -> None:
        true = synapses(500)
        seen = corrupt_synapses(true, ErrorModel(recall=0.5, post_completeness=0.5), 1).synapses
        rest = true.set_index("synapse_id").loc[seen["synapse_id"]].reset_index()
        assert str(seen["pre_id"].dtype) == str(seen["post_id"].dtype) == "Int64"
        assert seen["synapse_id"].dtype == np.int64
        assert (seen["pre_id"] == rest["pre_id"]).all()
        attached = seen["post_id"].notna()
        assert (seen["post_id"][attached] == rest["post_id"][attached]).all()
        pd.testing.assert_frame_equal(
            seen.drop(columns=["pre_id", "post_id"]), rest.drop(columns=["pre_id", "post_id"])
        )

    def test_recall_by_region_is_that_of_the_synapse_where_it_has_one(self) -> None:
        true = synapses()
        model = ErrorModel(recall={"region": {"A": 0.9, "B": 0.2}})
        seen = corrupt_synapses(true, model, 1, nodes()).synapses
        for region, recall in (("A", 0.9), ("B", 0.2)):
            n = int((true["region"] == region).sum())
            assert near((seen["region"] == region).sum(), recall, n)
        seen = corrupt_synapses(true.drop(columns="region"), model, 1, nodes()).synapses
        of = nodes().set_index("node_id")["region"]
        for region, recall in (("A", 0.9), ("B", 0.2)):
            n = int((of[true["pre_id"]] == region).sum())
            assert near((of[seen["pre_id"].astype(np.int64)] == region).sum(), recall, n)

    def test_completeness_is_that_of_the_neuron_on_its_side(self) -> None:
        true = synapses()
        share = pd.Series([1.0, 0.5, 0.0, 1.0, 1.0, 1.0], nodes()["node_id"])
        seen = corrupt_synapses(true, ErrorModel(pre_completeness=share), 1, nodes()).synapses
        found = seen.loc[seen["pre_id"].notna(), "pre_id"].value_counts()
        sent = true["pre_id"].value_counts()
        assert near(found[BIG + 1], 0.5, sent[BIG + 1])
        assert BIG + 2 not in found.index
        assert found[BIG] == sent[BIG]

    def test_pairs_of_neurons_may_have_a_recall_of_their_own(self) -> None:
        true = synapses()
        pairs = PerPair(np.array([BIG]), np.array([BIG + 1]), np.array([0.0]), 1.0)
        seen = corrupt_synapses(true, ErrorModel(recall=pairs), 1).synapses
        lost = (true["pre_id"] == BIG) & (true["post_id"] == BIG + 1)
        assert len(seen) == len(true) - lost.sum()

    def test_sides_that_nobody_owns_stay_so(self) -> None:
        true = synapses(100).astype({"pre_id": "Int64"})
        true.loc[:49, "pre_id"] = pd.NA
        seen = corrupt_synapses(true, ErrorModel(recall="q"), 1, nodes().assign(q=0.5)).synapses
        assert seen["pre_id"].isna().sum() > 0
        assert near(len(seen), 0.5, 100)

    def test_edges_of_the_table_are_those_of_the_corrupted_graph_on_average(self) -> None:
        true = synapses(3000)
        g = ca.Graph.from_edges(true["pre_id"], true["post_id"])
        model = ErrorModel(
            recall=0.3, post_completeness=0.5, false_rate=4.0, could_touch="all", min_synapses=12
        )
        ours, theirs = np.zeros(500), np.zeros(500)
        for seed in range(60):
            edges = edges_of_synapses(corrupt_synapses(true, model, seed).synapses, 12)
            ours += np.bincount(edges["syn_count"], minlength=500)
            theirs += np.bincount(model.corrupt(g, seed).weights, minlength=500)
        apart = (ours - theirs) / np.sqrt(np.maximum(ours + theirs, 1))
        assert np.abs(apart).max() < 5


class TestFalse:
    def test_false_synapses_are_as_many_as_expected_between_pairs_that_could_touch(self) -> None:
        true = synapses(1000)
        model = ErrorModel(false_rate=50.0, could_touch="region")
        seen = corrupt_synapses(true, model, 1, nodes())
        false = seen.log[seen.log["event"] == "false"]
        region = nodes().set_index("node_id")["region"]
        assert (region[false["node_id"]].to_numpy() == region[false["other_id"]]).all()
        assert abs(len(false) - 12 * 50) < 5 * np.sqrt(600)
        assert (false["node_id"] != false["other_id"]).all()
        assert seen.synapses["synapse_id"].is_unique
        assert false["synapse_id"].min() == true["synapse_id"].max() + 1

    def test_they_lie_near_a_synapse_of_one_of_their_neurons_and_have_its_region(self) -> None:
        true = synapses(3000).assign(region="R", number=7, sure=True)
        model = ErrorModel(false_rate=10.0, could_touch="all")
        seen = corrupt_synapses(true, model, 1, nodes()).synapses
        false = seen[seen["synapse_id"] > true["synapse_id"].max()]
        assert (false["region"] == "R").all()
        assert false["confidence"].isna().all()
        assert false["number"].isna().all()
        assert (str(seen["number"].dtype), str(seen["sure"].dtype)) == ("Int64", "boolean")
        for row in false.itertuples():
            own = true[
                true["pre_id"].isin([row.pre_id, row.post_id])
                | true["post_id"].isin([row.pre_id, row.post_id])
            ]
            apart = own[AXES].to_numpy() - [row.x_nm, row.y_nm, row.z_nm]
            assert np.sqrt((apart**2).sum(axis=1)).min() < 6 * SPREAD_NM

    def test_neurons_without_synapses_get_false_ones_of_unknown_place(self) -> None:
        empty = synapses(0)
        model = ErrorModel(false_rate=3.0, could_touch="all")
        seen = corrupt_synapses(empty, model, 1, nodes())
        assert len(seen.synapses) == count(seen.log, "false") > 0
        assert seen.synapses[AXES].isna().all(axis=None)

    def test_distances_are_those_of_synapses_where_neurons_have_no_position(self) -> None:
        true = synapses(500, n=2)
        true["post_id"] = true["pre_id"]
        for within, some in ((50, False), (150, True)):
            model = ErrorModel(false_rate=5.0, could_touch={"within_um": within})
            assert (count(corrupt_synapses(true, model).log, "false") > 0) == some


class TestSplits:
    only = pd.Series([1.0, 0.0, 0.0, 0.0, 0.0, 0.0], nodes()["node_id"])

    @pytest.mark.parametrize(("part", "side"), [("axon", "pre_id"), ("dendrite", "post_id")])
    def test_without_compartments_an_axon_is_all_outputs(self, part: str, side: str) -> None:
        true = synapses(500)
        seen = corrupt_synapses(true, ErrorModel(split=Split(probability=self.only, part=part)))
        other = {"pre_id": "post_id", "post_id": "pre_id"}[side]
        assert (seen.synapses[side].isna() == (true[side] == BIG)).all()
        assert (seen.synapses[other] == true[other]).all()
        assert len(seen.synapses) == 500

    def test_fragments_are_neurons_of_their_own(self) -> None:
        true = synapses(500)
        split = Split(probability=self.only, part="axon", keep_fragment=True)
        seen = corrupt_synapses(true, ErrorModel(split=split), nodes=nodes())
        assert seen.nodes["node_id"].tolist()[-1] == BIG + 6
        assert seen.nodes["fragment_of"].tolist()[-1] == BIG
        assert seen.nodes["region"].tolist()[-1] == "A"
        assert (seen.synapses["pre_id"] == BIG + 6).sum() == (true["pre_id"] == BIG).sum()

    @pytest.mark.parametrize("part", ["near", "random"])
    def test_the_mean_share_that_leaves_is_the_fraction(self, part: str) -> None:
        true = synapses(60)
        own = (true["pre_id"] == BIG).sum() + (true["post_id"] == BIG).sum()
        split = Split(probability=self.only, part=part, fraction=0.3)
        left = [
            corrupt_synapses(true, ErrorModel(split=split), seed).log["n_synapses"].sum()
            for seed in range(100)
        ]
        assert abs(np.mean(left) - 0.3 * own) < 5 * np.std(left) / np.sqrt(100)

    def test_synapses_that_lie_together_leave_together(self) -> None:
        true = synapses(600)
        true["x_nm"] = np.where(np.arange(600) % 2, 1e6, 0.0) + np.arange(600)
        split = Split(probability=self.only, part="near", fraction=0.4)
        seen = corrupt_synapses(true, ErrorModel(split=split), 3).synapses
        gone = (true["pre_id"] == BIG) & seen["pre_id"].isna()
        gone |= (true["post_id"] == BIG) & seen["post_id"].isna()
        assert len(set(true.index[gone] % 2)) == 1

    def test_without_positions_synapses_leave_with_their_partner(self) -> None:
        true = synapses(600).drop(columns=AXES)
        split = Split(probability=self.only, part="near", fraction=0.5)
        with pytest.warns(PositionsWarning, match="position"):
            seen = corrupt_synapses(true, ErrorModel(split=split), 3).synapses
        own = true["pre_id"] == BIG
        assert (seen["pre_id"].isna()[own].groupby(true["post_id"][own]).nunique() == 1).all()

    def fork(self, compartments: bool = False) -> pd.DataFrame:
        """A stem from 0 to 10 um with two branches, to the left and to the right."""
        table = pd.DataFrame(
            {
                "node_id": BIG,
                "point_id": [5, 6, 7, 8],
                "parent_id": pd.array([None, 5, 6, 6], dtype="Int64"),
                "x_nm": [0.0, 0.0, -1e4, 1e4],
                "y_nm": [0.0, 1e4, 2e4, 2e4],
                "z_nm": 0.0,
                "radius_nm": 50.0,
            }
        )
        return (
            table.assign(compartment=["soma", "dendrite", "dendrite", "axon"])
            if compartments
            else table
        )

    def on_fork(self) -> pd.DataFrame:
        true = synapses(400)
        at = self.fork()[AXES].to_numpy()[np.arange(400) % 4]
        true[AXES] = at + np.random.default_rng(0).normal(0, 100, (400, 3))
        return true

    def test_a_skeleton_is_cut_and_what_lies_beyond_leaves(self) -> None:
        true = self.on_fork()
        own = ((true["pre_id"] == BIG) | (true["post_id"] == BIG)).to_numpy()
        split = Split(probability=self.only, part="near", fraction=0.3)
        found = Counter()
        for seed in range(60):
            seen = corrupt_synapses(true, ErrorModel(split=split), seed, skeletons=self.fork())
            gone = seen.synapses["pre_id"].isna() | seen.synapses["post_id"].isna()
            points = frozenset(np.flatnonzero(gone) % 4)
            assert gone.to_numpy()[own & np.isin(np.arange(400) % 4, list(points))].all()
            found[points] += 1
        assert set(found) == {frozenset([2]), frozenset([3]), frozenset([1, 2, 3])}

    def test_compartments_say_what_the_axon_is(self) -> None:
        true = self.on_fork()
        split = Split(probability=self.only, part="axon")
        seen = corrupt_synapses(
            true, ErrorModel(split=split), skeletons=self.fork(compartments=True)
        ).synapses
        on_axon = np.arange(400) % 4 == 3
        assert (seen["pre_id"].isna() == (on_axon & (true["pre_id"] == BIG))).all()
        assert (seen["post_id"].isna() == (on_axon & (true["post_id"] == BIG))).all()

    def test_points_beyond_a_cut_are_those_whose_way_home_passes_it(self) -> None:
        rng = np.random.default_rng(0)
        for _ in range(30):
            size = int(rng.integers(1, 30))
            home = np.array([rng.integers(-1, i) if i else -1 for i in range(size)], np.int64)
            name = rng.permutation(size)  # parents need not stand before their children
            parents = np.empty(size, np.int64)
            parents[name] = np.where(home >= 0, name[home], -1)
            values = rng.integers(0, 5, size)
            sums, order = _sums_beyond(parents, values)
            for cut in range(size):
                far = beyond(parents.tolist(), cut)
                assert _points_beyond(parents, order, cut).tolist() == far
                assert sums[cut] == values[far].sum()


class TestMerges:
    def test_a_neuron_is_merged_with_one_whose_synapses_lie_near(self) -> None:
        true = synapses(2000)
        true["post_id"] = pd.array([None] * 2000, dtype="Int64")
        true["x_nm"] = np.where(true["pre_id"] == BIG + 4, 1e3, true["x_nm"])
        chance = pd.Series([1.0, 0.0, 0.0, 0.0, 0.0, 0.0], nodes()["node_id"])
        for touch, partner in (("all", BIG + 4), ({"within_um": 1e3}, BIG + 4)):
            model = ErrorModel(merge=Merge(probability=chance, could_touch=touch))
            seen = corrupt_synapses(true, model, 2, nodes())
            assert seen.log["other_id"].tolist() == [partner]
            assert seen.nodes["node_id"].tolist() == [BIG + i for i in range(1, 6)]
            assert (seen.synapses["pre_id"] == partner).sum() == true["pre_id"].isin(
                [BIG, partner]
            ).sum()

    def test_only_those_allowed_are_merged_and_their_synapses_are_no_autapses(self) -> None:
        true = synapses(2000)
        chance = pd.Series([1.0, 0.0, 0.0, 0.0, 0.0, 0.0], nodes()["node_id"])
        pair = pd.DataFrame({"pre_id": [BIG + 5], "post_id": [BIG]})
        seen = corrupt_synapses(
            true, ErrorModel(merge=Merge(probability=chance, could_touch=pair)), 2, nodes()
        )
        between = true["pre_id"].isin([BIG, BIG + 5]) & true["post_id"].isin([BIG, BIG + 5])
        assert count(seen.log, "autapse") == between.sum()
        assert len(seen.synapses) == 2000 - between.sum()
        assert BIG not in seen.synapses["pre_id"].tolist()


EVERYTHING = ErrorModel(
    recall={"region": {"A": 0.9, "B": 0.7}},
    false_rate=2.0,
    could_touch="all",
    pre_completeness=0.9,
    post_completeness=0.5,
    min_synapses=3,
    split=Split(probability=0.5, keep_fragment=True),
    merge=Merge(probability=0.3, could_touch="region"),
    name="everything",
)


class TestHabits:
    def test_the_same_seed_gives_the_same_table_and_nothing_given_is_changed(self) -> None:
        true, cells = synapses(800), nodes()
        copies = true.copy(), cells.copy()
        one = corrupt_synapses(true, EVERYTHING, 5, cells)
        two = corrupt_synapses(true, EVERYTHING, np.random.default_rng(5), cells)
        for a, b in zip(one, two, strict=True):
            pd.testing.assert_frame_equal(a, b)
        pd.testing.assert_frame_equal(true, copies[0])
        pd.testing.assert_frame_equal(cells, copies[1])
        assert not one.synapses.equals(corrupt_synapses(true, EVERYTHING, 6, cells).synapses)

    def test_every_synapse_is_accounted_for(self) -> None:
        true = synapses(800)
        seen = corrupt_synapses(true, EVERYTHING, 5, nodes())
        log = seen.log
        lost = count(log, "missed") + count(log, "autapse")
        assert len(seen.synapses) == 800 - lost + count(log, "false")
        ids = seen.synapses["pre_id"].dropna()
        assert ids.isin(seen.nodes["node_id"]).all()

    def test_without_errors_the_table_is_the_same(self) -> None:
        true = synapses(100)
        seen = corrupt_synapses(true, ErrorModel()).synapses
        pd.testing.assert_frame_equal(seen, true.astype({"pre_id": "Int64", "post_id": "Int64"}))

    def test_tables_without_rows_pass(self) -> None:
        for cells in (nodes(0), nodes()):
            seen = corrupt_synapses(synapses(0), EVERYTHING.replace(false_rate=0.0), 1, cells)
            assert len(seen.synapses) == len(seen.log[seen.log["event"] != "merge"]) == 0

    def test_nothing_is_seen_where_nothing_is_found(self) -> None:
        assert len(corrupt_synapses(synapses(50), ErrorModel(recall=0.0)).synapses) == 0

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"pre_id": lambda t: t["pre_id"].astype(float)}, r"pre_id must be integers.*float64"),
            ({"synapse_id": lambda _: 1}, "synapse_id must be unique"),
            ({"post_id": lambda _: 5}, r"synapses.post_id has 1 ids that are not among the nodes"),
        ],
    )
    def test_wrong_tables_are_told(self, change: dict[str, object], words: str) -> None:
        with pytest.raises(ValueError, match=words):
            corrupt_synapses(synapses(10).assign(**change), ErrorModel(), nodes=nodes())

    def test_missing_columns_wrong_models_and_unknown_groups_are_told(self) -> None:
        true = synapses(10)
        with pytest.raises(ValueError, match="post_id missing among synapse_id, pre_id"):
            corrupt_synapses(true.drop(columns="post_id"), ErrorModel())
        with pytest.raises(ValueError, match=r"give the model recall and false_rate, or .* graph"):
            corrupt_synapses(true, ErrorModel(beta=0.5))
        with pytest.raises(ValueError, match=r"no rate for 'B' of region; it has 'A'"):
            corrupt_synapses(true, ErrorModel(recall={"region": {"A": 0.5}}))

    def test_no_room_for_false_synapses_is_told(self) -> None:
        true = synapses(10).assign(synapse_id=[2**63 - 10 + i for i in range(10)])
        with pytest.raises(ValueError, match=r"above the largest synapse_id, 9223372036854775807"):
            corrupt_synapses(true, ErrorModel(false_rate=9.0, could_touch="all"))


class TestEdges:
    def test_edges_are_counts_of_whole_synapses(self) -> None:
        table = corrupt_synapses(synapses(300), EVERYTHING, 1, nodes()).synapses
        table.loc[0, ["pre_id", "post_id"]] = BIG, BIG
        for autapses in (True, False):
            edges = edges_of_synapses(table, 2, autapses=autapses)
            counted = Counter(
                (int(a), int(b))
                for a, b in zip(table["pre_id"], table["post_id"], strict=True)
                if a is not pd.NA and b is not pd.NA and (autapses or a != b)
            )
            slow = sorted((a, b, n) for (a, b), n in counted.items() if n >= 2)
            fast = edges[["pre_id", "post_id", "syn_count"]].itertuples(index=False, name=None)
            assert list(fast) == slow


class TestConnectomes:
    def made(self, folder: Path) -> ca.Connectome:
        true = synapses(400)
        edges = edges_of_synapses(true)
        gap = pd.DataFrame(
            {
                "pre_id": [BIG, BIG + 1],
                "post_id": [BIG + 1, BIG],
                "edge_type": "electrical",
                "weight": 0.5,
                "syn_count": pd.array([None, None], dtype="Int32"),
            }
        )
        by_region = true.groupby(["pre_id", "post_id", "region"]).size().reset_index(name="n")
        by_region = by_region.assign(edge_type="chemical", weight=by_region.pop("n").astype(float))
        write(
            folder / "true",
            {
                "nodes": nodes(),
                "edges": pd.concat([edges.astype({"syn_count": "Int32"}), gap]),
                "synapses": true,
                "edges_by_region": by_region,
                "skeletons": TestSplits().fork(),
                "notebook": pd.DataFrame({"a": [1]}),
            },
            Manifest(
                name="true", weights={"chemical": {"meaning": "synapses", "unit": "synapses"}}
            ),
        )
        return ca.open(folder / "true")

    def test_a_corrupted_folder_is_a_whole_connectome(self, tmp_path: Path) -> None:
        with self.made(tmp_path) as true:
            for model in (EVERYTHING, ErrorModel(recall=0.5, min_synapses=4)):
                path = corrupt_connectome(true, model, tmp_path / "seen", 3, overwrite=True)
                assert [str(problem) for problem in check(path)] == []
                with ca.open(path) as seen:
                    manifest = seen.manifest
                    assert ErrorModel.from_dict(manifest.error_model).to_dict() == model.to_dict()
                    assert manifest.pair_threshold == model.min_synapses
                    assert manifest.made_by["parent"]["name"] == "true"
                    assert manifest.made_by["rng"] == 3
                    assert any("left out: notebook" in note for note in manifest.notes)
                    assert seen.graph().weights.min() >= model.min_synapses
                    assert "edges_by_region" in manifest.tables
                    if not model.fragments:
                        assert seen.edge_types()["electrical"] == 2
                        assert seen.skeletons.df()["node_id"].tolist() == [BIG] * 4

    def test_without_synapses_the_graph_is_corrupted(self, tmp_path: Path) -> None:
        worm = ca.open("celegans-varshney2011")
        split = Split(probability=0.2, keep_fragment=True)
        model = ErrorModel(recall=0.6, min_synapses=2, split=split)
        path = corrupt_connectome(worm, model, tmp_path / "seen", 3)
        assert [str(problem) for problem in check(path)] == []
        with ca.open(path) as seen:
            assert seen.graph().equals(model.corrupt(worm.graph(), 3))
            assert seen.graph().nodes["fragment_of"].notna().sum() > 20

    def test_models_of_connections_work_on_edges_alone(self, tmp_path: Path) -> None:
        worm = ca.open("celegans-varshney2011")
        path = corrupt_connectome(worm, ErrorModel(beta=0.15), tmp_path / "seen")
        assert [str(problem) for problem in check(path)] == []

    def test_a_matrix_of_rates_is_written_with_what_it_made(self, tmp_path: Path) -> None:
        worm = ca.open("celegans-varshney2011")
        rates = np.full((279, 279), 0.75)
        path = corrupt_connectome(worm, ErrorModel(recall=rates), tmp_path / "seen")
        assert [str(problem) for problem in check(path)] == []

    def test_the_truth_is_not_replaced_by_what_is_seen_of_it(self, tmp_path: Path) -> None:
        with self.made(tmp_path) as truth:
            place = tmp_path / "link"
            place.symlink_to(truth.path)
            with pytest.raises(ValueError, match="is the truth itself, which would be lost"):
                corrupt_connectome(truth, ErrorModel(recall=0.5), place, overwrite=True)
            assert check(truth.path) == []
