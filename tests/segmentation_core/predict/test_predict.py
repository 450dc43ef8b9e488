"""Prediction: the same for any tiles, any runtime and any device; what does not fit is refused."""

import pickle

import numpy as np
import pytest
import torch

import segmentation_core as sc
from segmentation_core.network import checkpoints
from segmentation_core.network.bundled import BUNDLED, bundled_weights
from segmentation_core.network.folded import FoldedNetwork
from segmentation_core.network.intensities import measure_intensities
from segmentation_core.network.unet import UNet
from segmentation_core.predict.predictor import Predictor

from ..network.tiny import OFFSETS, boxes, tiny_design

SIZE = (10, 10, 10)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A network that was never trained: as sensitive to its surroundings as any."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "tiny.pt"
    checkpoints.save_weights(path, UNet(tiny_design()), {})
    return path


@pytest.fixture(scope="module")
def raw():
    return boxes((30, 41, 50)).raw


def test_folding_changes_no_answer(weights):
    net, _ = checkpoints.load_weights(weights)
    x = torch.randn(1, 1, 8, 16, 16)
    with torch.no_grad():
        expected = torch.sigmoid(net(x)[0]) * 255
        folded = FoldedNetwork(net)(x)
    assert folded.dtype == torch.uint8
    assert (folded.float() - expected).abs().max() <= 0.51


@pytest.mark.parametrize("tile", [(12, 20, 16), (16, 41, 50)])
def test_tiles_cannot_be_seen_in_the_result(weights, raw, tile):
    whole = sc.predict_affinities(raw, voxel_size_nm=SIZE, weights=weights, tile=raw.shape)
    tiled = sc.predict_affinities(raw, voxel_size_nm=SIZE, weights=weights, tile=tile)
    # A network this small sees no further than the halo: only rounding is left.
    apart = np.abs(whole.affinities.astype(int) - tiled.affinities)
    assert apart.max() <= 1
    assert (whole.offsets == OFFSETS).all()


def test_what_lies_outside_has_no_affinity(weights, raw):
    affinities, offsets = sc.predict_affinities(
        raw, voxel_size_nm=SIZE, weights=weights, tile=(8, 16, 16)
    )
    for channel, (z, y, x) in zip(affinities, offsets, strict=True):
        assert not channel[: max(0, -z)].any()
        assert not channel[:, : max(0, -y)].any()
        assert not channel[:, :, : max(0, -x)].any()
        assert channel[-z:, -y:, -x:].any()


def test_it_reads_and_writes_what_can_be_sliced_a_block_at_a_time(weights, raw):
    class Slow:
        shape, dtype = raw.shape, raw.dtype
        largest = 0

        def __getitem__(self, key):
            block = raw[key]
            Slow.largest = max(Slow.largest, block.size)
            return block

    class Sink:
        dtype = np.dtype(np.uint8)
        shape = (len(OFFSETS), *raw.shape)
        memory = np.zeros(shape, np.uint8)

        def __getitem__(self, key):
            return self.memory[key]

        def __setitem__(self, key, value):
            self.memory[key] = value

    sink, told = Sink(), []
    found = sc.predict_affinities(
        Slow(),
        voxel_size_nm=SIZE,
        weights=weights,
        tile=(16, 16, 24),
        out=sink,
        on_tile=lambda done, total: told.append((done, total)),
    )
    assert found.affinities is sink
    direct = sc.predict_affinities(raw, voxel_size_nm=SIZE, weights=weights, tile=(16, 16, 24))
    assert (sink.memory == direct.affinities).all()
    assert told[-1] == (2 * 3 * 3, 2 * 3 * 3)


def test_a_block_is_that_part_of_the_whole(weights, raw):
    predictor = pickle.loads(pickle.dumps(Predictor(SIZE, weights=weights)))
    scale = measure_intensities(raw)
    whole = predictor.block(raw, (0, 0, 0), raw.shape, scale=scale)
    part = predictor.block(raw, (7, 5, 20), (19, 30, 50), scale=scale)
    assert np.abs(part.astype(int) - whole[:, 7:19, 5:30, 20:50]).max() <= 1


