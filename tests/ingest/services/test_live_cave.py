"""Live CAVE against a server of this machine: every row, whatever the server cuts off."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import ingest
from connectome_analysis.tables import ContractError, read_manifest
from ingest.services import live_cave
from ingest.services.patience import Patience
from ingest.simulated_releases import simulate_release

from ..fly_releases import well_read
from .cave_stand_in import NUCLEI, STACK, SYNAPSES, TOKEN, TYPES, Cave, serving_cave

pytest.importorskip("caveclient", reason="live CAVE needs caveclient, which needs pandas < 3")
# The client's own dependencies speak of what they will change one day.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "cave"
    return simulate_release("cave", folder, n_neurons=40, n_connections=300, seed=2)


@pytest.fixture
def service(release: Path) -> Cave:
    return Cave.of_release(release)


@pytest.fixture
def server(service: Cave, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    secrets = tmp_path / "home" / ".cloudvolume" / "secrets"
    secrets.mkdir(parents=True)
    (secrets / "cave-secret.json").write_text(json.dumps({"token": TOKEN}))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving_cave(service) as address:
        yield address


def _read(server: str, out: Path, **options: Any) -> ingest.Ingested:
    waits: list[float] = options.pop("waits", [])
    patience = Patience("CAVE", live_cave.TOKEN_HELP, sleep=waits.append)
    result = live_cave.read_live_cave(STACK, out, server=server, patience=patience, **options)
    return well_read(result)


def _roots(service: Cave) -> list[int]:
    return sorted(set(service.tables[NUCLEI]["pt_root_id"].to_pylist()) - {0})


def _pairs(service: Cave) -> list[tuple[int, int]]:
    rows = service.tables[SYNAPSES]
    return list(
        zip(rows["pre_pt_root_id"].to_pylist(), rows["post_pt_root_id"].to_pylist(), strict=True)
    )


def test_what_is_asked_for_is_what_the_dump_holds(
    server: str, service: Cave, release: Path, tmp_path: Path
) -> None:
    live = _read(
        server,
        tmp_path / "live",
        ids=_roots(service),
        nucleus_table=NUCLEI,
        cell_type_table=TYPES,
    )
    dump = ingest.read("cave", release, tmp_path / "dump", version=1300)
    for table in ("nodes", "edges", "synapses"):
        one, two = (pq.read_table(path / f"{table}.parquet") for path in (live.path, dump))
        if table == "synapses":  # those whose sender is nobody were not asked for
            two = two.filter(two["pre_id"].is_valid())
        same = [name for name in two.column_names if name in one.column_names]
        assert len(same) > 4
        for name in same:
            if not name.startswith(
                ("proofread", "strategy", "position", "valid")
            ):  # text: as the file has it
                assert one[name].to_pylist() == two[name].to_pylist(), (table, name)
    assert live.rows["edges"] == 300


@pytest.mark.parametrize(("cap", "tells"), [(40, True), (1, True), (50, False)])
def test_an_answer_that_is_cut_off_is_asked_for_in_parts(
    cap: int,
    tells: bool,
    server: str,
    service: Cave,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service.row_cap, service.tells_of_cap = cap, tells
    if not tells:
        monkeypatch.setattr(live_cave, "_ROUND", 10)
    mine = _roots(service)[: 3 if cap == 1 else None]
    result = _read(server, tmp_path / "live", ids=mine)
    wanted = [pair for pair in _pairs(service) if set(pair) <= set(mine)]
    assert result.rows["synapses"] == len(wanted)
    ids = pq.read_table(result.path / "synapses.parquet")["synapse_id"].to_pylist()
    assert len(set(ids)) == len(ids)
    assert any("asked for in halves" in line for line in result.decisions)


def test_partners_a_box_and_types_restrict_what_is_asked(
    server: str, service: Cave, tmp_path: Path
) -> None:
    mine = _roots(service)[:5]
    pairs = _pairs(service)
    for partners, wanted in {
        "none": [p for p in pairs if set(p) <= set(mine)],
        "downstream": [p for p in pairs if p[0] in mine],
        "upstream": [p for p in pairs if p[1] in mine],
        "both": [p for p in pairs if set(p) & set(mine)],
    }.items():
        result = _read(server, tmp_path / partners, ids=mine, partners=partners)
        assert result.buckets["synapse_rows_in"] == len(wanted)
    everywhere = _read(server, tmp_path / "all", ids=mine, partners="both")
    here = _read(
        server,
        tmp_path / "box",
        ids=mine,
        partners="both",
        box=((0, 0, 0), (200_000, 10**6, 10**6)),
    )
    assert 0 < here.rows["synapses"] < everywhere.rows["synapses"]
    typed = _read(
        server, tmp_path / "typed", cell_types="BC", cell_type_table=TYPES, nucleus_table=NUCLEI
    )
    nodes = pq.read_table(typed.path / "nodes.parquet")
    assert set(nodes["cell_type"].to_pylist()) == {"BC"}


def test_the_version_is_pinned_and_recorded_and_personal_columns_and_tokens_are_not(
    server: str, service: Cave, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    result = _read(server, tmp_path / "live", ids=_roots(service), keep=tmp_path / "kept")
    assert {asked["version"] for asked in service.asked} == {1300}
    made = read_manifest(result.path)
    assert made.release is not None
    assert made.release.startswith("v1300, 2025-01-01T10:10:01")
    assert made.voxel_size_nm == (40.0, 4.0, 4.0)
    assert (
        f"asked the datastack {STACK} at materialization version 1300"
        in (made.made_by["decisions"][0])
    )
    files = [p for p in tmp_path.rglob("*") if p.is_file() and "home" not in p.parts]
    content = b"".join(path.read_bytes() for path in files)
    assert TOKEN.encode() not in content
    assert b"Lovelace" not in content
    assert f"columns that name people are left out: {SYNAPSES}.user_name" in result.decisions
    assert TOKEN not in caplog.text
    older = _read(server, tmp_path / "older", ids=_roots(service), version=1181)
    assert read_manifest(older.path).release.startswith("v1181")  # type: ignore[union-attr]
    again = ingest.read("cave", tmp_path / "kept", tmp_path / "again", neurons="all")
    one, two = (pq.read_table(path / "edges.parquet") for path in (result.path, again))
    assert one.equals(two)


def test_a_version_that_is_gone_is_met_with_those_that_are_there(
    server: str, service: Cave, tmp_path: Path
) -> None:
    with pytest.raises(
        ContractError, match="version 943 is not there, or no more; there are 1181, 1300"
    ):
        _read(server, tmp_path / "live", ids=_roots(service), version=943)


def test_a_busy_server_is_asked_again_and_a_silent_one_is_one_line(
    server: str, service: Cave, tmp_path: Path
) -> None:
    service.failures += [500, 500]
    waits: list[float] = []
    _read(server, tmp_path / "live", ids=_roots(service), waits=waits)
    assert waits == [1, 2]
    service.failures += [500] * 6
    with pytest.raises(ContractError, match="the server answers 500, 6 times in a row") as stop:
        _read(server, tmp_path / "other", ids=_roots(service))
    assert "\n" not in str(stop.value)
    assert not (tmp_path / "other").exists()


def test_a_token_that_is_refused_or_missing_is_one_line(server: str, tmp_path: Path) -> None:
    secret = tmp_path / "home" / ".cloudvolume" / "secrets" / "cave-secret.json"
    secret.write_text(json.dumps({"token": "f" * 32}))
    with pytest.raises(ContractError, match=r"CAVE does not take your token.*Log in at") as stop:
        _read(server, tmp_path / "live", ids=[1])
    assert "f" * 32 not in str(stop.value)
    assert "\n" not in str(stop.value)
    secret.unlink()
    with pytest.raises(ContractError, match=r"CAVE does not take your token.*Log in at"):
        _read(server, tmp_path / "live", ids=[1])


def test_wrong_names_are_one_line(server: str, service: Cave, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="say which neurons: ids, or cell_types"):
        _read(server, tmp_path / "live")
    with pytest.raises(ContractError, match="cell_types wants cell_type_table"):
        _read(server, tmp_path / "live", cell_types="BC")
    with pytest.raises(ContractError, match="has no neuron of Purkinje"):
        _read(server, tmp_path / "live", cell_types="Purkinje", cell_type_table=TYPES)
    with pytest.raises(ContractError, match="cannot be had") as stop:
        _read(server, tmp_path / "live", ids=[1], synapse_table="no_such_table")
    assert "\n" not in str(stop.value)


def test_flywire_is_the_same_through_fafbseg(
    server: str, service: Cave, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("fafbseg", reason="live FlyWire needs fafbseg")
    import caveclient
    from fafbseg.flywire import utils

    asked = []

    def client(*, dataset: str) -> Any:
        asked.append(dataset)
        return caveclient.CAVEclient(STACK, server_address=server, write_server_cache=False)

    monkeypatch.setattr(utils, "get_cave_client", client)
    path = ingest.read("live-flywire", "public", tmp_path / "fly", ids=_roots(service))
    assert asked == ["public"]
    assert read_manifest(path).individual == "FAFB"
    with pytest.raises(ContractError, match="public"):
        ingest.read("live-flywire", "privat", tmp_path / "no", ids=[1])
