"""Real volumes with truth, segmented by networks of the project; says of each what the network had seen of it.

Looked for where NEUROPIL_DATA points. The bundled network saw all of them. `held_out/isotropic_1489_steps.pt`
is the state of the same training before it was shown sections 80 to 109 of fib25_train and gala_example
(`tools/train_isotropic.py`), so what it scores there is what to expect of more of the same tissue.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .measure import Row, absent, data_file, installed
from .reconstruction import segments_of, segments_row

BEFORE = Path(__file__).parent / "held_out" / "isotropic_1489_steps.pt"
SIZE_NM = (10.0, 10.0, 10.0)


@dataclass(frozen=True, kw_only=True)
class Sections:
    """Sections of a file, the network that segments them, and what it was trained on."""

    name: str
    seen: str
    sections: slice | None = None
    weights: Path | None = None


VOLUMES = (
    Sections(
        name="fib25_train",
        sections=slice(80, 110),
        weights=BEFORE,
        seen="sections 80 to 109, **not trained on**",
    ),
    Sections(name="gala_example", weights=BEFORE, seen="**not trained on**"),
    Sections(name="fib25_train", weights=BEFORE, seen="trained on 80 of 110 sections"),
    Sections(name="fib25_train", seen="bundled network, trained on it"),
    Sections(name="gala_train", seen="bundled network, trained on it"),
    Sections(name="gala_example", seen="bundled network, trained on it"),
)


def rows(*, quick: bool, slow_peers: bool) -> Iterator[Row]:  # noqa: ARG001
    """A row to each volume, beside the same chain of libraries on the same affinities."""
    job = "real FIB-SEM: segments"
    if not installed("torch"):
        yield Row(job=job, graph="", ours=float("nan"), peer="torch")
        return
    for one in VOLUMES[1:2] if quick else VOLUMES:
        file = data_file(f"{one.name}.h5")
        if file is None:
            yield absent(job, f"{one.name}, {one.seen}")
            continue
        import h5py

        cut = np.s_[:20, :64, :64] if quick else (one.sections or slice(None))
        with h5py.File(file) as held:
            raw, truth = held["raw"][cut], held["neuron_ids"][cut].astype(np.uint64)
        words = f"{one.name} {raw.size / 1e6:.2g} Mvoxel, {one.seen}"
        yield segments_row(job, words, [truth], [segments_of(raw, truth, SIZE_NM, one.weights)])
