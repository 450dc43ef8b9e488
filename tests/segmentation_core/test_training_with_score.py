"""Training with a score: what is held out is never trained on, and is segmented better afterwards."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from segmentation_core.network import checkpoints
from segmentation_core.network.devices import checked_device
from segmentation_core.network.training_plan import TrainingPlan
from segmentation_core.network.training_volume import TrainingVolume
from segmentation_core.predict.predictor import Predictor
from segmentation_core.training_with_score import fitting_patch, split, train_and_score

from .network.tiny import boxes, tiny_design

SIZE = (10.0, 10.0, 10.0)
PLAN = TrainingPlan(steps=100, batch=1, patch=(16, 16, 16), warmup=5, learning_rate=1e-2)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def train(folder, *, steps=PLAN.steps, **options):
    plan = TrainingPlan(**{**vars(PLAN), "steps": steps})
    given = {"design": tiny_design()} | options
    return train_and_score(boxes((24, 32, 64)), folder, voxel_size_nm=SIZE, plan=plan, **given)


@pytest.mark.slow
def test_a_short_training_makes_what_was_held_out_better(tmp_path):
    made = train(tmp_path / "run", held_out=0.25)
    assert made.held_out == "x from voxel 48 of 64"
    assert made.after.voi_bits < 0.7 * made.before.voi_bits
    assert made.after.adapted_rand_error < made.before.adapted_rand_error
    kept = json.loads((tmp_path / "run" / "scores.json").read_text())
    assert kept["after"]["voi_split_bits"] == made.after.voi_split_bits
    # The threshold goes with the weights.
    assert Predictor(SIZE, weights=made.weights).advice == {"threshold": made.after.threshold}
    assert (tmp_path / "run" / "losses.png").stat().st_size > 1000


def test_a_run_goes_on_and_keeps_the_score_it_began_with(tmp_path):
    first = train(tmp_path / "run", steps=2)
    second = train(tmp_path / "run", steps=4)
    assert second.before == first.before
    rows = (tmp_path / "run" / "losses.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == ["0", "1", "2", "3"]
    with pytest.raises(
        ValueError, match=r"held out x from voxel 51 of 64, this one would hold out"
    ):
        train(tmp_path / "run", steps=4, held_out=0.4)


@pytest.mark.slow
def test_the_score_before_is_that_of_the_weights_to_start_from(tmp_path):
    begun = train(tmp_path / "first", steps=2)
    made = train(tmp_path / "second", steps=1, start_from=begun.weights, design=None)
    net, _ = checkpoints.load_weights(begun.weights)
    start, _ = checkpoints.load_weights(tmp_path / "second" / "start.pt")
    assert torch.equal(net.stem.weight, start.stem.weight)
    assert made.before.voi_bits == begun.after.voi_bits


def test_nothing_held_out_trains_on_everything_and_scores_nothing(tmp_path):
    made = train(tmp_path / "run", steps=1, held_out=0.0)
    assert (made.before, made.after, made.held_out) == (None, None, "nothing")
    assert "threshold" in Predictor(SIZE, weights=made.weights).advice


def test_the_parts_do_not_overlap_and_are_the_whole():
    volume = boxes((24, 40, 32))
    seen, fresh, words = split(volume, 0.2)
    assert words == "y from voxel 32 of 40"
    assert np.array_equal(np.concatenate([seen.raw, fresh.raw], axis=1), volume.raw)
    assert seen.scale == fresh.scale == volume.scale


def test_a_patch_is_no_larger_than_the_volume_needs():
    design = tiny_design()
    assert fitting_patch(design, (500, 500, 500)) == (48, 80, 80)
    patch = fitting_patch(design, (17, 500, 30))
    assert all(n % m == 0 for n, m in zip(patch, design.multiple, strict=True))
    assert (17, 30) <= (patch[0], patch[2]) <= (24, 40)


def test_a_patch_larger_than_the_volume_is_refused_before_anything_is_made(tmp_path):
    plan = TrainingPlan(steps=1, batch=1, patch=(16, 64, 16))
    with pytest.raises(
        ValueError, match=r"larger than the volume to train on.*fills is \(24, 32, 6"
    ):
        train_and_score(
            boxes((24, 32, 64)),
            tmp_path / "run",
            voxel_size_nm=SIZE,
            plan=plan,
            design=tiny_design(),
            held_out=0,
        )
    assert not (tmp_path / "run").exists()


def test_what_cannot_be_trained_is_said_in_one_line(tmp_path):
    volume = boxes((24, 32, 64))
    ids = volume.neuron_ids.copy()
    ids[:, :, 48:] = 1
    half = TrainingVolume(volume.raw, ids, name="half.npy")
    with pytest.raises(ValueError, match=r"half\.npy have fewer than two neurons in the part held"):
        split(half, 0.2)
    with pytest.raises(ValueError, match=r"share from 0 to 0\.5, got 0\.9"):
        split(volume, 0.9)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("kept")
    with pytest.raises(ValueError, match="exists and is no run of this command"):
        train(tmp_path / "mine")
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_devices_that_are_not_there_are_named():
    assert checked_device("cpu") == "cpu"
    with pytest.raises(ValueError, match="such as cpu, cuda, cuda:1 or mps; got 'gpu'"):
        checked_device("gpu")
    with pytest.raises(ValueError, match="device cuda:99 is not at hand"):
        checked_device("cuda:99")
