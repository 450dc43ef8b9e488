"""A verdict changes where two comparisons differ, not where samples are too few for a verdict."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.null_models.beside_null import false_discovery
from connectome_analysis.null_models.verdicts import changes
from neuropil.options import samples_warning


def both(p_values: list[float], aware: list[float], n_samples: int) -> pd.DataFrame:
    """Rows far above both nulls, with these p-values."""
    table = pd.DataFrame(
        {"observed": 9.0, "null_mean": 1.0, "aware_null_mean": 1.0}, [*range(len(aware))]
    )
    for which, values in (("", p_values), ("aware_", aware)):
        table[f"{which}p_value"] = values
        table[f"{which}q_value"] = false_discovery(np.array(values))
    return table.assign(n_samples=n_samples)


def test_one_motif_of_sixteen_above_the_least_p_does_not_change_the_verdict_of_the_others() -> None:
    least = 2 / 41
    table = both([least] * 16, [least] * 15 + [2 * least], 40)
    assert (table["q_value"] < 0.05).all()
    assert (table["aware_q_value"] > 0.05).all()
    assert changes(table).tolist() == [False] * 15 + [True]


def test_what_stands_out_from_one_null_and_not_from_the_other_is_a_change() -> None:
    table = both([2 / 1001] * 16, [2 / 1001] * 15 + [0.4], 1000)
    assert changes(table).tolist() == [False] * 15 + [True]
    table["aware_null_mean"] = 99.0
    assert changes(table).all()


def test_with_few_samples_and_errors_a_worm_keeps_its_verdicts() -> None:
    g = ca.open("celegans-varshney2011").graph()
    model = ca.errors.ErrorModel(alpha=0.002, beta=0.15, could_touch="all")
    with pytest.warns(ca.errors.VerdictWarning, match="changes for 1 motif"):
        ca.motifs.significance(g, n_samples=40, error_model=model)


@pytest.mark.parametrize(
    ("samples", "motifs", "words"),
    [
        (30, 16, "30 samples cannot show anything at the 5 % level: the least p-value is 0.065"),
        (40, 16, "only where all stand out so. 640 samples show one alone."),
        (100, 16, "only where 7 at least stand out so"),
        (1000, 199, "only where 8 at least stand out so. 7,960 samples show one alone."),
    ],
)
def test_how_many_samples_are_needed_depends_on_how_many_motifs_are_tested(
    samples: int, motifs: int, words: str
) -> None:
    assert words in str(samples_warning(samples, motifs))
    assert samples_warning(40 * motifs, motifs) is None
