"""Table: nodes, edges, synapses, a matrix or a graph in ordinary files become a connectome."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from connectome_analysis.tables import ContractError, read_manifest, write

from .account import Account, Ingested
from .being_read import format_being_read
from .both_ways import Listed
from .choices import require_choices
from .exact_ids import IdKind
from .graphs import GraphKind, read_graph
from .made_by import manifest_of
from .matrices import Orientation, RowsAndColumns, read_matrix
from .more_tables import stage_more_tables
from .neurons import UnknownNeurons
from .opened import Asked, Opened, graph_kind_of, map_opened, take_graph, take_matrix
from .pairs import (
    OnSelfLoops,
    Pairs,
    edges_by_region_query,
    edges_query,
    fold_pairs,
    met_threshold,
    select_pairs,
    sum_rows,
)
from .positions import Unit, read_scale
from .read_rows import Source, open_rows
from .recognise import Kind, recognise
from .source_beside import Beside, exported_file, nodes_beside, source_beside
from .staged import Staged, stage
from .synapses_to_edges import synapses_query
from .weights import MIXED, NegativeWeights
from .workspace import Workspace, open_workspace


def read_table(
    source: str | Path, out: str | Path, *, kind: Kind | None = None, **options: Any
) -> Ingested:
    """Read one file of edges, synapses, a matrix or a graph.

    Parameters
    ----------
    source : path
        A folder that was exported as CSV is read as its edges and nodes.
    out : path
    kind : {"edges", "synapses", "matrix", "graphml", "node-link"}, optional
        Recognised from suffix and content where not said.
    **options
        Of `table`.

    Returns
    -------
    Ingested
    """
    require_choices(kind=(kind, Kind))
    source = exported_file(Path(source).expanduser()) or source
    exported_nodes = nodes_beside(Path(source).expanduser())
    if exported_nodes is not None and kind in (None, "edges") and options.get("nodes") is None:
        options["nodes"] = exported_nodes
        kind = "edges"
    if kind is None:
        kind = _exported_kind(source)
    if kind is None:
        kind = recognise(
            source,
            options.get("columns") or {},
            delimiter=options.get("delimiter"),
            sheet=options.get("sheet"),
        )
    if kind in ("graphml", "node-link"):
        options |= {"graph": source, "graph_kind": kind}
    else:
        options[kind] = source
    return table(out, **options)


def table(
    out: str | Path,
    *,
    edges: Source | None = None,
    synapses: Source | None = None,
    matrix: str | Path | None = None,
    graph: str | Path | None = None,
    nodes: Source | None = None,
    columns: Mapping[str, str | None] | None = None,
    ids: IdKind | None = None,
    edges_refer_to: str | None = None,
    zero_is_a_neuron: bool | None = None,
    unknown_neurons: UnknownNeurons = "error",
    missing: Mapping[str, Collection[str]] | None = None,
    orientation: Orientation | None = None,
    rows_and_columns: RowsAndColumns = "same",
    unit: Unit | None = None,
    voxel_size_nm: tuple[float, float, float] | None = None,
    weight_meaning: str | None = None,
    weight_unit: str | None = None,
    negative_weights: NegativeWeights = "error",
    edge_type: str = "chemical",
    directed: bool | None = None,
    undirected_listed: Listed | None = None,
    min_synapses: int | None = None,
    source_min_synapses: int | None = None,
    min_score: float | None = None,
    keep_synapses: bool = True,
    on_self_loops: OnSelfLoops = "keep",
    delimiter: str | None = None,
    header: bool | None = None,
    row_names: bool | None = None,
    nodes_header: bool | None = None,
    sheet: str | None = None,
    nodes_sheet: str | None = None,
    graph_kind: GraphKind | None = None,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    files: Mapping[str, str | Path] | None = None,
    decisions: Sequence[str] = (),
    warnings: Sequence[str] = (),
    buckets: Mapping[str, int] | None = None,
    personal_data: bool = False,
    more_tables: Mapping[str, Any] | None = None,
    weight_meanings: Mapping[str, Mapping[str, str]] | None = None,
    of_a_release: bool = True,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Make a connectome from ordinary files.

    Parameters
    ----------
    out : path
        The folder to make.
    edges, synapses, matrix, graph : source
        One of them; `edges` and `synapses` may come together. Rows are CSV, TSV, space-separated
        text, Parquet, Feather, Excel, a DataFrame or an Arrow table. A matrix is text, ``.npy``,
        ``.npz`` or Excel. A graph is GraphML or node-link JSON.
    nodes : source, optional
        The list of neurons. Without it the neurons are those that the rows name, and neurons
        without edges are missing. A matrix and a graph bring their own.
    columns : mapping of str to str or None, optional
        Source column by contract column: ``{"pre_id": "pre_root_id", "nodes.side": "hemi"}``.
        Without a header the columns are ``column_1``, ``column_2``, ... None leaves a contract
        column out. ``position`` takes texts such as ``[x y z]``.
    ids : {"integers", "names"}, optional
        Found out where not said; see `exact_ids`.
    edges_refer_to : str, optional
        Column of `nodes` by which the rows name neurons, where that is not ``node_id``.
    zero_is_a_neuron : bool, optional
        By default 0 stands for "no neuron" in rows, and is a neuron in a matrix or graph.
    unknown_neurons : {"error", "add", "drop"}
        What to do with rows that name neurons not in the list.
    missing : mapping of str to collection of str, optional
        Further spellings of a missing value, by column; ``"*"`` is every column.
    orientation : {"rows-are-pre", "columns-are-pre"}, optional
        Which side of a matrix sends; rows, where not said.
    rows_and_columns : {"same", "different"}
        Whether rows and columns of a matrix without names are the same neurons.
    unit : {"nm", "um", "voxels"}, optional
        Of positions whose columns do not end in ``_nm``.
    voxel_size_nm : (z, y, x), optional
        Positions in voxels are multiplied by it.
    weight_meaning, weight_unit : str, optional
        What a weight measures; ``"synapses"`` makes it ``syn_count`` as well.
    negative_weights : {"error", "sign"}
        ``"sign"`` stores the size as weight and the sign as a column of edges.
    edge_type : str
        Of rows without a column ``edge_type``.
    directed : bool, optional
        False: every edge stands in both directions. By default what a graph file says, and
        directed otherwise. Electrical edges always stand in both.
    undirected_listed : {"once", "twice"}, optional
        How the source lists an undirected edge; asked for where the rows leave it open.
    min_synapses : int, optional
        Least number of synapses of a pair, over all its rows.
    source_min_synapses : int, optional
        For readers: the threshold that those who publish the source have put on it; the manifest
        says so where `min_synapses` is not higher.
    min_score : float, optional
        Of `synapses`: least score of a synapse that is kept, or least confidence where there is no
        score. Synapses without one are left out and counted.
    keep_synapses : bool
        False: synapses are counted into edges while they are read, and there is no table of them.
    on_self_loops : {"keep", "drop"}
    delimiter, header, row_names, sheet : optional
        Of the main file; found out where not said.
    nodes_header, nodes_sheet : optional
        Of `nodes`.
    graph_kind : {"graphml", "node-link"}, optional
        By the suffix where not said.
    description : mapping, optional
        Fields of the manifest: ``name``, ``species``, ``licence``, ``citation``, ``doi``,
        ``individual``, ``sex``, ``stage``, ``source``, ``release``, ``detector``, ...
    overwrite : bool
        Replace a connectome that stands at `out`.
    files : mapping of str to path, optional
        For readers: the files behind tables handed over in memory, by ``"edges"``, ``"nodes"``,
        ...; messages and the manifest name them.
    decisions, warnings : sequence of str
        For readers: what was decided, and warned of, before; told first.
    buckets : mapping of str to int
        For readers: rows left out before, by name.
    personal_data : bool
        Keep columns that name people, such as ``user_name`` or ``email``.
    more_tables : mapping of str to pyarrow.Table, optional
        For readers: further tables, such as ``skeletons``. A column ``neuron`` names neurons as the
        rows do and becomes ``node_id``; it may be empty in tables beyond the contract.
    weight_meanings : mapping of str to mapping, optional
        For readers: ``{"meaning": ..., "unit": ...}`` by kind of edge, where kinds differ in it.
    of_a_release : bool
        For readers: False where files are not claimed to be those that the format's releases publish,
        so that they are not compared with them.
    command : str, optional
        What the manifest gives as the command.
    progress : callable, optional
        Told in words what is done next.

    Returns
    -------
    Ingested
        Path, rows per table, buckets, decisions and warnings.

    Raises
    ------
    ContractError
        Where the source cannot be read without guessing; nothing is written then.

    Examples
    --------
    >>> import pandas as pd, tempfile
    >>> rows = pd.DataFrame({"pre": [7, 7, 8], "post": [8, 8, 7], "n_syn": [2, 3, 1]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = table(f"{folder}/small", edges=rows)
    >>> result.rows
    {'nodes': 2, 'edges': 2}
    >>> result.buckets["edge_rows_in"], result.buckets["pairs_in"]
    (3, 2)
    """
    target = Path(out).expanduser()
    require_choices(
        ids=(ids, IdKind),
        unknown_neurons=(unknown_neurons, UnknownNeurons),
        orientation=(orientation, Orientation),
        rows_and_columns=(rows_and_columns, RowsAndColumns),
        unit=(unit, Unit),
        negative_weights=(negative_weights, NegativeWeights),
        undirected_listed=(undirected_listed, Listed),
        on_self_loops=(on_self_loops, OnSelfLoops),
        graph_kind=(graph_kind, GraphKind),
    )
    _require_sources(edges, synapses, matrix, graph, nodes)
    if synapses is None and (min_score is not None or not keep_synapses):
        msg = "min_score and keep_synapses are for rows of synapses: give synapses."
        raise ContractError(msg)
    if edges is not None and not keep_synapses:
        msg = (
            "edges come from the list of edges, so synapses left out would be of no use: give one."
        )
        raise ContractError(msg)
    if directed is False and synapses is not None:
        msg = "synapses have a direction, so directed=False (--undirected) is not for them."
        raise ContractError(msg)
    if (target / "connectome.json").exists() and not overwrite:
        msg = f"{target} exists. Choose another name, or ask to overwrite it (--overwrite)."
        raise ContractError(msg)
    asked = Asked(
        columns=dict(columns or {}),
        ids=ids,
        edges_refer_to=edges_refer_to,
        zero_is_a_neuron=zero_is_a_neuron,
        unknown_neurons=unknown_neurons,
        missing=_by_column(missing),
        scale=read_scale(unit, voxel_size_nm),
        edge_type=edge_type.strip() or "chemical",
    )
    inputs = {
        "edges": edges,
        "synapses": synapses,
        "matrix": matrix,
        "graph": graph,
        "nodes": nodes,
    } | dict(files or {})
    names = {role: Path(file).name for role, file in (files or {}).items()}
    if overwrite and target.exists():
        _require_apart(inputs.values(), target)
    sources = ((files or {}).get("edges"), edges, matrix, graph)
    main_file = next((one for one in sources if isinstance(one, str | Path)), None)
    beside = None if main_file is None else source_beside(Path(main_file).expanduser())
    if beside is not None:
        if edge_type == "chemical" and beside.edge_type is not None:
            asked.edge_type = beside.edge_type
        source_min_synapses = source_min_synapses or beside.min_synapses
        description = {**beside.description, **(description or {})}
        if weight_meaning is None and weight_unit is None and not weight_meanings:
            weight_meaning, weight_unit, weight_meanings = _weights_beside(beside)
    with open_workspace(target.resolve(), progress) as workspace:
        workspace.personal_data = personal_data
        for line in decisions:
            workspace.account.decide(line)
        for line in warnings:
            workspace.account.warn(line)
        for bucket, count in (buckets or {}).items():
            workspace.account.count(bucket, count)
            for role in ("edge_rows", "synapse_rows"):  # they were rows, too
                if bucket.startswith(f"{role}_"):
                    workspace.account.count(f"{role}_in", count)
        _tell_kinds(workspace, inputs)
        if beside is not None:
            workspace.account.decide(
                f"{beside.file.name} beside it says whose the rows are, under which terms, and what "
                "weights mean; what is given here goes before it"
            )
        opened = Opened()
        workspace.progress("opening the source")
        if nodes is not None:
            opened.nodes = open_rows(
                workspace,
                "nodes_source",
                nodes,
                header=nodes_header,
                sheet=nodes_sheet,
                label=names.get("nodes"),
            )
        main: dict[str, Any] = {"delimiter": delimiter, "header": header, "sheet": sheet}
        if edges is not None:
            opened.edges = open_rows(
                workspace, "edges_source", edges, **main, label=names.get("edges")
            )
        if synapses is not None:
            written = main if edges is None else {}
            opened.synapses = open_rows(
                workspace, "synapses_source", synapses, **written, label=names.get("synapses")
            )
        if matrix is not None:
            read = read_matrix(matrix, row_names=row_names, **main)
            take_matrix(workspace, asked, opened, read, orientation, rows_and_columns)
        if graph is not None:
            file = read_graph(graph, graph_kind or graph_kind_of(graph))
            directed = take_graph(workspace, asked, opened, file, directed)
        map_opened(workspace, asked, opened)
        staged = stage(
            workspace,
            asked,
            opened,
            weight_meaning=weight_meaning,
            weight_unit=weight_unit,
            negative_weights=negative_weights,
            min_synapses=min_synapses,
            min_score=min_score,
            keep_synapses=keep_synapses,
        )
        workspace.progress("adding up pairs")
        present_only = staged.weights.present_only
        pairs = sum_rows(workspace, staged.edges, staged.edge_rows, present_only=present_only)
        if opened.edges is not None:
            staged.edges.drop(workspace)  # its memory is wanted for writing
        pairs = fold_pairs(
            workspace,
            pairs,
            staged.edges,
            everything=directed is False,
            listed=undirected_listed,
            present_only=present_only,
        )
        pairs = select_pairs(
            workspace, pairs, on_self_loops=on_self_loops, min_synapses=min_synapses
        )
        source_min_synapses = met_threshold(workspace, pairs, source_min_synapses)
        manifest = manifest_of(
            workspace,
            pairs,
            staged.weights,
            description={
                "name": target.resolve().name,
                **(description or {}),
                **({} if min_score is None else {"score_cutoff": float(min_score)}),
            },
            inputs=inputs,
            voxel_size_nm=voxel_size_nm,
            min_synapses=max(filter(None, (min_synapses, source_min_synapses)), default=None),
            on_self_loops=on_self_loops,
            columns=staged.meanings,
            weight_meanings=weight_meanings or {},
            of_a_release=of_a_release,
            command=command or _command(),
        )
        more = stage_more_tables(workspace, more_tables or {})
        path = write(
            target,
            _tables(workspace, pairs, staged) | more,
            manifest,
            overwrite=overwrite,
            progress=workspace.progress,
        )
        account = workspace.account
    rows = {name: record.rows for name, record in read_manifest(path).tables.items()}
    if not more_tables:  # skeletons alone are no failure
        _warn_of_emptiness(account, rows["edges"])
    return Ingested(
        path=path,
        rows=rows,
        buckets=dict(account.buckets),
        decisions=tuple(account.decisions),
        warnings=tuple(account.warnings),
    )


