"""Viewer server: a folder shown in Neuroglancer on this machine, with nothing but the standard library."""

from __future__ import annotations

import http.server
import importlib.util
import io
import os
import re
import shutil
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from .viewer_state import VIEWER, neuroglancer_link, neuroglancer_state


class NeuroglancerServer:
    """A web server of one folder, and the link that shows it. Made by `serve_neuroglancer`.

    Attributes
    ----------
    url : str
        Where the folder is served.
    link : str
        Opens the viewer.
    state : dict
        What the link shows.
    """

    def __init__(
        self,
        server: http.server.ThreadingHTTPServer,
        url: str,
        link: str,
        state: dict[str, Any],
        window: Any,
    ) -> None:
        self.url, self.link, self.state = url, link, state
        self._window = window  # lives as long as it is kept
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    def __repr__(self) -> str:
        return f"<NeuroglancerServer {self.url}: {self.link}>"

    def _repr_html_(self) -> str:
        return f'<a href="{self.link}" target="_blank">Neuroglancer: {self.url}</a>'

    def wait(self) -> None:
        """Print the link and serve until the program is interrupted (Ctrl-C)."""
        sys.stdout.write(f"Neuroglancer shows the folder at\n{self.link}\nCtrl-C ends it.\n")
        sys.stdout.flush()
        try:
            self._thread.join()
        except KeyboardInterrupt:
            self.close()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def serve_neuroglancer(
    folder: str | os.PathLike[str],
    *,
    port: int = 0,
    host: str = "127.0.0.1",
    viewer: str | None = None,
    position: Sequence[float] | None = None,
    segments: Sequence[int] = (),
) -> NeuroglancerServer:
    """Serve a folder of volumes on this machine and make the link that shows them.

    Parameters
    ----------
    folder : path
        What `write_ome_zarr`, `write_precomputed` and `write_synapse_annotations` wrote, or a folder of
        such folders.
    port : int
        0 takes any free one.
    host : str
        By default only this machine can connect. Whoever can, reads every file of the folder, and so
        does any page in a browser there: serve nothing else from it.
    viewer : str, optional
        Address of a Neuroglancer. By default that of the package ``neuroglancer`` (extra ``viewer``),
        which runs here and needs no network; where it is not installed, the public one, a page that
        runs in the browser and fetches the data from this machine.
    position, segments
        As in `neuroglancer_state`.

    Returns
    -------
    NeuroglancerServer
        Serving in the background: ``.link`` to open, ``.wait()`` to print it and stay, ``.close()``.

    Raises
    ------
    ValueError
        If the folder is not there or holds nothing to show.
    """
    root = Path(folder).absolute()
    if not root.is_dir():
        msg = f"{folder}: there is no such folder to show."
        raise ValueError(msg)

    class Handler(_FolderHandler):
        data = root

    try:
        server = http.server.ThreadingHTTPServer((host, port), Handler)
    except OSError as error:
        msg = f"{host}:{port} cannot be served from ({error.strerror}); port=0 takes any free one."
        raise ValueError(msg) from error
    url = f"http://{host}:{server.server_address[1]}"
    try:
        state = neuroglancer_state(root, url=url, position=position, segments=segments)
    except ValueError:
        server.server_close()
        raise
    window = _local_viewer(state) if viewer is None else None
    link = neuroglancer_link(state, viewer=viewer or VIEWER) if window is None else str(window)
    return NeuroglancerServer(server, url, link, state, window)


def _local_viewer(state: dict[str, Any]) -> Any:
    """A viewer on this machine, where the package neuroglancer is installed."""
    if importlib.util.find_spec("neuroglancer") is None:
        return None
    import neuroglancer

    viewer = neuroglancer.Viewer()
    viewer.set_state(neuroglancer.ViewerState(state))
    return viewer


class _FolderHandler(http.server.SimpleHTTPRequestHandler):
    """Files of one folder, for any origin, in ranges, gzipped where they are stored so."""

    data: Path
    protocol_version = "HTTP/1.1"

    def translate_path(self, path: str) -> str:
        """Path of a file below the folder."""
        self.directory = str(self.data)
        return super().translate_path(path)

    def list_directory(self, path: str | os.PathLike[str]) -> io.BytesIO | None:
        """Folders are not listed."""
        self.send_error(http.HTTPStatus.NOT_FOUND, f"{Path(path).name} is a folder")
        return None

    def send_head(self) -> io.BytesIO | IO[bytes] | None:  # type: ignore[override]
        """Send the headers of a file or of a range of it, and give what to copy."""
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            return self.list_directory(path)
        gzipped = False
        if not path.is_file() and path.with_name(f"{path.name}.gz").is_file():
            path, gzipped = path.with_name(f"{path.name}.gz"), True
        if not path.is_file():
            self.send_error(http.HTTPStatus.NOT_FOUND, "no such file")
            return None
        size = path.stat().st_size
        start, stop, status = 0, size, http.HTTPStatus.OK
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if wanted and not gzipped and any(wanted.groups()):
            first, last = wanted.groups()
            start = int(first) if first else max(0, size - int(last))
            stop = min(size, int(last) + 1) if first and last else size
            if start >= stop:
                self.send_response(http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
                self.send_header("Content-Range", f"bytes */{size}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return None
            status = http.HTTPStatus.PARTIAL_CONTENT
        self.send_response(status)
        self.send_header(
            "Content-Type", self.guess_type(str(path.with_suffix("") if gzipped else path))
        )
        self.send_header("Content-Length", str(stop - start))
        if gzipped:
            self.send_header("Content-Encoding", "gzip")
        else:
            self.send_header("Accept-Ranges", "bytes")
        if status == http.HTTPStatus.PARTIAL_CONTENT:
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{size}")
        self.end_headers()
        file = path.open("rb")
        file.seek(start)
        self._left = stop - start
        return file

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """Copy as many bytes as were promised."""
        left = getattr(self, "_left", None)
        if left is None:
            shutil.copyfileobj(source, outputfile)
            return
        while left > 0:
            piece = source.read(min(left, 1 << 20))
            if not piece:
                break
            outputfile.write(piece)
            left -= len(piece)

    def do_OPTIONS(self) -> None:
        """Answer what a browser asks before a request from another origin."""
        self.send_response(http.HTTPStatus.NO_CONTENT)
        self.send_header("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
        self.send_header("Access-Control-Allow-Headers", "*")
        self.send_header("Access-Control-Allow-Private-Network", "true")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def end_headers(self) -> None:
        """Any page may read, whatever its origin; nothing is cached, for folders are rewritten."""
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Expose-Headers", "Content-Range, Content-Length")
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a viewer asks for thousands of chunks."""
