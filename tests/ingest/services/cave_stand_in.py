"""A stand-in for CAVE: the addresses, the Arrow bodies, the cap on rows and the login page that the real client meets.

It serves a simulated release. An answer is cut off at ``row_cap`` rows with a ``Warning`` header, as the real one is;
who has no token is sent to a page for people.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa

from ..fly_releases import csv_rows
from ..local_server import listening

TOKEN = "0123456789abcdef0123456789abcdef"
STACK = "minnie65_toy"
VERSIONS = (1181, 1300)
SYNAPSES, NUCLEI, TYPES = "synapses_pni_2", "nucleus_detection_v0", "aibs_metamodel_celltypes_v661"
WORDS = frozenset({"valid", "classification_system", "cell_type", "user_name"})


@dataclass
class Cave:
    """What the server has, how it treats requests, and what it was asked."""

    tables: Mapping[str, pa.Table]
    row_cap: int = 500_000
    tells_of_cap: bool = True
    failures: list[int] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of_release(cls, folder: Path) -> Cave:
        header = (folder / "synapses_pni_2_v1300_header.csv").read_text().strip().split(",")
        rows = csv_rows(folder / "synapses_pni_2_v1300.csv.gz", header)
        nuclei = csv_rows(folder / f"{NUCLEI}.csv")
        types = csv_rows(folder / f"{TYPES}.csv")
        return cls(
            {
                SYNAPSES: _table([row | {"user_name": "Ada Lovelace"} for row in rows]),
                NUCLEI: _table([_split(row) for row in nuclei]),
                TYPES: _table(types),
            }
        )

    def query(self, asked: Mapping[str, Any], name: str) -> tuple[pa.Table, bool]:
        """Rows that fit, and whether they were cut off."""
        import pyarrow.compute as pc

        rows = self.tables[name]
        for column, values in asked.get("filter_in_dict", {}).get(name, {}).items():
            kind = rows.schema.field(column).type
            rows = rows.filter(pc.is_in(rows[column], pa.array(values, kind)))
        for column, value in asked.get("filter_greater_dict", {}).get(name, {}).items():
            rows = rows.filter(pc.greater(rows[column], value))
        for column, value in asked.get("filter_less_equal_dict", {}).get(name, {}).items():
            rows = rows.filter(pc.less_equal(rows[column], value))
        for point, (low, high) in asked.get("filter_spatial_dict", {}).get(name, {}).items():
            for i, axis in enumerate("xyz"):
                at = rows[f"{point}_{axis}"]
                rows = rows.filter(
                    pc.and_(pc.greater_equal(at, low[i]), pc.less_equal(at, high[i]))
                )
        cut = rows.num_rows > self.row_cap
        return rows.slice(0, self.row_cap), cut


def _split(row: Mapping[str, str]) -> dict[str, str]:
    x, y, z = re.findall(r"\d+", row["pt_position"])
    kept = {key: value for key, value in row.items() if key != "pt_position"}
    return kept | {"pt_position_x": x, "pt_position_y": y, "pt_position_z": z}


def _table(rows: Sequence[Mapping[str, str]]) -> pa.Table:
    columns: dict[str, Any] = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        if name == "valid":
            columns[name] = pa.array([value == "t" for value in values])
        elif name in WORDS:
            columns[name] = pa.array(values, pa.string())
        elif name == "volume":
            columns[name] = pa.array([float(value) for value in values])
        else:
            columns[name] = pa.array([int(value) for value in values], pa.int64())
    return pa.table(columns)


class _Handler(BaseHTTPRequestHandler):
    service: Cave
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def _send(self, status: int, content: Any, headers: Mapping[str, str] | None = None) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _let_in(self) -> bool:
        given = self.headers.get("Authorization", "")
        if given == f"Bearer {TOKEN}":
            return True
        if given:
            self._send(
                401, {"error": "invalid_token", "message": "Unauthorized - Token is Invalid"}
            )
        else:
            self._send(302, b"", {"Location": "/auth/login"})
        return False

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        here = f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]
        if path == "/auth/login":
            self._send(200, b"<html>log in</html>", {"Content-Type": "text/html"})
            return
        if not self._let_in():
            return
        stack = {
            "aligned_volume": {"name": "toy", "id": 1, "image_source": "precomputed://x"},
            "local_server": here,
            "segmentation_source": f"graphene://{here}/segmentation/table/toy",
            "synapse_table": SYNAPSES,
            "viewer_site": None,
        }
        base = f"/materialize/api/v3/datastack/{STACK}"
        version = re.match(rf"{base}/version/(\d+)", path)
        table = re.fullmatch(rf"{base}/version/\d+/table/(\w+)/metadata", path)
        if path in ("/info/version", "/materialize/version"):
            self._send(200, "5.14.0")
        elif path == "/materialize/api/versions":
            self._send(200, [2, 3])
        elif path == f"/info/api/v2/datastack/full/{STACK}":
            self._send(200, stack)
        elif path == "/info/api/v2/aligned_volume/toy":
            self._send(200, stack["aligned_volume"])
        elif path == f"{base}/versions":
            self._send(200, list(VERSIONS))
        elif table and table[1] in self.service.tables:
            about = {"reference_table": NUCLEI if table[1] == TYPES else None}
            about |= {f"voxel_resolution_{a}": e for a, e in zip("xyz", (4, 4, 40), strict=True)}
            self._send(200, about | {"table_name": table[1]})
        elif version and path == version[0] and int(version[1]) in VERSIONS:
            when = {
                "time_stamp": "2025-01-01T10:10:01.203215",
                "expires_on": "2027-01-01T00:00:00.0",
            }
            self._send(200, {"version": int(version[1]), "valid": True} | when)
        else:
            self._send(404, {"message": f"not found: {path}"})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        if not self._let_in():
            return
        if self.service.failures:
            self._send(self.service.failures.pop(0), {"message": "busy"})
            return
        path = urlsplit(self.path).path
        found = re.search(r"/version/(\d+)/(?:table/(\w+)/)?query$", path)
        if not found or int(found[1]) not in VERSIONS:
            self._send(404, {"message": f"not found: {path}"})
            return
        name = found[2] or asked["tables"][0][0]
        self.service.asked.append(asked | {"version": int(found[1]), "table": name})
        rows, cut = self.service.query(asked, name)
        if not found[2]:  # a reference table: rows of the table it refers to stand beside it
            target = self.service.tables[asked["tables"][1][0]]
            kept = [
                c for c in target.column_names if c not in rows.column_names or c in ("id", "valid")
            ]
            named = [f"{c}_ref" if c in rows.column_names else c for c in kept]
            target = target.select(kept).rename_columns(named)
            rows = rows.join(target, "target_id", "id_ref", join_type="inner")
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema) as out:
            out.write_table(rows)
        headers = {"Content-Type": "data.arrow"}
        if cut and self.service.tells_of_cap:
            headers["Warning"] = f'201 - "Limited query to {self.service.row_cap} rows"'
        self._send(200, sink.getvalue().to_pybytes(), headers)


@contextmanager
def serving_cave(service: Cave) -> Iterator[str]:
    """Serve; gives the server's address."""
    with listening(type("Handler", (_Handler,), {"service": service})) as address:
        yield address
