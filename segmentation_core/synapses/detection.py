"""Detection: from micrographs and a segmentation to a table of synapses."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from segmentation_core.network.intensities import checked_raw, measure_intensities
from segmentation_core.skeletons.label_source import LabelSource, label_source

from .candidates import FEATURES, Candidate, CandidateRules, Grid, candidates
from .polarity import POLARITY_FEATURES, grey_and_roughness

if TYPE_CHECKING:
    import pandas as pd

    from .weights_file import SynapseModel

# A site with its sides is smaller than this.
_SITE_NM = 700.0
_LARGEST_ID = np.iinfo(np.int64).max


def detect_synapses(
    raw: Any,
    labels: Any,
    *,
    voxel_size_nm: Sequence[float] | None = None,
    offset_nm: Sequence[float] | None = None,
    model: SynapseModel | str | os.PathLike[str] | None = None,
    least_confidence: float = 0.5,
    transmitters: Sequence[str] | None = None,
    rules: CandidateRules | None = None,
    block_shape: Sequence[int] | None = None,
    device: str | None = None,
) -> pd.DataFrame:
    """Find synapses, and which segments they join.

    Parameters
    ----------
    raw : (z, y, x) uint8
        Micrographs, membranes dark; anything that can be sliced.
    labels : (z, y, x) integers, 0 = none
        Segments of the same voxels.
    voxel_size_nm : (z, y, x) floats
        Needed unless `labels` or `raw` is a `Volume`.
    offset_nm : (z, y, x) floats, optional
        Where the centre of voxel (0, 0, 0) lies; by default what a `Volume` says, else 0.
    model : SynapseModel or path, optional
        By default the bundled one for this voxel size, which was trained on simulation alone.
    least_confidence : float in [0, 1]
        Rows less sure than this are left out; 0 gives all candidates.
    transmitters : two str, optional
        Names of the excitatory and of the inhibitory transmitter; given these, the table has
        columns ``sign`` and ``neurotransmitter``.
    rules : CandidateRules, optional
        What is taken for a site.
    block_shape : (z, y, x) ints, optional
        Work in blocks of this shape, at most one in memory with what is around it. The table is
        the same but for rounding.
    device : str, optional
        Torch device; by default CUDA, then MPS, then the CPU.

    Returns
    -------
    DataFrame, one row per site and receiver
        ``synapse_id``; ``site_id``, shared by the receivers of a polyadic site; ``pre_id`` and
        ``post_id`` (Int64, null where that side is not attached to a segment); ``x_nm`` ``y_nm``
        ``z_nm`` of the cleft, ``pre_x_nm`` ... and ``post_x_nm`` ... inside the partners;
        ``confidence``, the calibrated chance that both partners are right; ``score``, the mean
        probability of the cleft; ``size``, the contact of the two partners at the site in nm^2;
        ``sign`` (+1, -1) and ``neurotransmitter`` if asked for.

    Raises
    ------
    ValueError
        Micrographs that are not uint8, labels of another shape, no voxel size, no model for it.

    Notes
    -----
    In the spirit of Buhmann et al. 2021, doi:10.1038/s41592-021-01183-7, with sides in place of
    direction vectors: partners then follow from the segmentation, several of them if need be.

    Examples
    --------
    >>> import segmentation_core as sc
    >>> volume = sc.simulate_volume((8, 128, 128), voxel_size_nm=(40, 4, 4), rng=0)
    >>> table = sc.detect_synapses(volume.raw, volume.labels, voxel_size_nm=(40, 4, 4))
    >>> list(table.columns[:4])
    ['synapse_id', 'site_id', 'pre_id', 'post_id']
    """
    checked_raw(raw)
    if voxel_size_nm is None and not hasattr(labels, "voxel_size_nm"):
        voxel_size_nm = getattr(raw, "voxel_size_nm", None)
    source = label_source(labels, voxel_size_nm, offset_nm)
    if tuple(raw.shape) != source.shape:
        msg = (
            f"raw and labels must be of one shape, got {tuple(raw.shape)} and {source.shape}; "
            "crop both to what they share."
        )
        raise ValueError(msg)
    if not 0 <= least_confidence <= 1:
        msg = f"least_confidence must lie in [0, 1], got {least_confidence!r}."
        raise ValueError(msg)
    if transmitters is not None and (isinstance(transmitters, str) or len(transmitters) != 2):
        msg = (
            "transmitters must be two names, excitatory and inhibitory, such as "
            f"('glutamate', 'gaba'), got {transmitters!r}."
        )
        raise ValueError(msg)
    known = _model(model, source)
    rules = CandidateRules() if rules is None else rules
    rows = _rows(raw, source, known, rules, block_shape, device)
    table = _table(rows, source)
    table["confidence"] = known.calibration.confidence(table) if len(table) else 0.0
    table = table[table["confidence"] >= least_confidence].reset_index(drop=True)
    return _finished(table, transmitters)


def candidate_table(
    raw: Any,
    labels: Any,
    *,
    voxel_size_nm: Sequence[float],
    model: SynapseModel,
    rules: CandidateRules | None = None,
    device: str | None = None,
) -> pd.DataFrame:
    """All candidates with their features, for calibration."""
    source = label_source(labels, voxel_size_nm)
    rows = _rows(raw, source, model, CandidateRules() if rules is None else rules, None, device)
    return _table(rows, source)


def _model(model: SynapseModel | str | os.PathLike[str] | None, source: LabelSource) -> Any:
    from .weights_file import load_synapse_model, model_for

    if model is None:
        z, y, x = (float(size) for size in source.voxel_size_nm)
        return model_for((z, y, x))
    if isinstance(model, (str, os.PathLike)):
        return load_synapse_model(os.fspath(model))
    return model


def _rows(
    raw: Any,
    source: LabelSource,
    model: SynapseModel,
    rules: CandidateRules,
    block_shape: Sequence[int] | None,
    device: str | None,
) -> list[Candidate]:
    """Candidates of all blocks, numbered through; each site is that of the block it lies in."""
    from .prediction import predict_maps

    design = model.net.design
    stem = np.array(design.stem)
    scale = measure_intensities(raw)
    shape = np.array(source.shape)
    step = _blocks_of(block_shape, shape, np.array(design.multiple))
    margin = np.ceil(_SITE_NM / source.voxel_size_nm / design.multiple).astype(int)
    margin *= design.multiple
    rows: list[Candidate] = []
    axes = [range(0, int(n), int(s)) for n, s in zip(shape, step, strict=True)]
    for corner in itertools.product(*axes):
        start = np.array(corner)
        stop = np.minimum(start + step, shape)
        low, high = np.maximum(start - margin, 0), np.minimum(stop + margin, shape)
        maps = predict_maps(
            raw, model.net, scale=scale, device=device, window=(tuple(low), tuple(high))
        )
        # A point of the grid is in the segment of the voxel in its middle.
        box = source.read(low, high)
        pick = [
            np.minimum(np.arange(n) * s + s // 2, size - 1)
            for n, s, size in zip(maps.shape[1:], stem, box.shape, strict=True)
        ]
        points = np.ascontiguousarray(box[np.ix_(*pick)])
        size = source.voxel_size_nm
        grid = Grid((low + (stem - 1) / 2) * size, stem * size)
        # Half-open, so that a site in the plane between two blocks is of one of them.
        first, last = start * size, np.where(stop == shape, np.inf, stop * size)
        first = np.where(start == 0, -np.inf, first)
        n_before = 1 + max((row.site for row in rows), default=0)
        grey = scale.standardise(np.asarray(raw[tuple(map(slice, low, high))]))
        looks = grey_and_roughness(grey, design.stem)
        found = candidates(maps, points, grid, rules, looks=looks, polarity=model.polarity)
        for row in found:
            if (row.cleft_nm >= first).all() and (row.cleft_nm < last).all():
                rows.append(row._replace(site=row.site + n_before))
    return rows


def _blocks_of(block_shape: Sequence[int] | None, shape: Any, multiple: Any) -> Any:
    if block_shape is None:
        return shape
    if len(block_shape) != 3 or not all(int(b) == b and b >= 1 for b in block_shape):
        msg = f"block_shape must be three whole numbers of at least 1, got {block_shape!r}."
        raise ValueError(msg)
    return -(-np.array(block_shape) // multiple) * multiple


def _table(rows: list[Candidate], source: LabelSource) -> pd.DataFrame:
    """Candidates as a table, features included, in an order that blocks do not change."""
    import pandas as pd

    for row in rows:
        if max(row.pre_id, row.post_id) > _LARGEST_ID:
            msg = (
                f"label {max(row.pre_id, row.post_id)} does not fit the signed ids of a table, "
                f"which end at {_LARGEST_ID}; renumber the labels first."
            )
            raise ValueError(msg)
    rows = sorted(rows, key=lambda r: (*np.round(r.cleft_nm, 1).tolist(), -r.post_share))
    numbers: dict[int, int] = {}
    site = [numbers.setdefault(row.site, len(numbers) + 1) for row in rows]
    columns: dict[str, Any] = {"site_id": np.array(site, np.int64)}
    for side in ("pre_id", "post_id"):
        ids = np.array([getattr(row, side) for row in rows], np.int64)
        columns[side] = pd.arrays.IntegerArray(ids, ids == 0)
    for prefix, name in (("", "cleft_nm"), ("pre_", "pre_nm"), ("post_", "post_nm")):
        places = np.array([getattr(row, name) for row in rows], float).reshape(-1, 3)
        places = places + source.offset_nm
        for axis, letter in ((2, "x"), (1, "y"), (0, "z")):
            columns[f"{prefix}{letter}_nm"] = places[:, axis]
    for name in ("contact_nm2", "inhibitory", *FEATURES):
        columns[name] = np.array([getattr(row, name) for row in rows], float)
    for k, name in enumerate(POLARITY_FEATURES):
        ends = [(row.looks[0], row.looks[1]) for row in rows]
        difference = [0.0 if b is None else float(a[k] - b[k]) for a, b in ends]
        columns[f"looks_{name}"] = np.array(difference, float)
    return pd.DataFrame(columns)


def _finished(table: pd.DataFrame, transmitters: Sequence[str] | None) -> pd.DataFrame:
    """The columns of the contract."""
    import pandas as pd

    for side in ("pre", "post"):
        # An unattached side has no place of its own.
        places = [f"{side}_{axis}_nm" for axis in "xyz"]
        table.loc[table[f"{side}_id"].isna(), places] = np.nan
    renumbered = {old: k + 1 for k, old in enumerate(dict.fromkeys(table["site_id"]))}
    columns = {
        "synapse_id": np.arange(1, len(table) + 1, dtype=np.int64),
        "site_id": table["site_id"].map(renumbered).astype(np.int64),
        **{name: table[name] for name in ("pre_id", "post_id")},
        **{
            f"{side}{a}_nm": table[f"{side}{a}_nm"] for side in ("", "pre_", "post_") for a in "xyz"
        },
        "confidence": table["confidence"].astype(float),
        "score": 1 / (1 + np.exp(-table["cleft_mean"])),
        "size": table["contact_nm2"],
    }
    if transmitters is not None:
        inhibits = table["inhibitory"].to_numpy() >= 0.5
        columns["sign"] = np.where(inhibits, -1, 1).astype(np.int64)
        columns["neurotransmitter"] = pd.Series(
            [transmitters[int(i)] for i in inhibits], dtype="str", index=table.index
        )
    return pd.DataFrame(columns)