def test_openvino_agrees_with_torch(weights, raw):
    pytest.importorskip("openvino")
    a = sc.predict_affinities(raw, voxel_size_nm=SIZE, weights=weights)
    b = sc.predict_affinities(
        raw, voxel_size_nm=SIZE, weights=weights, runtime="openvino", precision="float32"
    )
    assert np.abs(a.affinities.astype(int) - b.affinities).max() <= 2


def test_the_gpu_agrees_with_the_cpu(weights, raw):
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    a = sc.predict_affinities(raw, voxel_size_nm=SIZE, weights=weights, device="cpu")
    for precision, most in (("float32", 3), ("bfloat16", 13)):
        b = sc.predict_affinities(
            raw, voxel_size_nm=SIZE, weights=weights, device="cuda", precision=precision
        )
        assert np.abs(a.affinities.astype(int) - b.affinities).max() <= most


def test_the_volume_may_know_its_voxel_size(weights, raw):
    volume = sc.open_volume(raw, voxel_size_nm=SIZE)
    a = sc.predict_affinities(volume, weights=weights)
    b = sc.predict_affinities(raw, voxel_size_nm=SIZE, weights=weights)
    assert (a.affinities == b.affinities).all()


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_weights_are_small_and_say_where_they_come_from(name):
    path = bundled_weights(BUNDLED[name])
    assert path.stat().st_size < 8_000_000
    net, card = checkpoints.load_weights(path)
    assert net.design.voxel_size_nm == BUNDLED[name]
    assert card["data"]
    assert card["licence"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"voxel_size_nm": None}, "voxel_size_nm is missing and the volume does not know it"),
        ({"voxel_size_nm": (40, 4, 4)}, r"tiny\.pt was trained on voxels of 10 x 10 x 10 nm"),
        ({"voxel_size_nm": (10, 10)}, "voxel_size_nm"),
        ({"tile": (0, 8, 8)}, "tile must be three positive numbers"),
        (
            {"out": np.zeros((1, 2, 2, 2), np.uint8)},
            r"out must be uint8 of shape \(5, 30, 41, 50\)",
        ),
        ({"n_views": 3}, "n_views must be 1, 2, 4 or 8"),
        ({"runtime": "onnx"}, "runtime must be 'torch' or 'openvino', got 'onnx'"),
        ({"runtime": "openvino", "device": "cuda"}, "runs on the CPU"),
        ({"precision": "int8"}, "precision must be float32"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(weights, raw, change, message):
    settings = {"voxel_size_nm": SIZE, "weights": weights, **change}
    with pytest.raises(ValueError, match=message) as caught:
        sc.predict_affinities(raw, **settings)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("volume", "message"),
    [
        (np.zeros((4, 8, 8), np.float32), r"volume must be uint8 micrographs, got float32"),
        (np.full((4, 8, 8), np.nan), "got float64"),
        (np.zeros((8, 8), np.uint8), r"three axes \(z, y, x\), got shape \(8, 8\)"),
        (np.zeros((0, 8, 8), np.uint8), "volume is empty"),
        ([[1, 2]], "volume must be an array"),
    ],
)
def test_bad_volumes_are_named(volume, message):
    with pytest.raises(ValueError, match=message):
        sc.predict_affinities(volume, voxel_size_nm=SIZE)


def test_no_weights_for_such_voxels():
    with pytest.raises(ValueError, match="no bundled weights fit voxels of 100 x 100 x 100 nm"):
        bundled_weights((100, 100, 100))


def test_a_volume_that_gives_less_than_asked_is_an_error(weights):
    class Short:
        shape, dtype = (8, 8, 16), np.dtype(np.uint8)

        def __getitem__(self, key):
            return np.zeros((8, 8, 4), np.uint8)

    with pytest.raises(ValueError, match=r"gave a block of shape \(8, 8, 4\)"):
        sc.predict_affinities(Short(), voxel_size_nm=SIZE, weights=weights)


def test_black_borders_do_not_move_the_grey_scale():
    grey = np.random.default_rng(0).integers(90, 160, (6, 20, 20)).astype(np.uint8)
    padded = np.pad(grey, 7)
    assert measure_intensities(padded) == measure_intensities(grey)
    assert measure_intensities(np.zeros((2, 2, 2), np.uint8)).spread == 1
