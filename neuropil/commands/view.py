"""``neuropil view``: volumes in Neuroglancer, served from this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

HELP = """Show a folder of volumes in Neuroglancer; prints the link to open and serves until Ctrl-C.

FOLDER holds what `neuropil ingest em --volumes` or `neuropil segment` wrote.

Examples:

    neuropil view view/

    neuropil view view/ --port 8000
"""


def view(
    folder: Annotated[Path, typer.Argument(help="The folder.", show_default=False)],
    port: Annotated[
        int, typer.Option("--port", help="0 takes any free one.", min=0, max=65535)
    ] = 0,
) -> None:
    """Serve a folder."""
    import segmentation_core as sc

    server = sc.serve_neuroglancer(folder, port=port)
    server.wait()
