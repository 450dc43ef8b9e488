"""Command: ``neuropil ingest``, mounted by the command line."""

from __future__ import annotations

import ast
import json
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from .account import Ingested
    from .known_formats import Format

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Turn foreign files into a connectome: neuropil ingest FORMAT SRC OUT.",
)

_EXAMPLES = """Examples:

neuropil ingest table edges.csv fly/ --nodes neurons.csv --min-synapses 5

neuropil ingest table connections.csv.gz fly/ --map pre_id=pre_root_id --map post_id=post_root_id --map region=neuropil

neuropil ingest table synapses.parquet mouse/ --nodes cells.feather --voxel-size-nm 40,4,4

neuropil ingest table matrix.csv worm/ --orientation columns-are-pre --weight-meaning "EM sections"

neuropil ingest table gap_junctions.csv worm/ --edge-type electrical --undirected-listed once

neuropil ingest table ciona.json ciona/ --weight-meaning "contact depth" --weight-unit um
"""


def _print_formats(as_json: bool) -> None:
    from .known_formats import FORMATS

    if as_json:
        rows = [{"name": f.name, "what": f.what, "example": f.example} for f in FORMATS]
        typer.echo(json.dumps(rows, indent=2))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table("format", "what it is", "example", box=None, pad_edge=False)
    for known in FORMATS:
        table.add_row(Text(known.name), Text(known.what), Text(known.example))
    _console().print(table)


def _list_and_leave(value: bool) -> None:
    if value:
        _print_formats(as_json=False)
        raise typer.Exit


@app.callback()
def _ingest(
    list_formats: Annotated[
        bool,
        typer.Option(
            "--list", is_eager=True, callback=_list_and_leave, help="List the formats and leave."
        ),
    ] = False,
) -> None:
    """Turn foreign files into a connectome: neuropil ingest FORMAT SRC OUT."""


