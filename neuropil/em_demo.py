"""EM demo: a simulated piece of tissue goes from voxels to tables, and is held against what was planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest import Reconstruction

# 1 x 1.5 x 1.5 um of simulated cortex, ten times as rich in synapses as the real one, so that a
# piece this small has a graph.
SHAPE = (24, 384, 384)
VOXEL_SIZE_NM = (40.0, 4.0, 4.0)
SYNAPSES_PER_UM3 = 12.0


@dataclass(frozen=True, kw_only=True)
class EmDemo:
    """What the demo made.

    Attributes
    ----------
    made : Reconstruction
    report : Path
        The page.
    """

    made: Reconstruction
    report: Path

    def in_words(self) -> str:
        """One line: how much of the planted graph was found."""
        scores = self.made.scores or {}
        return (
            f"simulated tissue: {scores['edge_recall']:.0%} of {scores['n_true']} planted synapses' "
            f"connections found, {scores['edge_precision']:.0%} of those found are real "
            f"(adapted Rand error {scores['adapted_rand_error']:.3f})"
        )


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
        Folder for ``tables/``, ``volumes/`` (for Neuroglancer) and ``report.html``. What an earlier
        run left there is replaced.
    shape : (z, y, x)
        Voxels of 40 x 4 x 4 nm.
    seed : int
        Of the tissue. The networks were trained on other seeds.
    progress : callable, optional
        Told in words what is done next.

    Returns
    -------
    EmDemo
    """
    import ingest
    import segmentation_core as sc
    from connectome_analysis.errors import fit_segmentation_scores

    from .em_report import build_em_report

    say = progress or (lambda _: None)
    say("simulating tissue")
    tissue = sc.simulate_volume(
        shape,
        voxel_size_nm=VOXEL_SIZE_NM,
        synapses_per_um3=SYNAPSES_PER_UM3,
        rng=1_000_000 + seed,
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
        command="neuropil demo",
        progress=say,
    )
    say("writing the report on voxels")
    report = build_em_report(made, target, name="Simulated tissue", command="neuropil demo")
    return EmDemo(made=made, report=report)