def _command() -> str:
    """What is called where no command line is: the reader, or `table` itself."""
    format = format_being_read()
    return "ingest.table" if format in (None, "table") else f"ingest.read({format!r}, ...)"


def _warn_of_emptiness(account: Account, edges: int) -> None:
    """Say so where next to nothing came of a source: most likely it was read in a wrong way."""
    if edges == 0:
        account.warn(
            "No edge is left; the buckets above say where the rows went. "
            "Is the threshold, the mapping of columns or the kind of file the one you meant?"
        )
    unattached = account.buckets.get("edge_rows_unattached", 0)
    if unattached > edges:
        account.warn(
            f"{unattached:,} rows lack a sender or a receiver, more than there are edges. "
            "Is the kind of file (--kind) or the mapping of columns (--map) the one you meant?"
        )


def _require_sources(
    edges: Source | None,
    synapses: Source | None,
    matrix: object,
    graph: object,
    nodes: Source | None,
) -> None:
    given = [
        name
        for name, source in (("edges", edges), ("matrix", matrix), ("graph", graph))
        if source is not None
    ]
    if len(given) > 1 or (synapses is not None and given not in ([], ["edges"])):
        msg = (
            f"one source of edges at a time, got {' and '.join(given)}"
            f"{' and synapses' if synapses is not None else ''}."
        )
        raise ContractError(msg)
    if not given and synapses is None:
        msg = "nothing to read: give edges, synapses, a matrix or a graph."
        raise ContractError(msg)
    if graph is not None and nodes is not None:
        msg = "a graph brings its own list of neurons; leave nodes out."
        raise ContractError(msg)


