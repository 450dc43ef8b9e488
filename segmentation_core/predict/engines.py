"""Engines: what runs a folded network on one tile: torch on any device, or OpenVINO on a CPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Runtime = Literal["torch", "openvino"]
Precision = Literal["float32", "bfloat16", "float16"]

# (z, y, x) float32 to (C, z, y, x) uint8.
Engine = Callable[[NDArray[np.float32]], NDArray[np.uint8]]


def cpu_is_fast_in_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 in hardware; elsewhere it is a hundred times slower."""
    import torch

    if hasattr(torch.cpu, "get_capabilities"):
        found = torch.cpu.get_capabilities()
        return bool(found.get("avx512_bf16") or found.get("amx_bf16") or found.get("bf16"))
    return False


def pick_precision(device: str) -> Precision:
    """Arithmetic that pays on a device: half precision on a GPU, bfloat16 where a CPU has it."""
    import torch

    kind = torch.device(device).type
    if kind == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
    if kind == "cpu" and cpu_is_fast_in_bfloat16():
        return "bfloat16"
    return "float32"


def torch_engine(network: Any, device: str, precision: Precision) -> Engine:
    """Run on a torch device.

    Parameters
    ----------
    network : FoldedNetwork
        What to run; it is moved.
    device : str
        Torch device.
    precision : str
        Of the arithmetic.
    """
    import torch

    dtype = getattr(torch, precision)
    where = torch.device(device)
    memory: Any = torch.channels_last_3d
    network = network.to(where, dtype).to(memory_format=memory).eval()

    def run(tile: NDArray[np.float32]) -> NDArray[np.uint8]:
        with torch.inference_mode():
            x = torch.from_numpy(np.ascontiguousarray(tile))[None, None].to(where, dtype)
            return np.asarray(network(x)[0].cpu().numpy())

    return run


def openvino_engine(network: Any, precision: Precision | None, n_threads: int | None) -> Engine:
    """Run on the CPU with OpenVINO; a network is compiled once for each shape of tile.

    Parameters
    ----------
    network : FoldedNetwork
        What to run.
    precision : str, optional
        Of the arithmetic; by default what the processor is fast in.
    n_threads : int, optional
        Threads; by default those of torch.

    Raises
    ------
    ImportError
        If openvino is not installed.
    """
    import torch

    try:
        import openvino
    except ImportError as error:
        msg = "runtime='openvino' needs OpenVINO: pip install 'neuropil[openvino]'"
        raise ImportError(msg) from error
    from segmentation_core.predict.openvino_graph import openvino_graph

    if precision is None:
        precision = "bfloat16" if cpu_is_fast_in_bfloat16() else "float32"
    core = openvino.Core()
    settings = {
        "INFERENCE_PRECISION_HINT": {"float32": "f32", "bfloat16": "bf16", "float16": "f16"}[
            precision
        ],
        "INFERENCE_NUM_THREADS": n_threads or torch.get_num_threads(),
        "PERFORMANCE_HINT": "LATENCY",
    }
    compiled: dict[tuple[int, ...], Any] = {}

    def run(tile: NDArray[np.float32]) -> NDArray[np.uint8]:
        x = np.ascontiguousarray(tile)[None, None]
        if x.shape not in compiled:
            model = openvino_graph(network, (x.shape[2], x.shape[3], x.shape[4]))
            compiled[x.shape] = core.compile_model(model, "CPU", settings)
        result = compiled[x.shape](x)[0]
        return np.asarray(result[0], np.uint8).copy()

    return run
