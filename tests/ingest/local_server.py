"""A server on this machine that answers as its test says: parts of files, cut connections, refusals."""

from __future__ import annotations

import hashlib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Served:
    """A file, and how the server treats those who ask for it.

    Attributes
    ----------
    content : bytes
    parts : bool
        Whether it knows ``Range``.
    validator : bool
        Whether it sends an ``ETag``.
    cut_after : list of int
        After how many bytes each of the next connections is cut.
    refusals : list of (status, headers)
        What the next requests get in place of the file.
    headers : dict
        Further headers of a whole answer.
    asked : list of dict
        Headers of every request so far.
    pause_s : float
        Between pieces of 64 KiB.
    """

    content: bytes
    parts: bool = True
    validator: bool = True
    cut_after: list[int] = field(default_factory=list)
    refusals: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    pause_s: float = 0.0
    after_cut: Callable[[Served], None] = lambda _: None

    @property
    def etag(self) -> str:
        return '"' + hashlib.md5(self.content).hexdigest() + '"'


class _Handler(BaseHTTPRequestHandler):
    files: dict[str, Served]

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        served = self.files.get(self.path)
        if served is None:
            self.send_error(404)
            return
        served.asked.append(dict(self.headers.items()))
        if served.refusals:
            status, headers = served.refusals.pop(0)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        content, start = served.content, 0
        wanted = self.headers.get("Range")
        if wanted and served.parts and self.headers.get("If-Range") in (None, served.etag):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        if served.validator:
            self.send_header("ETag", served.etag)
        for name, value in served.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        rest = content[start:]
        if served.cut_after:
            rest = rest[: served.cut_after.pop(0)]
            self._send(rest, served)
            served.after_cut(served)
            self.connection.close()
            self.close_connection = True
            return
        self._send(rest, served)

    def _send(self, content: bytes, served: Served) -> None:
        try:
            for place in range(0, len(content), 1 << 16):
                self.wfile.write(content[place : place + (1 << 16)])
                time.sleep(served.pause_s)
            self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError, ValueError):
            self.close_connection = True


@contextmanager
def serving(files: dict[str, Served]) -> Iterator[str]:
    """Serve files by path; gives the server's address."""
    with listening(type("Handler", (_Handler,), {"files": files})) as address:
        yield address


@contextmanager
def listening(
    handler: type[BaseHTTPRequestHandler], certificate: Path | None = None
) -> Iterator[str]:
    """A server with a handler, over TLS where it has a certificate; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http{'s' * (certificate is not None)}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
