"""Distinct keys: what is called unique at a glance is, and sums that differ are never called equal."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectome_analysis.tables.distinct_keys import keys_ascend, numbers_differ
from connectome_analysis.tables.rules import _sums_agree


def _with(**columns: object) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    connection.register("t", pd.DataFrame(columns))
    return connection


@pytest.mark.parametrize(
    ("a", "b", "ascend"),
    [
        ([], [], True),
        ([1], ["x"], True),
        ([1, 1, 2], ["x", "y", "a"], True),
        ([1, 1, 2], ["x", "x", "a"], False),
        ([2, 1], ["a", "a"], False),
        ([1, 2], ["a", None], True),
        ([1, 1], ["a", None], False),
    ],
)
def test_a_repeated_key_or_another_order_does_not_ascend(
    a: list[int], b: list[str | None], ascend: bool
) -> None:
    with _with(a=np.array(a, np.int64), b=np.array(b, object)) as connection:
        assert keys_ascend(connection, "t", ("a", "b")) is ascend


@settings(max_examples=30, deadline=None)
@given(numbers=st.lists(st.integers(-50, 50), min_size=1, max_size=40))
def test_numbers_in_any_order_differ_where_none_stands_twice(numbers: list[int]) -> None:
    with _with(a=np.array(numbers, np.int64)) as connection:
        assert numbers_differ(connection, "t", "a") is (len(set(numbers)) == len(numbers))


def test_numbers_too_far_apart_are_left_to_the_query_that_groups() -> None:
    with _with(a=np.array([0, 2**62])) as connection:
        assert not numbers_differ(connection, "t", "a")


@pytest.mark.parametrize(
    ("regions", "agree"),
    [
        ([(1, 2, 1), (1, 2, 2), (2, 1, 4)], True),
        ([(1, 2, 3), (2, 1, 3)], False),  # one synapse short
        ([(1, 2, 4), (2, 1, 3)], False),  # the same total on other pairs
        ([(2, 1, 3), (1, 2, 4)], False),
        ([(1, 2, 2.5), (1, 2, 0.5), (2, 1, 4)], False),  # no whole numbers: not told
    ],
)
def test_sums_agree_only_where_they_do_for_every_key(
    regions: list[tuple[int, int, float]], agree: bool
) -> None:
    with duckdb.connect() as connection:
        connection.register("e", pd.DataFrame([(1, 2, 3.0), (2, 1, 4.0)], columns=list("abw")))
        connection.register("r", pd.DataFrame(regions, columns=list("abw")).astype({"w": float}))
        found = _sums_agree(
            lambda _, query: tuple(connection.execute(query).fetchall()[0]),
            "",
            ("a", "b"),
            ("e", "w"),
            ("r", "w"),
        )
        assert found is agree
