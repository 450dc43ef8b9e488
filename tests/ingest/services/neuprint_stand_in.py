"""A stand-in for a neuPrint server: the addresses, the JSON and the Cypher that the real client meets.

It serves a simulated release, knows the queries that the adapter asks and refuses every other, over TLS, since the
client takes nothing else.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from ingest.simulated_releases.neuprint import PRIMARY_ROIS

from ..fly_releases import csv_rows
from ..local_server import listening

TOKEN = "a-secret-token-of-the-test"
DATASETS = {"toy:v1.0": {"uuid": "abc"}, "other:v2.0": {"uuid": "def"}}


@dataclass
class NeuPrint:
    """What the server has, how it treats requests, and what it was asked."""

    neurons: dict[int, dict[str, Any]]
    pairs: dict[tuple[int, int], tuple[int, str]]
    failures: list[tuple[int, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @classmethod
    def of_release(cls, folder: Path) -> NeuPrint:
        neurons, pairs = {}, {}
        for row in csv_rows(folder / "Neuprint_Neurons.csv"):
            named = {key.partition(":")[0]: value or None for key, value in row.items()}
            body = int(row[":ID(Body-ID)"])
            point = re.findall(r"\d+", row["somaLocation:point{srid:9157}"])
            neurons[body] = named | {
                "bodyId": body,
                "pre": int(row["pre:int"]),
                "post": int(row["post:int"]),
                "size": int(row["size:long"]),
                "cropped": True if row["cropped:boolean"] == "true" else None,
                "somaLocation": {"coordinates": [int(one) for one in point], "type": "Point"},
                "neuron": "Neuron" in row[":LABEL"].split(";"),
            }
        for row in csv_rows(folder / "Neuprint_Neuron_Connections.csv"):
            ends = int(row[":START_ID(Body-ID)"]), int(row[":END_ID(Body-ID)"])
            pairs[ends] = int(row["weight:int"]), row["roiInfo:string"]
        return cls(neurons, pairs)

    def sites(self, pre: int, post: int) -> list[list[Any]]:
        """Single synapses of a pair: as many as its weight, some of low confidence, some in a region."""
        weight, info = self.pairs[pre, post]
        rois = [
            roi
            for roi, counts in json.loads(info).items()
            for _ in range(counts["post"])
            if roi in PRIMARY_ROIS
        ]
        return [
            [
                pre,
                post,
                10 + i,
                20,
                30,
                11 + i,
                21,
                31,
                0.9,
                0.4 if i % 4 == 3 else 0.8,
                rois[i : i + 1],
            ]
            for i in range(weight)
        ]

    def answer(self, cypher: str) -> list[list[Any]]:
        text = " ".join(cypher.split())
        self.asked.append(text)
        if "MATCH (m:Meta)" in text:
            return [[list(PRIMARY_ROIS), "abc", "2026-01-02", "v1.0"]]
        if text.startswith("MATCH (n:Neuron) WHERE "):
            return self._neurons(text)
        if "[e:ConnectsTo]" in text:
            return self._pairs(text)
        if ":SynapsesTo" in text:
            among = _ids(text, "n")
            return [
                site
                for (pre, post) in self.pairs
                if pre in among and self._both(pre, post)
                for site in self.sites(pre, post)
            ]
        raise LookupError(text)

    def _both(self, pre: int, post: int) -> bool:
        return self.neurons[pre]["neuron"] and self.neurons[post]["neuron"]

    def _neurons(self, text: str) -> list[list[Any]]:
        found = [one for one in self.neurons.values() if one["neuron"]]
        if "n.bodyId IN [" in text:
            among = _ids(text, "n")
            found = [one for one in found if one["bodyId"] in among]
        patterns = [json.loads(one) for one in re.findall(r'n\.type =~ ("(?:[^"\\]|\\.)*")', text)]
        if patterns:
            found = [
                one for one in found if any(re.fullmatch(p, one["type"] or "") for p in patterns)
            ]
        if "n.status IN" in text:
            found = [one for one in found if one["status"] in ("Traced", "Roughly traced")]
        above = re.search(r"n\.bodyId > (-?\d+)", text)
        if above:
            found = [one for one in found if one["bodyId"] > int(above[1])]
        names = re.findall(r"n\.(\w+) AS \w+", text)
        limit = re.search(r"LIMIT (\d+)", text)
        found.sort(key=lambda one: one["bodyId"])
        return [
            [one.get(name) for name in names] for one in found[: int(limit[1]) if limit else None]
        ]

    def _pairs(self, text: str) -> list[list[Any]]:
        side = re.search(r"WHERE (n|m)\.bodyId IN", text)
        assert side is not None
        among = _ids(text, side[1])
        return [
            [pre, post, weight, info]
            for (pre, post), (weight, info) in self.pairs.items()
            if (pre if side[1] == "n" else post) in among and self._both(pre, post)
        ]


def _ids(text: str, side: str) -> set[int]:
    found = re.search(rf"{side}\.bodyId IN \[([\d, ]*)\]", text)
    assert found is not None
    return {int(one) for one in found[1].split(",") if one.strip()}


class _Handler(BaseHTTPRequestHandler):
    service: NeuPrint

    def log_message(self, *args: object) -> None:
        pass

    def _send(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _let_in(self) -> bool:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._send(401, {"message": "invalid or expired jwt"})
            return False
        return True

    def do_GET(self) -> None:
        if not self._let_in():
            return
        if self.path == "/api/dbmeta/datasets":
            self._send(200, DATASETS)
        elif self.path == "/api/version":
            self._send(200, {"Version": "1.7.3"})
        else:
            self._send(404, {"error": "not found"})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        asked = json.loads(self.rfile.read(length))
        if not self._let_in():
            return
        if self.service.failures:
            status, said = self.service.failures.pop(0)
            self._send(status, {"error": said})
            return
        if self.path != "/api/custom/custom" or asked["dataset"] not in DATASETS:
            self._send(404, {"error": "not found"})
            return
        try:
            rows = self.service.answer(asked["cypher"])
        except LookupError as error:
            self._send(400, {"error": f"Neo.ClientError.Statement.SyntaxError: {error}"})
            return
        self._send(200, {"columns": [], "data": rows, "debug": asked["cypher"]})


def make_certificate(folder: Path) -> Path | None:
    """A certificate and key for 127.0.0.1 in one file; None where openssl is not there."""
    path = folder / "local.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    try:
        subprocess.run(
            [*command, "-keyout", str(folder / "key"), "-out", str(folder / "cert")],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    path.write_text((folder / "key").read_text() + (folder / "cert").read_text())
    return path


@contextmanager
def serving_neuprint(service: NeuPrint, certificate: Path) -> Iterator[str]:
    """Serve over TLS; gives the server's address."""
    with listening(type("Handler", (_Handler,), {"service": service}), certificate) as address:
        yield address