@app.command("formats")
def list_known_formats(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """List the formats that can be read."""
    _print_formats(as_json)


def _on_disk(given: Path) -> Path:
    """A path of this machine, of which an address would make a folder called ``s3:``."""
    from connectome_analysis.tables.object_store import looks_like_url

    if looks_like_url(given) and not given.exists():
        msg = (
            f"{given.parts[0]}// is an address; ingest reads and makes files on this machine: fetch the "
            "source first, or copy the finished folder there (neuropil info, check, sql, ... read it in "
            "place)."
        )
        raise ValueError(msg)
    return given


Out = Annotated[
    Path, typer.Argument(help="The folder to make.", show_default=False, callback=_on_disk)
]

_SOURCE = "What the source is"
_COLUMNS = "Columns and ids"
_NUMBERS = "Units, weights and pairs"
_TEXT = "How the file is written"
_ABOUT = "About the connectome"


@app.command("table", epilog=_EXAMPLES)
def ingest_table(
    src: Annotated[
        Path,
        typer.Argument(
            help="Edges, synapses, a matrix or a graph: CSV, TSV, Parquet, Feather, .xlsx, .npy, "
            ".npz, .graphml, .json.",
            show_default=False,
            callback=_on_disk,
        ),
    ],
    out: Out,
    nodes: Annotated[
        Path | None,
        typer.Option(help="The list of neurons.", rich_help_panel=_SOURCE, show_default=False),
    ] = None,
    synapses: Annotated[
        Path | None,
        typer.Option(
            help="Synapses, beside the edges in SRC.", rich_help_panel=_SOURCE, show_default=False
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            metavar="edges|synapses|matrix|graphml|node-link",
            help="What SRC is; recognised from suffix and content.",
            rich_help_panel=_SOURCE,
            show_default=False,
        ),
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="COLUMN=SOURCE",
            help="Source column of a contract column, such as pre_id=pre_root_id or "
            "nodes.side=hemisphere; repeat. COLUMN= leaves the column out. Without a header the "
            "source columns are column_1, column_2, ...",
            rich_help_panel=_COLUMNS,
            show_default=False,
        ),
    ] = None,
    ids: Annotated[
        str | None,
        typer.Option(
            metavar="integers|names",
            help="Whether ids are integers or names; found out.",
            rich_help_panel=_COLUMNS,
            show_default=False,
        ),
    ] = None,
    edges_refer_to: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="Column of --nodes by which edges name neurons, if not node_id.",
            rich_help_panel=_COLUMNS,
            show_default=False,
        ),
    ] = None,
    zero_is_a_neuron: Annotated[
        bool | None,
        typer.Option(
            "--zero-is-a-neuron/--zero-is-missing",
            help="What id 0 means: no neuron in rows, a neuron in a matrix or graph.",
            rich_help_panel=_COLUMNS,
            show_default=False,
        ),
    ] = None,
    unknown_neurons: Annotated[
        str,
        typer.Option(
            metavar="error|add|drop",
            help="What to do with rows that name neurons not in the list.",
            rich_help_panel=_COLUMNS,
        ),
    ] = "error",
    missing: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN=TEXT",
            help="A further spelling of a missing value, such as cell_type=NA or *=-999; repeat.",
            rich_help_panel=_COLUMNS,
            show_default=False,
        ),
    ] = None,
    orientation: Annotated[
        str | None,
        typer.Option(
            metavar="rows-are-pre|columns-are-pre",
            help="Which side of a matrix sends; rows, where not said.",
            rich_help_panel=_SOURCE,
            show_default=False,
        ),
    ] = None,
    rows_and_columns: Annotated[
        str,
        typer.Option(
            metavar="same|different",
            help="Whether rows and columns of a matrix without names are the same neurons.",
            rich_help_panel=_SOURCE,
        ),
    ] = "same",
    unit: Annotated[
        str | None,
        typer.Option(
            metavar="nm|um|voxels",
            help="Of positions whose column does not end in _nm.",
            rich_help_panel=_NUMBERS,
            show_default=False,
        ),
    ] = None,
    voxel_size_nm: Annotated[
        str | None,
        typer.Option(
            metavar="Z,Y,X",
            help="Size of a voxel in nm; positions are then in voxels.",
            rich_help_panel=_NUMBERS,
            show_default=False,
        ),
    ] = None,
    weight_meaning: Annotated[
        str | None,
        typer.Option(
            help='What a weight measures; "synapses" makes it syn_count.',
            rich_help_panel=_NUMBERS,
            show_default=False,
        ),
    ] = None,
    weight_unit: Annotated[
        str | None, typer.Option(rich_help_panel=_NUMBERS, show_default=False)
    ] = None,
    negative_weights: Annotated[
        str,
        typer.Option(
            metavar="error|sign",
            help="sign: store the size as weight and the sign as a column of edges.",
            rich_help_panel=_NUMBERS,
        ),
    ] = "error",
    edge_type: Annotated[
        str,
        typer.Option(help="Of rows without a column edge_type.", rich_help_panel=_NUMBERS),
    ] = "chemical",
    directed: Annotated[
        bool | None,
        typer.Option(
            "--directed/--undirected",
            help="Whether edges have a direction; undirected ones stand in both.",
            rich_help_panel=_NUMBERS,
            show_default=False,
        ),
    ] = None,
    undirected_listed: Annotated[
        str | None,
        typer.Option(
            metavar="once|twice",
            help="How the source lists an undirected or electrical edge.",
            rich_help_panel=_NUMBERS,
            show_default=False,
        ),
    ] = None,
    min_synapses: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Least number of synapses of a pair, over all its rows.",
            rich_help_panel=_NUMBERS,
            show_default=False,
        ),
    ] = None,
    min_score: Annotated[
        float | None,
        typer.Option(
            help="Least score, or confidence, of a synapse; those below are counted and left out.",
            rich_help_panel=_NUMBERS,
            show_default=False,
        ),
    ] = None,
    keep_synapses: Annotated[
        bool,
        typer.Option(
            "--keep-synapses/--count-synapses",
            help="Keep synapses as a table, or only count them into edges: less time and disk.",
            rich_help_panel=_NUMBERS,
        ),
    ] = True,
    personal_data: Annotated[
        bool,
        typer.Option(
            "--personal-data",
            help="Keep columns that name people, such as user_name or email.",
            rich_help_panel=_COLUMNS,
        ),
    ] = False,
    on_self_loops: Annotated[
        str, typer.Option(metavar="keep|drop", rich_help_panel=_NUMBERS)
    ] = "keep",
    delimiter: Annotated[
        str | None,
        typer.Option(
            help="One character, or tab, or space.", rich_help_panel=_TEXT, show_default=False
        ),
    ] = None,
    header: Annotated[
        bool | None,
        typer.Option(
            help="Whether the first line names the columns.",
            rich_help_panel=_TEXT,
            show_default=False,
        ),
    ] = None,
    row_names: Annotated[
        bool | None,
        typer.Option(
            help="Whether the first column of a matrix names the rows.",
            rich_help_panel=_TEXT,
            show_default=False,
        ),
    ] = None,
    nodes_header: Annotated[
        bool | None,
        typer.Option(
            help="Whether the first line of --nodes names the columns.",
            rich_help_panel=_TEXT,
            show_default=False,
        ),
    ] = None,
    sheet: Annotated[
        str | None, typer.Option(help="Of a workbook.", rich_help_panel=_TEXT, show_default=False)
    ] = None,
    nodes_sheet: Annotated[
        str | None, typer.Option(rich_help_panel=_TEXT, show_default=False)
    ] = None,
    name: Annotated[str | None, typer.Option(rich_help_panel=_ABOUT, show_default=False)] = None,
    species: Annotated[str | None, typer.Option(rich_help_panel=_ABOUT, show_default=False)] = None,
    individual: Annotated[
        str | None, typer.Option(rich_help_panel=_ABOUT, show_default=False)
    ] = None,
    sex: Annotated[str | None, typer.Option(rich_help_panel=_ABOUT, show_default=False)] = None,
    stage: Annotated[str | None, typer.Option(rich_help_panel=_ABOUT, show_default=False)] = None,
    source: Annotated[
        str | None,
        typer.Option(
            help="Publication or server the files came from.",
            rich_help_panel=_ABOUT,
            show_default=False,
        ),
    ] = None,
    release: Annotated[str | None, typer.Option(rich_help_panel=_ABOUT, show_default=False)] = None,
    licence: Annotated[str | None, typer.Option(rich_help_panel=_ABOUT, show_default=False)] = None,
    citation: Annotated[
        list[str] | None, typer.Option(rich_help_panel=_ABOUT, show_default=False)
    ] = None,
    doi: Annotated[
        list[str] | None, typer.Option(rich_help_panel=_ABOUT, show_default=False)
    ] = None,
    consent: Annotated[
        str | None,
        typer.Option(
            help="Consent or approval under which the tissue was given; human tissue must state it.",
            rich_help_panel=_ABOUT,
            show_default=False,
        ),
    ] = None,
    access: Annotated[
        str | None,
        typer.Option(
            help="Terms of access and use beyond the licence; human tissue must state them.",
            rich_help_panel=_ABOUT,
            show_default=False,
        ),
    ] = None,
    restricted: Annotated[
        bool,
        typer.Option(
            "--restricted",
            help="Let rows leave the folder only with --allow-restricted.",
            rich_help_panel=_ABOUT,
        ),
    ] = False,
    detector: Annotated[
        str | None,
        typer.Option(
            help='How synapses were found, such as "manual tracing".',
            rich_help_panel=_ABOUT,
            show_default=False,
        ),
    ] = None,
    note: Annotated[
        list[str] | None, typer.Option(rich_help_panel=_ABOUT, show_default=False)
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a connectome that stands at OUT.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Read edges, synapses, an adjacency matrix or a graph into a connectome.

    It tells what SRC is, which column became what, units, orientation and what was left out.
    """
    from .table_reader import read_table

    columns = {key: value or None for key, value in _split("--map", map_).items()}
    spellings: dict[str, list[str]] = {}
    for item in missing or ():
        key, value = _pair("--missing", item)
        spellings.setdefault(key, []).append(value)
    described = {
        "name": name,
        "species": species,
        "individual": individual,
        "sex": sex,
        "stage": stage,
        "source": source,
        "release": release,
        "licence": licence,
        "citation": citation,
        "doi": doi,
        "consent": consent,
        "access": access,
        "restricted": restricted,
        "detector": detector,
        "notes": note,
    }
    with _progress() as told:
        result = read_table(
            src,
            out,
            kind=kind,  # type: ignore[arg-type]
            synapses=synapses,
            nodes=nodes,
            columns=columns,
            ids=ids,
            edges_refer_to=edges_refer_to,
            zero_is_a_neuron=zero_is_a_neuron,
            unknown_neurons=unknown_neurons,
            missing=spellings,
            orientation=orientation,
            rows_and_columns=rows_and_columns,
            unit=unit,
            voxel_size_nm=_voxel_size(voxel_size_nm),
            weight_meaning=weight_meaning,
            weight_unit=weight_unit,
            negative_weights=negative_weights,
            edge_type=edge_type,
            directed=directed,
            undirected_listed=undirected_listed,
            min_synapses=min_synapses,
            min_score=min_score,
            keep_synapses=keep_synapses,
            on_self_loops=on_self_loops,
            personal_data=personal_data,
            delimiter=delimiter,
            header=header,
            row_names=row_names,
            nodes_header=nodes_header,
            sheet=sheet,
            nodes_sheet=nodes_sheet,
            description={key: value for key, value in described.items() if value},
            overwrite=overwrite,
            command=command_line_of("table", src, out),
            progress=told,
        )
    print_ingested(result, as_json=as_json)


def print_ingested(result: Ingested, *, as_json: bool) -> None:
    """Print what a reader did: for people, or as JSON."""
    if as_json:
        content = {
            "path": str(result.path),
            "rows": dict(result.rows),
            "buckets": dict(result.buckets),
            "decisions": list(result.decisions),
            "warnings": list(result.warnings),
        }
        typer.echo(json.dumps(content, indent=2, ensure_ascii=False))
        return
    from rich.table import Table
    from rich.text import Text

    console = _console()
    console.print(Text(str(result.path), style="bold"))
    tables = Table(box=None, show_header=False, pad_edge=False)
    tables.add_column(justify="right")
    tables.add_column()
    for name, rows in result.rows.items():
        tables.add_row(f"{rows:,}", Text(name, style="bold"))
    for name, rows in result.buckets.items():
        tables.add_row(f"{rows:,}", Text(name.replace("_", " "), style="dim"))
    console.print(tables)
    for line in result.decisions:
        console.print(Text(f"- {line}"), soft_wrap=True)
    for line in result.warnings:
        console.print(Text(f"! {line}", style="yellow"), soft_wrap=True)


def _reader_command(known: Format) -> Callable[..., None]:
    """A command ``neuropil ingest NAME SRC OUT`` for a format whose options are given by name."""

    def read_format(
        src: Annotated[
            Path, typer.Argument(help="The source.", show_default=False, callback=_on_disk)
        ],
        out: Out,
        option: Annotated[
            list[str] | None,
            typer.Option(
                metavar="NAME=VALUE", help="An option of the reader; repeat.", show_default=False
            ),
        ] = None,
        overwrite: Annotated[
            bool, typer.Option("--overwrite", help="Replace a connectome that stands at OUT.")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
    ) -> None:
        options = {key: _value(text) for key, text in _split("--option", option).items()}
        reader = known.load()
        _require_options(known, reader, options)
        command = command_line_of(known.name, src, out)
        with _progress() as told:
            result = reader(
                src, out, **options, overwrite=overwrite, command=command, progress=told
            )
        print_ingested(result, as_json=as_json)

    read_format.__doc__ = f"Read {known.what}."
    return read_format


def read_into(
    name: str | None,
    src: Path,
    out: Path,
    option: Sequence[str] | None,
    preset: Mapping[str, Any],
    *,
    as_json: bool,
) -> None:
    """Read `src` by a format's reader, with options as written and those preset, and print what came."""
    from .known_formats import find_format

    known = find_format(name or "auto")
    options = dict(preset) | {key: _value(text) for key, text in _split("--option", option).items()}
    reader = known.load()
    _require_options(known, reader, options)
    with _progress() as told:
        command = shlex.join(["neuropil", *sys.argv[1:]])
        result = reader(src, out, **options, command=command, progress=told)
    print_ingested(result, as_json=as_json)


def _mount(known_formats: Sequence[Format]) -> None:
    """Give every format that has no command of its own one."""
    own = {command.name for command in app.registered_commands}
    for known in known_formats:
        if known.name not in own:
            app.command(known.name, epilog=f"Example: {known.example}")(_reader_command(known))


def _require_options(known: Format, reader: Callable[..., Any], options: dict[str, Any]) -> None:
    import inspect

    given_here = {"overwrite", "command", "progress"}
    parameters = inspect.signature(reader).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return  # the reader hands options on, and says itself which there are
    there = [
        name
        for name, parameter in parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY and name not in given_here
    ]
    for name in options:
        if name not in there:
            listed = f"there are {', '.join(there)}" if there else "it has none"
            msg = f"--option: {name!r} is no option of {known.name}; {listed}."
            raise ValueError(msg)


def _split(option: str, items: Sequence[str] | None) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for item in items or ():
        key, value = _pair(option, item)
        if key in pairs:
            msg = f"{option}: {key!r} is given twice, {pairs[key]!r} and {value!r}."
            raise ValueError(msg)
        pairs[key] = value
    return pairs


def _pair(option: str, item: str) -> tuple[str, str]:
    key, sign, value = item.partition("=")
    if not sign or not key.strip():
        msg = f"{option} wants NAME=VALUE, got {item!r}."
        raise ValueError(msg)
    return key.strip(), value


def _value(text: str) -> Any:
    """A Python value where the text is one (5, True, (40, 4, 4)), and the text otherwise."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _voxel_size(text: str | None) -> tuple[float, float, float] | None:
    if text is None:
        return None
    try:
        z, y, x = (float(edge) for edge in text.replace("x", ",").split(","))
    except ValueError:
        msg = f"--voxel-size-nm wants three lengths in nm, Z,Y,X such as 40,4,4, got {text!r}."
        raise ValueError(msg) from None
    return z, y, x


def command_line_of(name: str, src: str | Path, out: Path) -> str:
    """Command that runs, with all its options, as it can be run again."""
    if sys.argv[1:3] == ["ingest", name]:
        return shlex.join(["neuropil", *sys.argv[1:]])
    return shlex.join(["neuropil", "ingest", name, str(src), str(out)])


def _console() -> Console:
    from rich.console import Console

    return Console()


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show what is done now, on the error stream and only to a person."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("reading") as status:
        yield status.update


def _mount_all() -> None:
    from .known_formats import FORMATS

    _mount(FORMATS)


_mount_all()
