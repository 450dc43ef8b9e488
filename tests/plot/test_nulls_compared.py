"""Several nulls side by side: what the cells say and where they stay pale."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import AxesImage

import connectome_analysis as ca


def two_nulls(triads: pd.DataFrame) -> list[pd.DataFrame]:
    other = triads.copy()
    other["null_model"] = "other"
    other["q_value"] = 1.0
    other["ratio"] = 1.0
    other.loc["030C", "ratio"] = np.nan
    return [triads, other]


def test_a_cell_holds_the_ratio_and_stays_pale_where_it_is_no_surprise(
    triads_of_worm: pd.DataFrame,
) -> None:
    tables = two_nulls(triads_of_worm)
    ax = ca.plot.nulls_compared(tables)
    (picture,) = [child for child in ax.get_children() if type(child) is AxesImage]
    shown = picture.get_array()
    surprising = triads_of_worm.loc["021D":, "q_value"].to_numpy() < 0.05
    assert (~np.ma.getmaskarray(shown)[0] == surprising).all()
    assert np.ma.getmaskarray(shown)[1].all()
    ratios = triads_of_worm.loc["021D":, "ratio"].to_numpy()
    assert np.asarray(shown[0][surprising]) == pytest.approx(
        np.clip(np.log2(ratios[surprising]), -3, 3)
    )
    written = [text.get_text() for text in ax.texts]
    assert "–" in written  # nothing to divide by
    assert written.count("1.00") == 12
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["configuration", "other"]


def test_what_is_no_list_of_tables_is_refused(triads_of_worm: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="takes a list of at least one table"):
        ca.plot.nulls_compared(triads_of_worm)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="as many labels as tables, got 1 and 2"):
        ca.plot.nulls_compared(two_nulls(triads_of_worm), labels=["one"])
