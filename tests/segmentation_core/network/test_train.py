"""Training: it learns, it can be interrupted, and it says what it cannot do."""

import csv
import dataclasses

import numpy as np
import pytest
import torch

from segmentation_core.network import checkpoints, loss
from segmentation_core.network.design import NetworkDesign, design_network
from segmentation_core.network.pretrain import pretrain_network
from segmentation_core.network.progress import LossLog
from segmentation_core.network.train import main, train_network
from segmentation_core.network.training_plan import TrainingPlan
from segmentation_core.network.training_volume import TrainingVolume
from segmentation_core.network.unet import UNet, depth_to_space, space_to_depth

from .tiny import boxes, tiny_design

PLAN = TrainingPlan(steps=6, batch=1, patch=(16, 16, 16), warmup=2)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def losses(folder):
    with (folder / "losses.csv").open(newline="") as file:
        return [float(row["affinity"]) for row in csv.DictReader(file)]


def test_a_short_training_lowers_the_loss(tmp_path):
    plan = dataclasses.replace(PLAN, steps=60, learning_rate=1e-2, warmup=5)
    weights = train_network([boxes()], tmp_path, design=tiny_design(), plan=plan)
    values = losses(tmp_path)
    assert np.mean(values[-10:]) < 0.8 * np.mean(values[:5])
    assert weights.exists()
    assert (tmp_path / "losses.png").stat().st_size > 1000


def test_a_resumed_run_ends_with_the_weights_of_an_uninterrupted_one(tmp_path):
    design = tiny_design()
    whole = train_network([boxes()], tmp_path / "whole", design=design, plan=PLAN)
    for _ in range(PLAN.steps):
        parts = train_network(
            [boxes()], tmp_path / "parts", design=design, plan=PLAN, stop_after_seconds=0
        )
    a = torch.load(whole, weights_only=True)["state"]
    b = torch.load(parts, weights_only=True)["state"]
    assert all(torch.equal(a[name], b[name]) for name in a)
    assert losses(tmp_path / "whole") == losses(tmp_path / "parts")
    assert len(losses(tmp_path / "parts")) == PLAN.steps


def test_a_run_killed_between_checkpoints_repeats_the_lost_steps(tmp_path):
    def fail(row):
        if row["step"] == 3:
            raise KeyboardInterrupt

    design = tiny_design()
    with pytest.raises(KeyboardInterrupt):
        train_network(
            [boxes()], tmp_path, design=design, plan=PLAN, checkpoint_seconds=0, on_step=fail
        )
    assert not [f for f in tmp_path.iterdir() if f.name.startswith(".")]
    train_network([boxes()], tmp_path, design=design, plan=PLAN)
    whole = train_network([boxes()], tmp_path / "whole", design=design, plan=PLAN)
    assert losses(tmp_path) == losses(tmp_path / "whole")
    assert whole.exists()


def test_weights_come_back_in_half_precision_with_their_card(tmp_path):
    net = UNet(tiny_design())
    checkpoints.save_weights(tmp_path / "w.pt", net, {"data": "boxes"})
    back, card = checkpoints.load_weights(tmp_path / "w.pt")
    assert card == {"data": "boxes"}
    assert back.design == net.design
    for a, b in zip(net.parameters(), back.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-6)


def test_a_damaged_checkpoint_is_named(tmp_path):
    (tmp_path / "checkpoint.pt").write_bytes(b"PK nothing")
    with pytest.raises(ValueError, match=r"checkpoint\.pt is damaged .* remove it to begin"):
        train_network([boxes()], tmp_path, design=tiny_design(), plan=PLAN)


def test_what_cannot_be_trained_is_refused(tmp_path):
    unlabelled = TrainingVolume(boxes().raw)
    with pytest.raises(ValueError, match="training needs labelled volumes"):
        train_network([unlabelled], tmp_path, design=tiny_design(), plan=PLAN)
    with pytest.raises(ValueError, match="needs voxel_size_nm"):
        train_network([boxes()], tmp_path, plan=PLAN)
    with pytest.raises(ValueError, match=r"patch must be a multiple of \(4, 4, 4\)"):
        train_network(
            [boxes()],
            tmp_path,
            design=tiny_design(),
            plan=dataclasses.replace(PLAN, patch=(16, 16, 18)),
        )


def test_another_design_does_not_take_over_a_checkpoint(tmp_path):
    train_network([boxes()], tmp_path, design=tiny_design(), plan=PLAN, stop_after_seconds=0)
    other = design_network((10, 10, 10), features=(8, 12))
    with pytest.raises(ValueError, match="of a network of another design"):
        train_network([boxes()], tmp_path, design=other, plan=PLAN)


