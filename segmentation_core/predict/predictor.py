"""Predictor: a network ready to judge any block of any volume."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentation_core.network.bundled import bundled_weights, require_fit
from segmentation_core.network.intensities import (
    IntensityScale,
    checked_raw,
    measure_intensities,
)
from segmentation_core.predict import engines, tiles
from segmentation_core.predict.mirrors import mean_over_mirrors

# Context beyond which what the network sees hardly moves its answer. On fib25 the largest change of an
# affinity with the tiles was 84 of 255 at 160 nm, 10 at 240 and 1 at 320; on simulated thick
# sections 79 with 4 sections and 2 with 6.
HALO_NM = 240.0
_HALO_SECTIONS = 6


class Affinities(NamedTuple):
    """What `predict_affinities` gives.

    Attributes
    ----------
    affinities : (C, z, y, x) uint8
        255 where ``p`` and ``p + offsets[c]`` certainly belong to one neuron; 0 where
        ``p + offsets[c]`` lies outside.
    offsets : (C, 3) int64
    """

    affinities: Any
    offsets: NDArray[np.int64]


class Predictor:
    """A network with the weights, device and precision it runs with.

    Can be pickled; the network is loaded where it is first used, so that each worker of a cluster
    has its own.

    Parameters
    ----------
    voxel_size_nm : (z, y, x) floats
        Of the volumes to come.
    weights : path, optional
        By default those of the package for this voxel size.
    device : str, optional
        Torch device; by default CUDA, then MPS, then the CPU.
    runtime : {"torch", "openvino"}, optional
        OpenVINO runs on a CPU only.
    precision : {"float32", "bfloat16", "float16"}, optional
        By default what the device is fast in.
    n_views : {1, 2, 4, 8}, optional
        Mirror images of each tile to average over.
    n_threads : int, optional
        For OpenVINO; torch has its own setting.

    Raises
    ------
    ValueError
        If the weights were trained for other voxels.
    """

    def __init__(
        self,
        voxel_size_nm: Sequence[float],
        *,
        weights: str | Path | None = None,
        device: str | None = None,
        runtime: engines.Runtime = "torch",
        precision: engines.Precision | None = None,
        n_views: int = 1,
        n_threads: int | None = None,
    ) -> None:
        if runtime not in ("torch", "openvino"):
            msg = f"runtime must be 'torch' or 'openvino', got {runtime!r}."
            raise ValueError(msg)
        if n_views not in (1, 2, 4, 8):
            msg = f"n_views must be 1, 2, 4 or 8 mirror images, got {n_views!r}."
            raise ValueError(msg)
        if precision not in (None, "float32", "bfloat16", "float16"):
            msg = f"precision must be float32, bfloat16 or float16, got {precision!r}."
            raise ValueError(msg)
        if runtime == "openvino" and device not in (None, "cpu"):
            msg = f"runtime='openvino' runs on the CPU, got device={device!r}; leave it out."
            raise ValueError(msg)
        self.weights = Path(weights) if weights is not None else bundled_weights(voxel_size_nm)
        self.settings = (device, runtime, precision, n_threads)
        self.n_views = n_views
        self._loaded: tuple[Any, engines.Engine, dict[str, Any]] | None = None
        self.voxel_size_nm = tuple(float(s) for s in voxel_size_nm)
        require_fit(self.design.voxel_size_nm, voxel_size_nm, self.weights.name)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_loaded": None}

    def _network(self) -> tuple[Any, engines.Engine, dict[str, Any]]:
        if self._loaded is None:
            try:
                import torch  # noqa: F401
            except ImportError as error:
                msg = "predicting affinities needs torch: pip install 'neuropil[segmentation]'"
                raise ImportError(msg) from error
            from segmentation_core.network.checkpoints import load_weights
            from segmentation_core.network.devices import checked_device
            from segmentation_core.network.folded import FoldedNetwork

            net, card = load_weights(self.weights)
            device, runtime, precision, n_threads = self.settings
            folded = FoldedNetwork(net)
            if runtime == "openvino":
                engine = engines.openvino_engine(folded, precision, n_threads)
            else:
                device = checked_device(device)
                precision = precision or engines.pick_precision(device)
                engine = engines.torch_engine(folded, device, precision)
            self._loaded = net.design, engine, card
        return self._loaded

    @property
    def design(self) -> Any:
        """`NetworkDesign` of the network."""
        return self._network()[0]

    @property
    def card(self) -> dict[str, Any]:
        """Model card: plain values of data, licence, steps, scores."""
        return dict(self._network()[2])

    @property
    def advice(self) -> dict[str, Any]:
        """How to turn these affinities into neurons, chosen on training data, empty if nobody did.

        ``threshold``, ``fragment_options`` and ``agglomeration_options`` for `segment`.
        """
        return dict(self.card.get("advice", {}))

    @property
    def offsets(self) -> NDArray[np.int64]:
        """(C, 3) int64: of what neighbours the affinities speak."""
        return np.array(self.design.offsets, np.int64)

    @property
    def halo(self) -> tuple[int, int, int]:
        """Voxels of context read around a block, (z, y, x), where the volume has them."""
        size = self.design.voxel_size_nm
        thick = size[0] >= 2 * min(size)
        z, y, x = (int(-(-HALO_NM // s)) for s in size)
        return (_HALO_SECTIONS if thick else z), y, x

    def block(
        self,
        volume: Any,
        start: Sequence[int],
        stop: Sequence[int],
        *,
        scale: IntensityScale | None = None,
    ) -> NDArray[np.uint8]:
        """Affinities of one block of a volume, read with its halo.

        Parameters
        ----------
        volume : (z, y, x) uint8, anything that can be sliced
            Micrographs.
        start, stop : (z, y, x) ints
            The block.
        scale : IntensityScale, optional
            Grey values of the whole volume; measured anew when not given.

        Returns
        -------
        (C, z, y, x) uint8
            0 where ``p + offset`` lies outside the volume.
        """
        design, engine, _ = self._network()
        shape = tuple(int(n) for n in volume.shape)
        scale = scale or measure_intensities(volume)
        low, high = tiles.reading_box(start, stop, shape, self.halo, design.multiple)
        inside = tuple(slice(a, min(b, n)) for a, b, n in zip(low, high, shape, strict=True))
        raw = np.asarray(volume[inside])
        want = tuple(s.stop - s.start for s in inside)
        if raw.shape != want:
            msg = f"the volume gave a block of shape {raw.shape} where {want} was asked for."
            raise ValueError(msg)
        tile = scale.standardise(raw)
        lack = [(0, b - a - n) for a, b, n in zip(low, high, want, strict=True)]
        if any(b for _, b in lack):
            tile = np.pad(tile, lack, mode="edge")
        answer = mean_over_mirrors(engine, tile, design.offsets, self.n_views)
        kept = tuple(slice(a - b, c - b) for a, b, c in zip(start, low, stop, strict=True))
        result = np.ascontiguousarray(answer[(slice(None), *kept)])
        for c, offset in enumerate(design.offsets):
            for axis, o in enumerate(offset):
                at = [slice(None)] * 3
                # p + o < 0, or p + o >= n.
                at[axis] = (
                    slice(0, max(0, -o - start[axis]))
                    if o <= 0
                    else slice(max(0, shape[axis] - o - start[axis]), None)
                )
                result[c][tuple(at)] = 0
        return result


def predict_affinities(
    volume: Any,
    *,
    voxel_size_nm: Sequence[float] | None = None,
    weights: str | Path | None = None,
    device: str | None = None,
    runtime: engines.Runtime = "torch",
    precision: engines.Precision | None = None,
    n_views: int = 1,
    tile: Sequence[int] | None = None,
    out: Any = None,
    n_threads: int | None = None,
    on_tile: Any = None,
) -> Affinities:
    """Affinities of a volume of any size: whether each voxel and its neighbours are one neuron.

    The volume is read tile by tile and the answer written tile by tile: memory does not grow with
    the volume if both lie on disk. A tile answers for voxels around which it knows 240 nm (six
    thick sections) more, and tiles blend where they overlap.

    Parameters
    ----------
    volume : (z, y, x) uint8
        Micrographs: a numpy array, a `Volume`, a zarr array, anything that can be sliced.
    voxel_size_nm : (z, y, x) floats, optional
        Size of a voxel; a `Volume` knows its own.
    weights : path, optional
        A file `train_network` wrote; by default the weights of the package for this voxel size.
    device : str, optional
        Torch device; by default CUDA, then MPS, then the CPU.
    runtime : {"torch", "openvino"}, optional
        OpenVINO is faster on most processors: ``pip install 'neuropil[openvino]'``.
    precision : {"float32", "bfloat16", "float16"}, optional
        By default what the device is fast in.
    n_views : {1, 2, 4, 8}, optional
        Mean over so many mirror images: better by a little, slower by as much.
    tile : (z, y, x) ints, optional
        Voxels each tile adds.
    out : (C, z, y, x) uint8, anything that can be assigned to, optional
        Where to write, e.g. a zarr array; by default a new numpy array.
    n_threads : int, optional
        For OpenVINO; torch has its own setting.
    on_tile : function (done, total), optional
        Told after each tile.

    Returns
    -------
    Affinities
        ``affinities``, (C, z, y, x) uint8, which is `out` if given, and ``offsets``, (C, 3):
        what `watershed` and `agglomerate` take.

    Raises
    ------
    ValueError
        If the volume is not (z, y, x) uint8, the voxel size is missing or not what the weights
        were trained for, or `out` has another shape.

    Notes
    -----
    Grey values are standardised once for the whole volume. The network takes no statistics of its
    input (no normalisation layer does), so tiles differ only by what lies beyond the halo: with
    the bundled weights no affinity changes by more than 0.05, and one in 10 000 by more than 0.02,
    with the size of the tiles.

    Examples
    --------
    >>> raw = np.random.default_rng(0).integers(0, 255, (16, 32, 32)).astype(np.uint8)
    >>> affinities, offsets = predict_affinities(raw, voxel_size_nm=(10, 10, 10))
    >>> affinities.shape, affinities.dtype, offsets[0].tolist()
    ((12, 16, 32, 32), dtype('uint8'), [-1, 0, 0])
    """
    if not hasattr(volume, "shape") or not hasattr(volume, "dtype"):
        msg = f"volume must be an array (z, y, x) of uint8, got {type(volume).__name__}."
        raise ValueError(msg)
    checked_raw(volume, name="volume")
    if voxel_size_nm is None:
        voxel_size_nm = getattr(volume, "voxel_size_nm", None)
        if voxel_size_nm is None:
            msg = "voxel_size_nm is missing and the volume does not know it; pass (z, y, x) in nm."
            raise ValueError(msg)
    predictor = Predictor(
        voxel_size_nm,
        weights=weights,
        device=device,
        runtime=runtime,
        precision=precision,
        n_views=n_views,
        n_threads=n_threads,
    )
    return affinities_of(volume, predictor, tile=tile, out=out, on_tile=on_tile)


def affinities_of(
    volume: Any,
    predictor: Predictor,
    *,
    tile: Sequence[int] | None = None,
    out: Any = None,
    on_tile: Any = None,
) -> Affinities:
    """Affinities of a checked volume by a predictor that is there; see `predict_affinities`."""
    design = predictor.design
    shape = tuple(int(n) for n in volume.shape)
    full = (len(design.offsets), *shape)
    if out is None:
        out = np.zeros(full, np.uint8)
    elif tuple(out.shape) != full or np.dtype(out.dtype) != np.uint8:
        msg = f"out must be uint8 of shape {full}, got {out.dtype} of {tuple(out.shape)}."
        raise ValueError(msg)
    halo = predictor.halo
    if tile is None:
        # Read 192 voxels a side (40 sections of 384 where they are thick): 6 to 7 Mvoxel.
        read = (40, 384, 384) if halo[0] < halo[1] else (192, 192, 192)
        tile = [r - 2 * h for r, h in zip(read, halo, strict=True)]
    elif len(tile) != 3 or min(tile) < 1:
        msg = f"tile must be three positive numbers of voxels (z, y, x), got {tile!r}."
        raise ValueError(msg)
    scale = measure_intensities(volume)
    overlap = [h // 2 for h in halo]
    plan = list(tiles.tiles(shape, tile, overlap, design.multiple))
    for done, t in enumerate(plan, 1):
        block = predictor.block(volume, t.start, t.stop, scale=scale)
        where = (slice(None), *(slice(a, b) for a, b in zip(t.start, t.stop, strict=True)))
        if any(t.fade):
            before = np.asarray(out[where])
            block = blended(before, block, t)
        out[where] = block
        if on_tile is not None:
            on_tile(done, len(plan))
    return Affinities(out, predictor.offsets)


def blended(
    before: NDArray[np.uint8], block: NDArray[np.uint8], tile: tiles.Tile
) -> NDArray[np.uint8]:
    """Let a tile's answer take over from what earlier tiles wrote, over its fade.

    Parameters
    ----------
    before, block : (C, z, y, x) uint8
        What is there, and the tile's own.
    tile : Tile
        Its shape and fade.

    Returns
    -------
    (C, z, y, x) uint8
    """
    result = block.copy()
    shape = block.shape[1:]
    weight = tiles.fade_in(shape, tile.fade)
    for axis, fade in enumerate(tile.fade):
        if fade:
            face = [slice(None)] * 3
            face[axis] = slice(0, fade)
            at = (slice(None), *face)
            w = weight[tuple(face)]
            result[at] = np.rint(before[at] * (1 - w) + block[at] * w).astype(np.uint8)
    return result
