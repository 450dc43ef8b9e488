"""Habits of all plots: they return the axes, leave settings and inputs alone, and need no display."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

import connectome_analysis as ca
from tests.plot.drawn import clipped, saved

# Skeletons stand in axes of three dimensions: test_skeletons.py.
NAMES = tuple(name for name in ca.plot.__all__ if name != "skeletons")
Draw = Callable[[Axes | None], Axes]


def spectral_types(g: ca.Graph) -> ca.cell_types.CellTypes:
    """Types in the space of an embedding; which types does not matter here."""
    points = ca.cell_types.spectral_embedding(g, n_dimensions=2).points
    return ca.cell_types.CellTypes(
        node_ids=g.node_ids,
        labels=np.array([int(k % 15) for k in range(g.n_nodes)], dtype=object),
        confidence=np.ones(g.n_nodes),
        method="spectral",
        chosen="",
        embedding=points,
        facts={"embedding": "adjacency"},
    )


@pytest.fixture(params=NAMES)
def draw(
    request: pytest.FixtureRequest,
    worm: ca.Graph,
    triads_of_worm: pd.DataFrame,
    club_of_worm: pd.DataFrame,
) -> Draw:
    """One plot of a real result, as a function of the axes."""
    return {
        "adjacency": lambda ax: ca.plot.adjacency(worm, ax=ax),
        "colored_motifs": lambda ax: ca.plot.colored_motifs(
            ca.motifs.colored_census(worm, "sign"), ax
        ),
        "corrected_triads": lambda ax: ca.plot.corrected_triads(
            ca.errors.debias_triad_census(worm, beta=0.1), ax
        ),
        "degree_distribution": lambda ax: ca.plot.degree_distribution(worm, ax),
        "dendrogram": lambda ax: ca.plot.dendrogram(
            ca.cell_types.cluster(worm, n_types=6, confidence="none"), ax
        ),
        "distance_curve": lambda ax: ca.plot.distance_curve(
            ca.measures.distance_curve(worm, positions_nm=np.eye(279)[:, :3] * 9e3), ax
        ),
        "edge_conservation": lambda ax: ca.plot.edge_conservation(
            ca.compare.edge_conservation(worm, worm), ax
        ),
        "embedding": lambda ax: ca.plot.embedding(spectral_types(worm), ax),
        "error_fit": lambda ax: ca.plot.error_fit(
            ca.errors.fit_verified([3, 0, 2, 0, 1, 7], [4, 1, 2, 0, 0, 8], level="synapses"), ax
        ),
        "fitted_rates": lambda ax: ca.plot.fitted_rates(
            ca.errors.ErrorModel(alpha=0.01, beta=0.2, could_touch="all"), ax
        ),
        "group_densities": lambda ax: ca.plot.group_densities(
            ca.compare.group_density_test(worm, worm, "cell_class"), ax
        ),
        "motif": lambda ax: ca.plot.motif("4-204", ax),
        "motif_table": lambda ax: ca.plot.motif_table(["030T", "4-204"], ax=ax),
        "naive_and_aware": lambda ax: ca.plot.naive_and_aware(
            ca.motifs.significance(worm, n_samples=5, error_model=ca.errors.ErrorModel(beta=0.1)),
            ax,
        ),
        "nulls_compared": lambda ax: ca.plot.nulls_compared([triads_of_worm] * 2, ax),
        "path_lengths": lambda ax: ca.plot.path_lengths(ca.measures.path_lengths(worm), ax),
        "plan_costs": lambda ax: ca.plot.plan_costs(ca.planning.compare_costs(), ax),
        "profile_tree": lambda ax: ca.plot.profile_tree(
            ca.compare.motif_profiles({"one": worm, "two": worm}, "configuration", n_samples=5), ax
        ),
        "ratios_to_nulls": lambda ax: ca.plot.ratios_to_nulls(
            triads_of_worm.head(2).assign(
                dataset=["one", "two"], ratio_low=[0.5, 0.6], ratio_high=[2.0, 3.0]
            ),
            ax,
        ),
        "reliability": lambda ax: ca.plot.reliability(
            ca.errors.calibrate_confidence(np.arange(60), np.arange(60) % 7 < np.arange(60) // 9),
            ax,
        ),
        "rich_club": lambda ax: ca.plot.rich_club(club_of_worm, ax),
        "robustness": lambda ax: ca.plot.robustness(
            ca.errors.robustness(worm, "alpha", [0, 0.01], n_samples=5), ax
        ),
        "sample_precision": lambda ax: ca.plot.sample_precision(
            ca.planning.sample_size(worm, ca.measures.density, 0.2, n_samples=20), ax
        ),
        "striking_motifs": lambda ax: ca.plot.striking_motifs(triads_of_worm, ax),
        "threshold_sweep": lambda ax: ca.plot.threshold_sweep(
            ca.errors.threshold_sweep(worm, [1, 3], n_samples=5), ax
        ),
        "triad": lambda ax: ca.plot.triad("120C", ax),
        "triad_profile": lambda ax: ca.plot.triad_profile(triads_of_worm, ax),
        "triad_profiles": lambda ax: ca.plot.triad_profiles([triads_of_worm], ax),
        "triads": ca.plot.triads,
        "type_chord": lambda ax: ca.plot.type_chord(
            ca.measures.type_matrix(worm, "cell_class", value="edges"), ax
        ),
        "type_matrix": lambda ax: ca.plot.type_matrix(
            ca.measures.type_matrix(worm, "cell_class"), ax
        ),
        "wiring_diagram": lambda ax: ca.plot.wiring_diagram(
            few := worm.subgraph(worm.node_ids[:12]), ca.measures.signal_flow(few), ax
        ),
    }[request.param]


def test_it_returns_the_axes_it_was_given_and_makes_no_other_figure(draw: Draw) -> None:
    figure, ax = plt.subplots(figsize=(10, 6), layout="constrained")
    assert draw(ax) is ax
    assert plt.get_fignums() == [figure.number]


def test_without_axes_it_makes_one_figure_in_which_nothing_is_clipped(draw: Draw) -> None:
    ax = draw(None)
    assert plt.get_fignums() == [ax.figure.number]
    assert clipped(ax) == []


def test_it_changes_no_setting_and_no_backend(draw: Draw) -> None:
    before, backend = dict(mpl.rcParams), mpl.get_backend()
    saved(draw(None))
    assert dict(mpl.rcParams) == before
    assert mpl.get_backend() == backend


def test_it_changes_nothing_it_is_given(
    draw: Draw, triads_of_worm: pd.DataFrame, club_of_worm: pd.DataFrame, worm: ca.Graph
) -> None:
    triads, club, nodes = triads_of_worm.copy(), club_of_worm.copy(), worm.nodes
    draw(None)
    pd.testing.assert_frame_equal(triads_of_worm, triads)
    pd.testing.assert_frame_equal(club_of_worm, club)
    pd.testing.assert_frame_equal(worm.nodes, nodes)
    assert triads_of_worm.attrs == triads.attrs


def test_it_is_drawn_in_a_dark_style_and_in_a_subfigure(draw: Draw) -> None:
    with plt.style.context("dark_background"):
        saved(draw(None))
    figure = plt.figure(figsize=(12, 6), layout="constrained")
    left, _ = figure.subfigures(1, 2)
    ax = draw(left.subplots())
    figure.canvas.draw()
    assert ax.figure is left


def test_the_same_result_gives_the_same_picture(draw: Draw) -> None:
    assert saved(draw(None)) == saved(draw(None))


def test_plots_need_no_display_and_no_import_of_matplotlib_before() -> None:
    code = (
        "import sys, connectome_analysis as ca; ca.plot.triad;"
        "assert 'matplotlib' not in sys.modules;"
        "ca.plot.triads().figure.savefig('/dev/null', format='png')"
    )
    clean = {
        key: value for key, value in os.environ.items() if key not in ("DISPLAY", "MPLBACKEND")
    }
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, env=clean)
