"""Any connectome comes back as it was written, and any changed byte is noticed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectome_analysis.tables import DamagedConnectomeError, Manifest, Session, check, write
from tests.tables import examples

INT64 = st.integers(-(2**63), 2**63 - 1)
TEXT = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
FRACTION = st.none() | st.floats(0, 1)
LENGTH = st.none() | st.floats(allow_nan=False, allow_infinity=False)
WEIGHT = st.floats(min_value=0, exclude_min=True, allow_infinity=False)
COUNTING = Manifest(name="random", weights={"chemical": {"meaning": "synapses"}})

Rows = list[dict[str, Any]]


@st.composite
def connectomes(draw: st.DrawFn) -> dict[str, Rows]:
    """Rows of all five tables that keep the contract; chemical edges count their synapses."""
    ids = draw(st.lists(INT64, max_size=6, unique=True))
    nodes = [
        {
            "node_id": i,
            "name": draw(TEXT),
            "side": draw(st.sampled_from(["left", "right", "center", None])),
            "sign": draw(st.sampled_from([-1, 0, 1, None])),
            "x_nm": draw(LENGTH),
            "post_completeness": draw(FRACTION),
            "mine": draw(st.none() | INT64),
        }
        for i in ids
    ]
    pairs = [(pre, post) for pre in ids for post in ids]
    edges: Rows = []
    by_region: Rows = []
    synapses: Rows = []
    for pre, post in draw(st.lists(st.sampled_from(pairs), unique=True) if pairs else st.just([])):
        here = draw(st.lists(st.sampled_from(["AL", "LH", "größe"]), min_size=1, max_size=4))
        edge = {"pre_id": pre, "post_id": post, "edge_type": "chemical"}
        edges.append({**edge, "weight": float(len(here)), "syn_count": len(here)})
        for region in sorted(set(here)):
            n = here.count(region)
            by_region.append({**edge, "region": region, "weight": float(n), "syn_count": n})
        synapses += [{"pre_id": pre, "post_id": post, "region": region} for region in here]
    for pre, post in draw(st.lists(st.sampled_from(pairs), unique=True) if pairs else st.just([])):
        weight = draw(WEIGHT)
        if (post, pre, "electrical") in {
            (e["pre_id"], e["post_id"], e["edge_type"]) for e in edges
        }:
            continue
        for one, other in {(pre, post), (post, pre)}:
            edge = {"pre_id": one, "post_id": other, "edge_type": "electrical"}
            edges.append({**edge, "weight": weight, "syn_count": None})
    if ids:
        synapses += draw(
            st.lists(
                st.fixed_dictionaries({"pre_id": st.sampled_from(ids), "post_id": st.none()}),
                max_size=3,
            )
        )
    sites = draw(st.lists(INT64, min_size=len(synapses), max_size=len(synapses), unique=True))
    synapses = [
        {"region": None, "synapse_id": i, **row, **{f"{axis}_nm": draw(LENGTH) for axis in "xyz"}}
        for i, row in zip(sites, synapses, strict=True)
    ]
    points: Rows = []
    for i in ids[:2]:
        names = draw(st.lists(INT64, max_size=5, unique=True))
        for k, name in enumerate(names):
            parent = names[draw(st.integers(0, k - 1))] if k else None
            place = dict.fromkeys(("x_nm", "y_nm", "z_nm"), 0.5)
            row = {"node_id": i, "point_id": name, "parent_id": parent, **place}
            points.append({**row, "radius_nm": draw(st.none() | st.floats(0, 1e300))})
    tables = {"nodes": nodes, "edges": edges, "edges_by_region": by_region}
    tables |= {"synapses": synapses, "skeletons": points}
    return {
        name: [rows[i] for i in draw(st.permutations(range(len(rows))))]
        for name, rows in tables.items()
    }


TYPES = {
    **dict.fromkeys(("node_id", "pre_id", "post_id", "synapse_id", "point_id"), "Int64"),
    **dict.fromkeys(("parent_id", "mine"), "Int64"),
    **dict.fromkeys(("sign", "syn_count"), "Int32"),
    **dict.fromkeys(("x_nm", "y_nm", "z_nm", "weight", "radius_nm"), "Float64"),
    "post_completeness": "Float64",
}
COLUMNS = {
    "nodes": ("node_id", "name", "side", "sign", "x_nm", "post_completeness", "mine"),
    "edges": ("pre_id", "post_id", "edge_type", "weight", "syn_count"),
    "edges_by_region": ("pre_id", "post_id", "edge_type", "region", "weight", "syn_count"),
    "synapses": ("synapse_id", "pre_id", "post_id", "x_nm", "y_nm", "z_nm", "region"),
    "skeletons": ("node_id", "point_id", "parent_id", "x_nm", "y_nm", "z_nm", "radius_nm"),
}


def as_frame(table: str, rows: Rows, narrow: Callable[[str], bool]) -> pd.DataFrame:
    """Rows as pandas columns, integers in a narrower type where they fit and `narrow` says so."""
    columns = {}
    for name in COLUMNS[table]:
        values = pd.Series([row[name] for row in rows], dtype=TYPES.get(name, "object"))
        if str(values.dtype).startswith("Int") and narrow(name) and len(values.dropna()):
            low, high = int(values.min()), int(values.max())
            info = (np.iinfo(f"int{bits}") for bits in (8, 16, 32, 64))
            kind = next(str(i.dtype) for i in info if i.min <= low and high <= i.max)
            values = values.astype(kind if values.notna().all() else kind.capitalize())
        columns[name] = values
    return pd.DataFrame(columns)


def exactly(rows: Rows, table: str) -> list[str]:
    """Rows in an order of their own; repr tells -0.0 from 0.0 and 1 from 1.0."""
    return sorted(repr(tuple(row[name] for name in COLUMNS[table])) for row in rows)


def comes_back(tables: dict[str, Rows], narrow: bool) -> None:
    with tempfile.TemporaryDirectory() as parent:
        folder = write(
            Path(parent) / "x",
            {name: as_frame(name, rows, lambda _: narrow) for name, rows in tables.items()},
            COUNTING,
        )
        stored = examples.rows(folder)
        session = Session(folder)
        assert session.verified
        for name, rows in tables.items():
            assert exactly(stored[f"{name}.parquet"], name) == exactly(rows, name)
            columns = ", ".join(f'"{column}"' for column in COLUMNS[name])
            asked = session.sql(f"SELECT {columns} FROM {name}").fetchall()
            assert sorted(map(repr, asked)) == exactly(rows, name)
        session.close()


@given(connectomes(), st.booleans())
@settings(deadline=None, max_examples=3, suppress_health_check=list(HealthCheck))
def test_any_connectome_comes_back_as_it_was(tables: dict[str, Rows], narrow: bool) -> None:
    comes_back(tables, narrow)


@pytest.mark.slow
@given(connectomes(), st.booleans())
@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
def test_any_of_many_connectomes_comes_back_as_it_was(
    tables: dict[str, Rows], narrow: bool
) -> None:
    comes_back(tables, narrow)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return examples.write_five(tmp_path_factory.mktemp("whole") / "x")


FILES = [f"{name}.parquet" for name in COLUMNS] + ["connectome.json"]
DAMAGE = st.tuples(
    st.sampled_from(FILES),
    st.sampled_from(["flip", "cut", "insert", "remove", "swap", "zero"]),
    st.floats(0, 1, exclude_max=True),
    st.integers(1, 255),
)


def damaged(data: bytes, how: str, where: float, by: int) -> bytes:
    """The file with one thing changed at a share `where` of its length."""
    i = int(where * len(data))
    return {
        "flip": data[:i] + bytes([data[i] ^ by]) + data[i + 1 :],
        "cut": data[:i],
        "insert": data[:i] + bytes([by]) + data[i:],
        "remove": data[:i] + data[i + by :],
        "swap": data[:i] + data[i : i + by][::-1] + data[i + by :],
        "zero": data[:i] + b"\0" * len(data[i : i + by]) + data[i + by :],
    }[how]


def is_noticed(whole: Path, damage: tuple[str, str, float, int]) -> None:
    name, how, where, by = damage
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(shutil.copytree(whole, Path(parent) / "x"))
        data = (folder / name).read_bytes()
        changed = damaged(data, how, where, by)
        (folder / name).write_bytes(changed)
        problems = check(folder)
        if changed == data:
            assert problems == []
            return
        assert problems
        assert problems[0].table == name.removesuffix(".parquet")
        with pytest.raises(DamagedConnectomeError):
            Session(folder)


@given(DAMAGE)
@settings(deadline=None, max_examples=8, suppress_health_check=list(HealthCheck))
def test_any_changed_byte_is_noticed(whole: Path, damage: tuple[str, str, float, int]) -> None:
    is_noticed(whole, damage)


@pytest.mark.slow
@given(DAMAGE)
@settings(deadline=None, max_examples=600, suppress_health_check=list(HealthCheck))
def test_any_of_many_changed_bytes_is_noticed(
    whole: Path, damage: tuple[str, str, float, int]
) -> None:
    is_noticed(whole, damage)
