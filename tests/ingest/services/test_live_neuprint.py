"""Live neuPrint against a server of this machine: the same tables as its files, whatever the server does."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import ingest
from connectome_analysis.tables import ContractError, check, read_manifest
from ingest.services import live_neuprint
from ingest.services.patience import Patience
from ingest.simulated_releases import simulate_release
from ingest.simulated_releases.neuprint import PRIMARY_ROIS

from ..fly_releases import well_read
from .neuprint_stand_in import TOKEN, NeuPrint, make_certificate, serving_neuprint

pytest.importorskip("neuprint", reason="live neuPrint needs neuprint-python")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_certificate(tmp_path_factory.mktemp("tls"))
    if made is None:
        pytest.skip("no openssl to make a certificate with")
    return made


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate_release(
        "neuprint-bulk",
        tmp_path_factory.mktemp("release") / "bulk",
        n_neurons=60,
        n_connections=400,
        seed=3,
    )


@pytest.fixture
def service(release: Path) -> NeuPrint:
    return NeuPrint.of_release(release)


@pytest.fixture
def server(service: NeuPrint, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setenv("NEUPRINT_APPLICATION_CREDENTIALS", TOKEN)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving_neuprint(service, certificate) as address:
        yield address


def _read(server: str, out: Path, **options: Any) -> ingest.Ingested:
    waits: list[float] = options.pop("waits", [])
    patience = Patience("neuPrint", live_neuprint.TOKEN_HELP, sleep=waits.append)
    options = {"types": "FB4Y", **options}
    result = live_neuprint.read_live_neuprint(
        "toy:v1.0", out, server=server, patience=patience, **options
    )
    return well_read(result)


def _edges(path: Path) -> list[tuple[int, int, float]]:
    rows = pq.read_table(path / "edges.parquet").to_pylist()
    return [(row["pre_id"], row["post_id"], row["weight"]) for row in rows]


def test_what_is_asked_for_is_what_the_files_of_the_server_hold(
    server: str, release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_neuprint, "PAGE_NEURONS", 7)
    monkeypatch.setattr(live_neuprint, "BATCH_NEURONS", 5)
    live = _read(server, tmp_path / "live")
    files = ingest.read(
        "neuprint", release, tmp_path / "files", neurons="traced", primary_rois=PRIMARY_ROIS
    )
    assert _edges(live.path) == _edges(files)
    one, two = (pq.read_table(p / "edges_by_region.parquet") for p in (live.path, files))
    assert one.select(["pre_id", "post_id", "region", "syn_count"]).equals(
        two.select(["pre_id", "post_id", "region", "syn_count"])
    )
    one, two = (pq.read_table(p / "nodes.parquet") for p in (live.path, files))
    for name in ("node_id", "cell_type", "name", "status", "side", "x_nm", "y_nm", "z_nm"):
        assert one[name].to_pylist() == two[name].to_pylist(), name


def test_the_manifest_says_what_was_asked_and_holds_no_token(
    server: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    result = _read(server, tmp_path / "live", keep=tmp_path / "kept")
    made = read_manifest(result.path)
    assert made.release == "v1.0"
    assert "for toy:v1.0 (uuid abc, tag v1.0" in made.made_by["decisions"][0]
    assert 'n.type =~ "FB4Y"' in made.made_by["decisions"][1]
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 5
    assert not any(TOKEN.encode() in path.read_bytes() for path in written)
    assert TOKEN not in caplog.text


def test_what_is_kept_is_read_again_without_the_server(server: str, tmp_path: Path) -> None:
    live = _read(server, tmp_path / "live", keep=tmp_path / "kept")
    again = ingest.read(
        "neuprint", tmp_path / "kept", tmp_path / "again", primary_rois=PRIMARY_ROIS
    )
    assert _edges(live.path) == _edges(again)
    with pytest.raises(ContractError, match="exists and is not an empty folder"):
        _read(server, tmp_path / "third", keep=tmp_path / "kept")


def test_neurons_are_chosen_by_id_and_partners_come_along(
    server: str, service: NeuPrint, tmp_path: Path
) -> None:
    neurons = {body for body, one in service.neurons.items() if one["neuron"]}
    counted = {
        pair: weight
        for pair, (weight, _) in service.pairs.items()
        if weight and neurons.issuperset(pair)
    }
    mine = sorted(neurons)[:6]
    wanted = {
        "none": {p for p in counted if p[0] in mine and p[1] in mine},
        "downstream": {p for p in counted if p[0] in mine},
        "upstream": {p for p in counted if p[1] in mine},
        "both": {p for p in counted if p[0] in mine or p[1] in mine},
    }
    for partners, pairs in wanted.items():
        result = _read(
            server,
            tmp_path / partners,
            types=None,
            ids=[str(one) for one in mine],
            partners=partners,
        )
        found = {(pre, post): weight for pre, post, weight in _edges(result.path)}
        assert found == {pair: counted[pair] for pair in pairs}
        assert result.rows["nodes"] == len({end for pair in pairs for end in pair} | set(mine))


def test_single_synapses_have_places_regions_and_confidence(
    server: str, service: NeuPrint, tmp_path: Path
) -> None:
    every = _read(server, tmp_path / "every", synapses=True)
    sure = _read(server, tmp_path / "sure", synapses=True, min_confidence=0.5)
    neurons = {body for body, one in service.neurons.items() if one["neuron"]}
    total = sum(w for pair, (w, _) in service.pairs.items() if neurons.issuperset(pair))
    low = sum(w // 4 for pair, (w, _) in service.pairs.items() if neurons.issuperset(pair))
    assert every.rows["synapses"] == total
    assert sure.rows["synapses"] == total - low
    assert sure.buckets["synapses_below_confidence"] == low
    rows = pq.read_table(sure.path / "synapses.parquet").to_pylist()
    assert min(row["confidence"] for row in rows) >= 0.5
    assert {row["post_x_nm"] % 8 for row in rows} == {0.0}
    assert {row["region"] for row in rows} > {None}


def test_a_busy_server_is_asked_again(server: str, service: NeuPrint, tmp_path: Path) -> None:
    service.failures += [(500, "busy"), (503, "busy"), (502, "busy")]
    waits: list[float] = []
    _read(server, tmp_path / "live", waits=waits)
    assert waits == [1, 2, 4]


def test_a_server_that_never_answers_is_one_line_and_nothing_is_written(
    server: str, service: NeuPrint, tmp_path: Path
) -> None:
    service.failures += [(503, "busy")] * 6
    with pytest.raises(ContractError, match="the server answers 503, 6 times in a row") as stop:
        _read(server, tmp_path / "live")
    assert "\n" not in str(stop.value)
    service.failures += [(400, "Neo.ClientError: no such thing")]
    with pytest.raises(
        ContractError, match=r"cannot be had \(Neo\.ClientError: no such thing\)"
    ) as stop:
        _read(server, tmp_path / "live")
    assert "\n" not in str(stop.value)
    assert list(tmp_path.iterdir()) == []


def test_a_token_that_is_refused_or_missing_is_one_line_without_the_token(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEUPRINT_APPLICATION_CREDENTIALS", "wrong-secret")
    with pytest.raises(ContractError, match=r"does not take your token \(401\)\. Log in") as stop:
        _read(server, tmp_path / "live")
    assert "wrong-secret" not in str(stop.value)
    monkeypatch.delenv("NEUPRINT_APPLICATION_CREDENTIALS")
    with pytest.raises(
        ContractError, match=r"No token provided.*Log in at the server's page"
    ) as stop:
        _read(server, tmp_path / "live")
    assert "\n" not in str(stop.value)
    assert list(tmp_path.iterdir()) == []


def test_a_dataset_that_is_not_there_is_met_with_those_that_are(
    server: str, tmp_path: Path
) -> None:
    with pytest.raises(ContractError, match=r"'toy:v9' is not on .*'toy:v1\.0', 'other:v2\.0'"):
        ingest.read("live-neuprint", "toy:v9", tmp_path / "live", server=server, types="x")
    with pytest.raises(ContractError, match="has no neuron that fits"):
        _read(server, tmp_path / "live", types="nobody")
    with pytest.raises(ContractError, match="say which neurons: ids, types or rois"):
        ingest.read("live-neuprint", "toy:v1.0", tmp_path / "live", server=server)
    with pytest.raises(ContractError, match="must be an integer of 64 bits"):
        _read(server, tmp_path / "live", ids=[1e18])


def test_words_of_a_user_stay_texts_in_the_query(
    server: str, service: NeuPrint, tmp_path: Path
) -> None:
    with pytest.raises(ContractError):
        _read(server, tmp_path / "live", types='x" OR 1=1 //', rois=["a` = true OR n.`b"])
    (asked,) = [text for text in service.asked if text.startswith("MATCH (n:Neuron)")]
    assert f"n.type =~ {json.dumps('x' + chr(34) + ' OR 1=1 //')}" in asked
    assert "n.`a`` = true OR n.``b` = true" in asked


def test_the_command_is_a_format_like_any_other(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    from neuropil.command_line import main

    words = ["live-neuprint", "toy:v1.0", tmp_path / "live", "--json"]
    words += ["--option", 'types=["FB4Y"]', "--option", f"server={server}"]
    monkeypatch.setattr(sys, "argv", ["neuropil", "ingest", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert int(stop.value.code or 0) == 0
    assert json.loads(capsys.readouterr().out)["rows"]["nodes"] > 0
    assert check(tmp_path / "live") == []
