"""Rows in order: adding up sorted rows gives what grouping them gives, however they are cut."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.rows_in_order import Added, added_up


def _batches(table: pa.Table, size: int) -> Iterator[pa.RecordBatch]:
    yield from table.combine_chunks().to_batches(max_chunksize=size)


def test_a_pair_in_two_regions_keeps_what_its_rows_agree_in() -> None:
    rows = pa.table(
        {
            "pre_id": [1, 1, 1, 2],
            "post_id": [2, 2, 3, 1],
            "syn_count": [3, 2, 1, None],
            "size": [0.5, None, None, 2.0],
            "nt": ["ach", "ach", None, "gaba"],
            "region": ["AL", "LH", "AL", "AL"],
        }
    )
    added = Added()
    found = pa.Table.from_batches(
        added_up(
            _batches(rows, 1),
            added,
            keys=("pre_id", "post_id"),
            sums=("syn_count", "size"),
            ones=("weight",),
            others=("nt", "region"),
        )
    ).to_pydict()
    assert found == {
        "pre_id": [1, 1, 2],
        "post_id": [2, 3, 1],
        "syn_count": [5, 1, None],
        "size": [0.5, None, 2.0],
        "weight": [1.0, 1.0, 1.0],
        "nt": ["ach", None, "gaba"],
        "region": [None, "AL", "AL"],
    }
    assert (added.groups, added.disagree["region"], added.agree["nt"]) == (3, 1, 2)


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 60), size=st.integers(1, 70), seed=st.integers(0, 99))
def test_batches_of_any_size_give_what_pandas_gives(n: int, size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {
            "pre_id": rng.integers(0, 4, n) + 2**60,
            "kind": rng.choice(["a", "b"], n),
            "syn_count": rng.integers(1, 9, n),
        }
    ).sort_values(["pre_id", "kind"])
    wanted = rows.groupby(["pre_id", "kind"], as_index=False)["syn_count"].sum()
    for coded in (False, True):
        table = pa.Table.from_pandas(rows, preserve_index=False)
        if coded:
            table = table.set_column(1, "kind", table["kind"].dictionary_encode())
        found = pa.Table.from_batches(
            added_up(_batches(table, size), Added(), keys=("pre_id", "kind"), sums=("syn_count",))
        )
        assert found.to_pydict() == {name: wanted[name].tolist() for name in wanted}
