"""Augmentations: labels go where the picture goes, and what is not known is said to be unknown."""

import dataclasses

import numpy as np
import pytest

from segmentation_core.network import augment
from segmentation_core.network.augment import (
    ANISOTROPIC_AUGMENTATION,
    ISOTROPIC_AUGMENTATION,
    Augmentation,
    Sample,
)
from segmentation_core.network.samples import draw_sample
from segmentation_core.network.training_volume import TrainingVolume

NOTHING = Augmentation(
    warp=0, contrast=0, brightness=0, gamma=0, noise=0, blur=0, section_brightness=0
)


def striped(shape=(12, 40, 44)):
    """Neurons whose grey value is their label, so that one tells where the other went."""
    z, y, x = np.indices(shape)
    blocks = x // 9 + 100 * (y // 11) + 10_000 * (z // 5)
    ids = 1 + np.unique(blocks, return_inverse=True)[1].reshape(shape)
    return TrainingVolume(ids.astype(np.uint8), ids)


def greys_of(volume, sample):
    """Grey values of a sample in the units of the volume."""
    return np.rint(sample.raw * volume.scale.spread + volume.scale.mean)


@pytest.mark.parametrize("size", [(10, 10, 10), (40, 4, 4)])
def test_labels_are_mirrored_and_transposed_with_the_picture(size):
    volume = striped()
    seen = set()
    for step in range(40):
        sample = draw_sample([volume], (8, 8, 12), size, NOTHING, seed=3, step=step)
        assert sample.raw.shape == (8, 8, 12)
        assert (greys_of(volume, sample) == sample.neuron_ids).all()
        assert not sample.unlabelled.any()
        seen.add(
            tuple(int(np.sign(np.abs(np.diff(sample.neuron_ids, axis=a)).sum())) for a in range(3))
        )
    assert len(seen) > 1


def test_labels_are_warped_with_the_picture():
    volume = striped((30, 60, 60))
    settings = dataclasses.replace(NOTHING, warp=1.0)
    sample = draw_sample([volume], (16, 24, 24), (10, 10, 10), settings, seed=1, step=0)
    inside = ~sample.unlabelled
    # Interpolation mixes grey values at faces; elsewhere they are those of the label.
    same = np.abs(greys_of(volume, sample) - sample.neuron_ids) < 1
    assert same[inside].mean() > 0.6
    assert inside.mean() > 0.5


def test_shifted_sections_carry_their_labels_and_forget_what_wrapped():
    ids = np.tile(np.arange(1, 33, dtype=np.int32), (6, 8, 1))
    sample = Sample(ids.astype(np.float32), ids, np.zeros(ids.shape, bool))
    settings = dataclasses.replace(NOTHING, shifted_section=0.6, slipped_stack=0.3, shift_nm=12.0)
    moved = augment.shift_sections(sample, (40, 4, 4), settings, np.random.default_rng(0))
    assert (moved.raw == moved.neuron_ids).all()
    assert moved.unlabelled.any()
    assert (moved.raw != sample.raw).any()
    known = ~moved.unlabelled
    for z in range(6):
        displacement = np.unique((moved.neuron_ids[z] - ids[z])[known[z]])
        assert len(displacement) == 1
    assert (sample.neuron_ids == ids).all()


def test_a_missing_section_is_black_and_its_labels_stay():
    raw = np.random.default_rng(0).normal(size=(40, 8, 8)).astype(np.float32)
    settings = dataclasses.replace(NOTHING, missing_section=0.3)
    spoilt = augment.spoil_sections(raw.copy(), settings, np.random.default_rng(1))
    missing = (spoilt == raw.min()).all(axis=(1, 2))
    assert 5 < missing.sum() < 20
    assert (spoilt[~missing] == raw[~missing]).all()


def test_a_damaged_section_changes_in_part():
    raw = np.random.default_rng(0).normal(size=(30, 32, 32)).astype(np.float32)
    settings = dataclasses.replace(NOTHING, damaged_section=0.5)
    changed = augment.spoil_sections(raw.copy(), settings, np.random.default_rng(1)) != raw
    share = changed.mean(axis=(1, 2))
    assert 5 < (share > 0).sum() < 25
    assert 0 < share[share > 0].min() < 0.9


def test_gamma_keeps_the_mean_grey_and_nothing_else_does_anything_when_off():
    raw = np.zeros((2, 3, 4), np.float32)
    settings = dataclasses.replace(NOTHING, gamma=0.5)
    np.testing.assert_allclose(
        augment.change_intensities(raw, settings, np.random.default_rng(0)), 0, atol=1e-5
    )
    raw = np.random.default_rng(0).normal(size=(2, 3, 4)).astype(np.float32)
    assert (augment.change_intensities(raw, NOTHING, np.random.default_rng(0)) == raw).all()
    assert (augment.spoil_sections(raw, NOTHING, np.random.default_rng(0)) == raw).all()


def test_a_small_volume_is_reflected_and_the_reflection_not_learnt_from():
    volume = striped((4, 40, 40))
    sample = draw_sample([volume], (8, 16, 16), (40, 4, 4), NOTHING, seed=0, step=0)
    assert sample.raw.shape == (8, 16, 16)
    assert sample.unlabelled.mean() == 0.5


@pytest.mark.parametrize("settings", [ISOTROPIC_AUGMENTATION, ANISOTROPIC_AUGMENTATION])
def test_the_seed_and_the_step_fix_the_sample(settings):
    size = (40, 4, 4) if settings.rotate_in_plane_only else (10, 10, 10)
    volumes = [striped(), striped((20, 30, 40))]
    for step in range(6):
        a, b = (draw_sample(volumes, (8, 16, 16), size, settings, seed=5, step=step) for _ in "ab")
        assert all((x == y).all() for x, y in zip(a, b, strict=True))
        assert a.raw.dtype == np.float32
        assert np.isfinite(a.raw).all()
    other = draw_sample(volumes, (8, 16, 16), size, settings, seed=6, step=0)
    first = draw_sample(volumes, (8, 16, 16), size, settings, seed=5, step=0)
    assert (other.raw != first.raw).any()


def test_training_volumes_say_what_is_wrong():
    grey = np.zeros((2, 3, 4), np.uint8)
    with pytest.raises(ValueError, match="raw of calyx must be uint8 micrographs, got float64"):
        TrainingVolume(grey.astype(float), name="calyx")
    with pytest.raises(ValueError, match=r"must have three axes \(z, y, x\), got shape \(3, 4\)"):
        TrainingVolume(grey[0])
    with pytest.raises(ValueError, match="is empty"):
        TrainingVolume(grey[:0])
    with pytest.raises(
        ValueError, match="neuron_ids of volume must be integers of the shape of raw"
    ):
        TrainingVolume(grey, np.zeros((2, 3, 5), int))