def _require_apart(inputs: Iterable[object], target: Path) -> None:
    """Raise where what is to be replaced is, or holds, what is read."""
    from segmentation_core.volumes.outputs_apart import require_outputs_apart

    try:
        require_outputs_apart(
            [one for one in inputs if isinstance(one, (str, Path))], replaced=[target]
        )
    except ValueError as error:
        raise ContractError(str(error)) from None


def _exported_kind(source: str | Path) -> Kind | None:
    """What an export says that it is; a matrix of two neurons looks like a list."""
    beside = source_beside(Path(source).expanduser())
    kinds: dict[str | None, Kind] = {"adjacency-csv": "matrix", "csv": "edges"}
    return None if beside is None else kinds.get(beside.format)


def _weights_beside(
    beside: Beside,
) -> tuple[str | None, str | None, Mapping[str, Mapping[str, str]]]:
    """Meaning and unit of weights that an export states, and both by kind where kinds differ."""
    shared = beside.shared_weight()
    if shared or not beside.weights:
        return shared.get("meaning"), shared.get("unit"), {}
    return MIXED, None, beside.weights


def _by_column(missing: Mapping[str, Collection[str]] | None) -> Mapping[str, Collection[str]]:
    return {
        name: (spellings,) if isinstance(spellings, str) else tuple(spellings)
        for name, spellings in (missing or {}).items()
    }


def _tell_kinds(workspace: Workspace, inputs: Mapping[str, object]) -> None:
    what = {
        "edges": "a list of edges",
        "synapses": "a list of synapses",
        "matrix": "an adjacency matrix",
        "graph": "a graph",
        "nodes": "the list of neurons",
    }
    for role, source in inputs.items():
        if isinstance(source, (str, Path)) and role in what:
            workspace.account.decide(f"{Path(source).name} is read as {what[role]}")


def _tables(workspace: Workspace, pairs: Pairs, staged: Staged) -> dict[str, Any]:
    tables = {
        "nodes": workspace.query("SELECT * FROM nodes"),
        "edges": workspace.query(edges_query(pairs), in_order=pairs.in_order),
    }
    if pairs.by_region is not None:
        query, in_order = edges_by_region_query(pairs)
        tables["edges_by_region"] = workspace.query(query, in_order=in_order)
    if staged.synapses is not None and staged.synapses.kept:
        query = synapses_query(workspace, staged.synapses, staged.synapses_kept)
        tables["synapses"] = workspace.query(query)
    return tables