def test_pretraining_fills_in_what_is_masked_and_training_starts_from_it(tmp_path):
    plan = dataclasses.replace(PLAN, steps=80, learning_rate=5e-3, warmup=5)
    weights = pretrain_network(
        [TrainingVolume(boxes().raw)], tmp_path / "pre", design=tiny_design(), plan=plan
    )
    with (tmp_path / "pre" / "losses.csv").open(newline="") as file:
        error = [float(row["loss"]) for row in csv.DictReader(file)]
    assert np.mean(error[-10:]) < 0.9 * np.mean(error[:5])
    begun = train_network(
        [boxes()],
        tmp_path / "fine",
        design=tiny_design(),
        plan=dataclasses.replace(PLAN, steps=0),
        start_from=weights,
    )
    before, _ = checkpoints.load_weights(weights)
    after, _ = checkpoints.load_weights(begun)
    assert torch.equal(before.stem.weight, after.stem.weight)


def test_the_command_trains_from_files(tmp_path):
    volume = boxes()
    np.save(tmp_path / "raw.npy", volume.raw)
    np.save(tmp_path / "ids.npy", volume.neuron_ids.astype(np.uint32))
    done = main(
        [
            "--raw", str(tmp_path / "raw.npy"),
            "--labels", str(tmp_path / "ids.npy"),
            "--voxel-size", "10", "10", "10",
            "--out", str(tmp_path / "run"),
            "--steps", "2",
            "--patch", "16", "16", "16",
            "--features", "4", "8", "8",
            "--quiet",
        ]
    )  # fmt: skip
    assert done == 0
    assert (tmp_path / "run" / "weights.pt").exists()


def test_the_command_says_in_one_line_what_is_wrong(tmp_path, capsys):
    np.save(tmp_path / "raw.npy", boxes().raw)
    arguments = ["--raw", str(tmp_path / "raw.npy"), "--voxel-size", "10", "10", "10"]
    assert main([*arguments, "--out", str(tmp_path / "run"), "--quiet"]) == 2
    assert "1 --raw but 0 --labels" in capsys.readouterr().err


def test_both_answers_have_half_of_the_say():
    same = torch.zeros(1, 1, 1, 1, 10, dtype=torch.bool)
    same[..., :2] = True
    mask = torch.ones_like(same)
    mask[..., 9] = False
    weight = loss.balanced_weights(same, mask)
    assert weight[..., 9].item() == 0
    assert weight[same].sum().item() == pytest.approx(4.5)
    assert weight[~same].sum().item() == pytest.approx(4.5)


def test_a_sample_without_answers_costs_nothing():
    logits = torch.zeros(1, 1, 2, 2, 2, requires_grad=True)
    nothing = torch.zeros(1, 1, 2, 2, 2, dtype=torch.bool)
    value = loss.affinity_loss(logits, nothing, nothing)
    value.backward()
    assert value.item() == 0
    assert not logits.grad.any()


def test_the_learning_rate_rises_holds_and_falls_to_nothing():
    plan = TrainingPlan(steps=100, warmup=10, cooldown=0.5, learning_rate=1.0)
    rates = [plan.rate(s) for s in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[20] == 1
    assert rates[75] == pytest.approx(0.5)
    assert rates[100] == 0


def test_depth_to_space_undoes_space_to_depth():
    x = torch.arange(2 * 4 * 4 * 8.0).view(1, 2, 4, 4, 8)
    there = space_to_depth(x, (2, 1, 4))
    assert there.shape == (1, 16, 2, 4, 2)
    assert torch.equal(depth_to_space(there, (2, 1, 4)), x)
    # The eight voxels of the first block of the first channel.
    assert there[0, :8, 0, 0, 0].tolist() == x[0, 0, :2, 0, :4].flatten().tolist()


def test_a_design_survives_json():
    design = design_network((50, 4.6, 4.6))
    assert NetworkDesign.from_dict(design.to_dict()) == design


@pytest.mark.parametrize("size", [(10, 10), (0, 4, 4), (float("nan"), 1, 1)])
def test_a_voxel_size_that_is_none_is_refused(size):
    with pytest.raises(ValueError, match="voxel_size_nm must be three positive numbers"):
        design_network(size)


def test_a_log_that_is_reopened_forgets_what_came_after_the_checkpoint(tmp_path):
    log = LossLog(tmp_path)
    row = dict.fromkeys(log.columns, 1.0)
    for step in range(5):
        log.append({**row, "step": step})
    assert [r["step"] for r in LossLog(tmp_path, 3).rows] == [0, 1, 2]
    assert (tmp_path / "losses.csv").read_text().count("\n") == 4


def test_a_log_of_another_kind_of_run_is_refused(tmp_path):
    LossLog(tmp_path)
    with pytest.raises(ValueError, match="is of another kind of run; choose another folder"):
        LossLog(tmp_path, 3, ("loss", "affinity"))


def test_a_checkpoint_is_no_weights_and_is_not_to_be_removed(tmp_path):
    checkpoints.write_atomically(tmp_path / "checkpoint.pt", {"design": "{}", "net": {}})
    with pytest.raises(ValueError, match=r"wanted weights of a segmentation network") as error:
        checkpoints.load_weights(tmp_path / "checkpoint.pt")
    assert "remove" not in str(error.value)
