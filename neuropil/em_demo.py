"""EM demo: a simulated piece of tissue goes from voxels to tables, and is held against what was planted."""

from __future__ import annotations

import csv
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest import Reconstruction

# 1.3 x 1.5 x 1.5 um of simulated cortex, with a synapse wherever a contact has room for one, so that
# a piece this small has a graph.
SHAPE = (32, 384, 384)
VOXEL_SIZE_NM = (40.0, 4.0, 4.0)
SYNAPSES_PER_UM3 = 30.0
# No network was trained on seeds from here on. This one has more synapses than its neighbours, and
# was taken for that before any of them was scored.
FIRST_SEED = 1_000_003
NEEDS = ("torch", "bioimage_cpp", "cc3d", "edt", "fastremap", "tensorstore")


@dataclass(frozen=True, kw_only=True)
class EmDemo:
    """What the demo made.

    Attributes
    ----------
    made : Reconstruction
    n_planted : int
        Ordered pairs of different neurons with a planted synapse.
    report, tables, volumes : Path
        The page, the connectome, and what ``neuropil view`` shows.
    """

    made: Reconstruction
    n_planted: int
    report: Path
    tables: Path
    volumes: Path

    def in_words(self) -> str:
        """One line: how much of the planted graph was found.

        Returns
        -------
        str
            Where nothing was found there is no precision, and none is given.
        """
        scores = self.made.scores or {}
        found = len(self.made.edges)
        precision = f"edge precision {scores['edge_precision']:.2f}, " if found else ""
        return (
            f"simulation: {self.n_planted} connections planted, {found} found; {precision}"
            f"edge recall {scores['edge_recall']:.2f}, "
            f"adapted Rand error {scores['adapted_rand_error']:.3f}"
        )


def lacking() -> tuple[str, ...]:
    """Names of the libraries that the demo needs and that are not installed."""
    return tuple(name for name in NEEDS if importlib.util.find_spec(name) is None)


def run_em_demo(
    out: str | Path,
    *,
    shape: tuple[int, int, int] = SHAPE,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> EmDemo:
    """Simulate tissue, reconstruct it with the bundled networks, compare with the truth.

    Parameters
    ----------
    out : path
        Folder for ``tables/``, ``volumes/`` (for Neuroglancer), ``report.html`` with ``figures/``,
        and ``scores.csv``. What an earlier run left there is replaced.
    shape : (z, y, x)
        Voxels of 40 x 4 x 4 nm.
    seed : int
        Of the tissue. The networks were trained on other seeds.
    progress : callable, optional
        Told in words what is done next.

    Returns
    -------
    EmDemo

    Raises
    ------
    ImportError
        Where a library of the extra ``segmentation`` is missing.
    """
    if missing := lacking():
        msg = (
            f"From voxels to tables needs {', '.join(missing)}, not installed: "
            "pip install 'neuropil[segmentation]'."
        )
        raise ImportError(msg)
    import ingest
    import segmentation_core as sc
    from connectome_analysis.errors import fit_segmentation_scores

    from .em_report import build_em_report
    from .whole_file import whole_file

    say = progress or (lambda _: None)
    command = f"neuropil demo --seed {seed}"
    say("simulating tissue")
    tissue = sc.simulate_volume(
        shape,
        voxel_size_nm=VOXEL_SIZE_NM,
        synapses_per_um3=SYNAPSES_PER_UM3,
        rng=FIRST_SEED + seed,
    )
    target = Path(out)
    target.mkdir(parents=True, exist_ok=True)
    made = ingest.em(
        tissue.raw,
        target / "tables",
        voxel_size_nm=VOXEL_SIZE_NM,
        true_labels=tissue.labels,
        true_synapses=tissue.synapses,
        error_model_of=fit_segmentation_scores,
        volumes_out=target / "volumes",
        description={
            "name": "simulated-tissue",
            "source": "simulation: segmentation_core.simulate_volume",
            "licence": "none needed: simulated",
            "notes": "Simulated tissue, not a recording of any animal.",
        },
        overwrite=True,
        command=command,
        progress=say,
    )
    with whole_file(target / "scores.csv") as part, part.open("w", newline="") as file:
        csv.writer(file).writerows([("score", "value"), *(made.scores or {}).items()])
    say("writing the report")
    report = build_em_report(made, target, name="Simulated tissue", command=command)
    planted = tissue.edges
    return EmDemo(
        made=made,
        n_planted=int((planted["pre_id"] != planted["post_id"]).sum()),
        report=report,
        tables=target / "tables",
        volumes=target / "volumes",
    )
