"""Fit precision and recall: the arithmetic by hand, by region, and what precision cannot say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.errors import SharedColumn, fit_precision_recall
from connectome_analysis.errors.fits.false_rates import false_connections
from tests.errors.covering import covers

REGIONS = pd.DataFrame(
    {
        "region": ["MB", "LH"],
        "precision": [0.9, 0.8],
        "recall": [0.9, 0.7],
        "n_true": [1000, 500],
        "n_detected": [1000, 400],
        "density": [0.1, 0.05],
    }
)


def test_alpha_is_what_is_false_over_what_is_empty() -> None:
    # 1,000 pairs, 100 connected, 80 of them seen; 20 of the 100 seen are false; 900 are empty.
    model = fit_precision_recall({"precision": 0.8, "recall": 0.8, "n_true": 100, "n_pairs": 1000})
    assert model.alpha == pytest.approx(20 / 900)
    assert model.beta == pytest.approx(0.2)


def test_the_false_rate_of_synapses_is_per_pair() -> None:
    # 1,000 pairs with 400 true synapses, 200 found, which are half of all detected.
    model = fit_precision_recall(
        {"precision": 0.5, "recall": 0.5, "n_true": 400, "n_pairs": 1000}, level="synapses"
    )
    assert (model.recall, model.false_rate) == (0.5, pytest.approx(0.2))


def test_precision_alone_gives_no_rate_of_false_connections() -> None:
    model = fit_precision_recall({"precision": 0.9, "recall": 0.9})
    assert model.alpha is None
    assert "precision alone does not say how often an empty pair" in model.source
    assert fit_precision_recall({"precision": 1.0, "recall": 0.9}).alpha == 0.0


def test_regions_have_rates_of_their_own_and_touch_within() -> None:
    model = fit_precision_recall(REGIONS, by="region")
    assert model.beta.rates == {"MB": 0.1, "LH": 0.3}
    assert model.alpha.rates["LH"] == pytest.approx(0.7 * 0.05 * 0.25 / 0.95)
    assert model.could_touch == SharedColumn("region")
    assert model.uncertainty is not None
    assert model.uncertainty.names == ("beta[MB]", "alpha[MB]", "beta[LH]", "alpha[LH]")
    nodes = pd.DataFrame({"node_id": [1, 2, 3], "region": ["MB", "LH", "LH"]})
    g = ca.Graph.from_edges([1], [2], nodes=nodes)
    rates = model.edge_rates(g)
    assert rates.beta.dense()[[0, 1], [1, 2]] == pytest.approx([0.1, 0.3])
    assert rates.alpha.dense()[0, 1] == 0.0


def test_intervals_hold_the_truth_in_19_of_20_simulations() -> None:
    rng = np.random.default_rng(0)
    hits, n = np.zeros(2), 400
    alpha = false_connections(0.8, 0.9, 0.1)
    for _ in range(n):
        row = {
            "recall": rng.binomial(300, 0.8) / 300,
            "precision": rng.binomial(250, 0.9) / 250,
            "n_true": 300,
            "n_detected": 250,
        }
        model = fit_precision_recall(row, density=0.1)
        hits += [covers(model, "beta", 0.2), covers(model, "alpha", alpha)]
    assert np.all((hits / n > 0.92) & (hits / n < 0.98)), hits / n


def test_without_counts_there_is_no_uncertainty() -> None:
    assert fit_precision_recall({"precision": 0.9, "recall": 0.9}, density=0.1).uncertainty is None


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        ({"recall": 0.9}, {}, "The table lacks precision; it has recall"),
        ({"recall": 90, "precision": 0.9}, {}, "got 90. It looks like a percentage"),
        (
            {"recall": np.nan, "precision": 0.9},
            {},
            "recall must be a number of at least 0, got nan",
        ),
        ({"recall": -0.1, "precision": 0.9}, {}, "got -0.1"),
        ({"recall": 0.9, "precision": 0.0}, {}, "precision is 0: nothing detected is true"),
        ({"recall": 0.9, "precision": 0.1}, {"density": 0.5}, "more pairs would be false"),
        ({"recall": 0.9, "precision": 0.9}, {"density": 1.2}, "density must be between 0 and 1"),
        (REGIONS, {}, "has 2 rows, and by= does not say which column"),
        (REGIONS.assign(region="MB"), {"by": "region"}, "has a group more than once"),
        (REGIONS.iloc[:0], {"by": "region"}, "has no rows"),
        (3, {}, "must be a DataFrame or a mapping, got int"),
        (REGIONS, {"by": "region", "level": "voxels"}, "level must be"),
    ],
)
def test_what_cannot_be_is_refused(table: object, options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit_precision_recall(table, **options)  # type: ignore[arg-type]
