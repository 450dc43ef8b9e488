"""Real volumes with truth, segmented by the bundled network; says of each whether it was trained on it.

Looked for where NEUROPIL_DATA points. What the network scores where it had not been trained stands in
docs/model_cards.md: these are the final weights, which saw all they could.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import segmentation_core as sc

from .measure import Row, absent, data_file, installed
from .reconstruction import segments_of, segments_row

NAMES = ("fib25_train", "gala_train", "gala_example")
SIZE_NM = (10.0, 10.0, 10.0)


def rows(*, quick: bool, slow_peers: bool) -> Iterator[Row]:  # noqa: ARG001
    """A row to each volume, beside the same chain of libraries on the same affinities."""
    job = "real FIB-SEM: segments"
    if not installed("torch"):
        yield Row(job=job, graph="", ours=float("nan"), peer="torch")
        return
    card = str(sc.Predictor(SIZE_NM, device="cpu").card.get("data", ""))
    for name in NAMES[-1:] if quick else NAMES:
        file = data_file(f"{name}.h5")
        if file is None:
            yield absent(job, name)
            continue
        import h5py

        with h5py.File(file) as held:
            cut = np.s_[:20, :64, :64] if quick else np.s_[:]
            raw, truth = held["raw"][cut], held["neuron_ids"][cut].astype(np.uint64)
        seen = "trained on it" if name in card else "not trained on it"
        words = f"{name} {raw.size / 1e6:.2g} Mvoxel, {seen}"
        yield segments_row(job, words, [truth], [segments_of(raw, truth, SIZE_NM)])
