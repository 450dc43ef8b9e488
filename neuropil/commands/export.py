"""``neuropil export``: a connectome in the formats of others, with its terms."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from ..leaving import AllowRestricted, require_leave, source_file, tell_terms
from ..option_names import option_names
from ..options import Json, MinSynapses, Name, Where
from ..output import json_asked, print_json

HELP = """Write a connectome in another format: CSV, matrices, GraphML, SONATA, NWB, Neuroglancer.

`neuropil export --list` names the formats. Licence, citation and terms are printed and written beside the
export. Neurons without edges stay; ids stay whole.

Examples:

    neuropil export celegans-white1986 graphml worm.graphml

    neuropil export my_connectome/ csv tables/ --min-synapses 5

    neuropil export my_connectome/ adjacency right.npz --edge-type chemical --where "side = 'right'"

    neuropil export my_connectome/ neuroglancer-annotations synapses/
"""


def _list_and_leave(value: bool) -> None:
    if value:
        from ..export.formats import FORMATS, IN_PYTHON

        if json_asked():
            formats = [
                {"name": f.name, "makes": f.makes, "suffix": f.suffix, "what": f.what}
                for f in FORMATS.values()
            ]
            print_json({"formats": formats, "in_python": dict(IN_PYTHON)})
            raise typer.Exit
        for one in FORMATS.values():
            typer.echo(f"{one.name:<26}{one.makes + ' ' + one.suffix:<15}{one.what}")
        for name, call in IN_PYTHON.items():
            typer.echo(f"{name:<26}{'in Python':<15}{call}")
        raise typer.Exit


def export(
    connectome: Name,
    format: Annotated[str, typer.Argument(help="Which format.", show_default=False)],
    out: Annotated[Path, typer.Argument(help="The file or folder to make.", show_default=False)],
    edge_type: Annotated[
        str | None,
        typer.Option("--edge-type", help="One kind of connection; all by default."),
    ] = None,
    min_synapses: MinSynapses = None,
    where: Where = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an export that stands at OUT.")
    ] = False,
    allow_restricted: AllowRestricted = False,
    json: Json = False,
    _list: Annotated[
        bool,
        typer.Option(
            "--list", is_eager=True, callback=_list_and_leave, help="Name the formats and leave."
        ),
    ] = False,
) -> None:
    """Write a connectome in another format."""
    import connectome_analysis as ca
    from connectome_analysis.tables.object_store import shown_address

    from .. import export as exports

    with ca.open(connectome) as opened:
        require_leave(opened.manifest, allow_restricted=allow_restricted)
        names = {"edge_type": "--edge-type", "min_synapses": "--min-synapses"}
        with option_names(names):
            made = exports.write(
                opened,
                format,
                out,
                edge_type=edge_type,
                min_synapses=min_synapses,
                where=where,
                overwrite=overwrite,
                allow_restricted=allow_restricted,
                command=shlex.join(
                    ["neuropil", "export", shown_address(connectome), format, str(out)]
                ),
            )
        beside = made / "source.json" if made.is_dir() else source_file(made)
        if json:
            print_json({"path": made, "source": beside})
        typer.echo(f"wrote {made}; source and terms in {beside}", err=True)
        tell_terms(opened.manifest)
