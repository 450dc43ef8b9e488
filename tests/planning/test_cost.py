"""Costs: arithmetic by hand, published reconstructions within a factor, every assumption with its source."""

from __future__ import annotations

import json

import matplotlib.pyplot as plt
import pytest

import connectome_analysis as ca
from connectome_analysis.planning.assumptions import METHODS
from connectome_analysis.planning.presets import PRESETS


def value(preset: str, quantity: str, **changes: float) -> float:
    return float(ca.planning.cost(preset, **changes).table.loc[quantity, "value"])


def test_a_cubic_micrometre_by_hand() -> None:
    tiny = {"volume_mm3": 1e-9, "voxel_z_nm": 10, "voxel_y_nm": 10, "voxel_x_nm": 10}
    assert value("mouse-cortex-mm3", "voxels", **tiny) == pytest.approx(1e6)
    fast = {"image_overlap": 0, "pixels_per_s_per_microscope": 1e6, "microscopes": 1}
    assert value("mouse-cortex-mm3", "imaging", **tiny, **fast) == pytest.approx(1 / 86_400)
    gpu = {"segmentation_voxel_factor": 1, "networks": 1, "halo_factor": 1} | {
        "voxels_per_s_per_core": 1e6 / 3_600,
        "gpu_over_core": 1,
    }
    assert value("mouse-cortex-mm3", "prediction", **tiny, **gpu) == pytest.approx(1)
    assert value("mouse-cortex-mm3", "synapse_rows", **tiny) == pytest.approx(0.7)


def test_published_reconstructions_are_met_within_a_factor_of_two() -> None:
    # FAFB 106 TB (doi:10.1016/j.cell.2018.06.019); H01 1.4 PB (doi:10.1126/science.adk4858); a
    # cubic millimetre of mouse cortex 2 PB in under six months (doi:10.1038/s41467-020-18659-3).
    assert 53 < value("adult-fly-brain", "raw_images") < 212
    assert 700 < value("human-cortex-mm3", "raw_images") < 2_800
    assert 1_000 < value("mouse-cortex-mm3", "raw_images") < 4_000
    assert value("mouse-cortex-mm3", "imaging") < 183
    assert value("adult-fly-brain", "neurons") == pytest.approx(139_255)
    assert 1.4e7 < value("adult-fly-brain", "connections") < 1.6e7
    assert value("adult-fly-brain", "proofreading") == pytest.approx(33, rel=0.05)


def test_everything_in_proportion_to_the_volume_is() -> None:
    one = ca.planning.cost("mouse-brain").table["value"]
    two = ca.planning.cost("mouse-brain", volume_mm3=1_000).table["value"]
    for quantity in (
        "voxels",
        "raw_images",
        "imaging",
        "prediction",
        "synapse_table",
        "edge_table",
    ):
        assert two[quantity] == pytest.approx(2 * one[quantity])


def test_every_assumption_says_where_it_is_from_and_how_it_counts() -> None:
    for preset in PRESETS:
        table = ca.planning.cost(preset).assumptions
        assert (table["source"].str.len() > 3).all()
        assert (table["unit"].str.len() > 0).all()
        tissue = table.iloc[:6]
        assert tissue["source"].str.contains("doi:|by definition").all()


def test_every_assumption_changes_something() -> None:
    base = ca.planning.cost("mouse-brain").table["value"]
    for one in METHODS:
        other = one.value * 0.5 if one.unit == "share" else one.value * 3 + 1
        changed = ca.planning.cost("mouse-brain", **{one.name: other}).table["value"]
        assert (changed != base).any(), one.name


def test_a_changed_assumption_is_said_to_be_given() -> None:
    plan = ca.planning.cost("human-brain", gpus=7)
    assert plan.assumptions.loc["gpus", ["value", "source"]].tolist() == [7.0, "given"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("rat",), "preset must be one of 'adult-fly-brain'"),
        (("mouse-brain", {"price": 3}), "There is no assumption 'price'"),
        (("mouse-brain", {"gpus": 0}), "gpus must be above 0 machines"),
        (("mouse-brain", {"gpus": -1}), "gpus must be above 0 machines, got -1"),
        (("mouse-brain", {"image_overlap": -1}), "image_overlap must be 0 or more share, got -1"),
        (("mouse-brain", {"attached_share": 2}), "attached_share is a share and must be at most 1"),
        (("mouse-brain", {"gpus": "many"}), "gpus must be a number of machines, got 'many'"),
    ],
)
def test_mistakes_are_told(arguments: tuple, words: str) -> None:  # type: ignore[type-arg]
    preset, *changes = arguments
    with pytest.raises(ValueError, match=words):
        ca.planning.cost(preset, **(changes[0] if changes else {}))


def test_the_bytes_of_a_row_are_those_assumed() -> None:
    measured = ca.planning.row_bytes(100_000)["bytes_per_row"]
    assumed = ca.planning.cost().assumptions["value"]
    assert assumed["bytes_per_synapse_row"] == pytest.approx(measured["synapses"], rel=0.25)
    real = measured["edges of fly-mushroom-body-right"]
    assert assumed["bytes_per_edge_row"] == pytest.approx(real, rel=0.25)


def test_the_picture_has_a_bar_for_each_plan() -> None:
    ax = ca.plot.plan_costs(ca.planning.compare_costs("adult-fly-brain", "mouse-brain"))
    assert all(len(panel.patches) == 2 for panel in ax.child_axes)
    plt.close(ax.figure)
    with pytest.raises(ValueError, match="compare_costs"):
        ca.plot.plan_costs(ca.planning.presets())


def test_the_command_prints_costs_and_takes_changes(neuropil) -> None:  # type: ignore[no-untyped-def]
    code, text, _ = neuropil("plan")
    assert code == 0
    assert "human-brain" in text
    code, text, _ = neuropil("plan", "cost", "mouse-cortex-mm3", "--set", "volume_mm3=2", "--json")
    rows = json.loads(text)["mouse-cortex-mm3"]["costs"]
    assert next(row["value"] for row in rows if row["quantity"] == "synapse_rows") == 1.4e9
    code, text, _ = neuropil("plan", "cost", "human-brain", "--assumptions")
    assert "doi:10.1002/cne.21974" in "".join(text.split())
    code, _, error = neuropil("plan", "cost", "human-brain", "--set", "gpus")
    assert code == 1
    assert "--set must be NAME=VALUE" in error


def test_the_days_that_the_rate_of_a_microscope_comes_from_are_met() -> None:
    # Five microscopes, 150 days: the overlap is in the rate, and must not be counted once more.
    assert value("mouse-cortex-mm3", "imaging") == pytest.approx(150, rel=0.005)


def test_what_rests_on_a_fly_is_said_where_the_tissue_is_no_flys() -> None:
    def how(preset: str, **changes: float) -> str:
        return str(ca.planning.cost(preset, **changes).table.loc["connections", "how"])

    both = "attached_share and synapses_per_connection of an adult fly, not of this tissue"
    assert how("human-brain").endswith(both)
    assert "fly" not in how("adult-fly-brain")
    assert "; attached_share of an adult fly" in how("mouse-brain", synapses_per_connection=1.5)


def test_the_command_says_so_too(neuropil) -> None:  # type: ignore[no-untyped-def]
    code, text, _ = neuropil("plan", "cost", "mouse-brain", "adult-fly-brain")
    assert code == 0
    assert "of an adult fly for mouse-brain: set yours" in " ".join(text.split())
