"""Positions arrive in nm, from voxels and micrometres, three columns or one text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ingest
from connectome_analysis.tables import ContractError

from .sources import column, manifest, read, rows, text

NM = ("x_nm", "y_nm", "z_nm")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def places(result: ingest.Ingested, table: str, prefix: str = "") -> list[tuple[float, ...]]:
    key = "synapse_id" if table == "synapses" else "node_id"
    stored = sorted(rows(result, table), key=lambda row: row[key])
    return [tuple(row[prefix + name] for name in NM) for row in stored]


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    voxels=st.lists(st.tuples(*[st.integers(0, 10**6)] * 3), min_size=1, max_size=4),
    size=st.sampled_from([(40.0, 4.0, 4.0), (33.0, 8.0, 8.0), (45.0, 4.3, 4.3)]),
)
def test_voxels_of_unequal_sides_come_back_from_nm(
    tmp_path: Path, out: Path, voxels: list[tuple[int, int, int]], size: tuple[float, float, float]
) -> None:
    lines = "".join(f"1,2,{x},{y},{z}\n" for x, y, z in voxels)
    file = text(tmp_path, "s.csv", "pre,post,x,y,z\n" + lines)
    result = read(out, synapses=file, voxel_size_nm=size, overwrite=True)
    z_nm, y_nm, x_nm = size
    stored = places(result, "synapses")
    assert stored == [(x * x_nm, y * y_nm, z * z_nm) for x, y, z in voxels]
    back = [(round(x / x_nm), round(y / y_nm), round(z / z_nm)) for x, y, z in stored]
    assert back == voxels
    assert manifest(result).voxel_size_nm == size
    kept = sorted(rows(result, "synapses"), key=lambda row: row["synapse_id"])
    assert [(row["x"], row["y"], row["z"]) for row in kept] == voxels
    assert manifest(result).columns["synapses.x"].startswith("x as the source gives it, voxels of")


@pytest.mark.parametrize(
    ("unit", "factor"), [("nm", 1.0), ("um", 1000.0)], ids=["nanometres", "micrometres"]
)
def test_units_are_converted(tmp_path: Path, out: Path, unit: str, factor: float) -> None:
    listed = text(tmp_path, "n.csv", "node_id,X,Y,Z\n1,1.5,2,3\n2,,,\n")
    result = read(out, edges=text(tmp_path, "e.csv", "pre,post\n1,2\n"), nodes=listed, unit=unit)
    assert places(result, "nodes")[0] == (1.5 * factor, 2 * factor, 3 * factor)
    assert places(result, "nodes")[1] == (None, None, None)
    assert ("X" in rows(result, "nodes")[0]) is (unit == "um")


def test_columns_that_say_nm_are_nm_whatever_the_unit_of_others(tmp_path: Path, out: Path) -> None:
    file = text(
        tmp_path,
        "s.csv",
        "pre,post,pre_x_nm,pre_y_nm,pre_z_nm,post_x,post_y,post_z\n1,2,1,2,3,1,2,3\n",
    )
    result = read(out, synapses=file, voxel_size_nm=(30, 20, 10))
    assert places(result, "synapses", "pre_") == [(1, 2, 3)]
    assert places(result, "synapses", "post_") == [(10, 40, 90)]
    assert places(result, "synapses") == [(5.5, 21, 46.5)]
    assert any("lie midway between the two sites" in line for line in result.decisions)


def test_a_unit_that_is_not_stated_is_not_guessed(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "s.csv", "pre,post,x,y,z\n1,2,1,2,3\n")
    result = read(out, synapses=file)
    assert places(result, "synapses") == [(None, None, None)]
    assert column(result, "synapses", "x") == [1]
    assert any("the unit of x, y, z is not stated" in line for line in result.warnings)


def test_who_maps_a_column_to_nm_says_that_it_is(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "s.csv", "pre,post,a,b,c\n1,2,1,2,3\n")
    columns = {"x_nm": "a", "y_nm": "b", "z_nm": "c"}
    assert places(read(out, synapses=file, columns=columns), "synapses") == [(1, 2, 3)]
    scaled = read(out, synapses=file, columns=columns, unit="um", overwrite=True)
    assert places(scaled, "synapses") == [(1000, 2000, 3000)]
    with pytest.raises(ContractError, match=r"a position has x, y and z, found only 'a', 'b'"):
        ingest.table(out, synapses=file, columns={"x_nm": "a", "y_nm": "b"}, overwrite=True)


def test_a_position_in_one_text_is_taken_apart(tmp_path: Path, out: Path) -> None:
    listed = text(
        tmp_path,
        "n.csv",
        'node_id,soma\n1,[352484 175164 229040]\n2,"[103860  44385    891]"\n3,"1.5, 2, -3"\n4,\n'
        "5,(1 2 3)\n6,NA\n",
    )
    file = text(tmp_path, "e.csv", "pre,post\n1,2\n")
    result = read(out, edges=file, nodes=listed, columns={"position": "soma"}, unit="nm")
    assert places(result, "nodes") == [
        (352484, 175164, 229040),
        (103860, 44385, 891),
        (1.5, 2, -3),
        (None, None, None),
        (1, 2, 3),
        (None, None, None),
    ]
    bad = text(tmp_path, "bad.csv", "node_id,position\n1,[1 2]\n2,[1 2 3]\n")
    with pytest.raises(ContractError) as error:
        ingest.table(out, edges=file, nodes=bad, unit="nm", overwrite=True)
    assert str(error.value) == (
        "bad.csv: a position is three numbers x, y, z such as [1 2 3], got '[1 2]' in row 1 of "
        "'position'."
    )


def test_lists_of_parquet_are_positions_too(out: Path) -> None:
    import pyarrow as pa

    table = pa.table({"pre": [1], "post": [2], "position": pa.array([[1, 2, 3]])})
    assert places(read(out, synapses=table, voxel_size_nm=(3, 2, 1)), "synapses") == [(1, 4, 9)]


def test_voxels_without_a_size_are_refused(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "s.csv", "pre,post,x,y,z\n1,2,1,2,3\n")
    with pytest.raises(ContractError, match=r"Positions in voxels need their size"):
        ingest.table(out, synapses=file, unit="voxels")
    for size in ((4, 4), (4, 4, 0), (4, 4, float("nan"))):
        with pytest.raises(ContractError, match=r"voxel_size_nm must be three lengths"):
            ingest.table(out, synapses=file, voxel_size_nm=size)  # type: ignore[arg-type]


def test_a_coordinate_that_is_no_number_is_refused_with_its_row(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "s.csv", "pre,post,x,y,z\n1,2,1,2,3\n1,2,1,b,3\n")
    with pytest.raises(ContractError, match=r"synapses.y_nm must be a number, got 'b' in row 2"):
        ingest.table(out, synapses=file, unit="nm")
