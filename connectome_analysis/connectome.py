"""Connectome: one dataset of neurons, edges and synapses, opened for SQL and for graphs."""

from __future__ import annotations

import html
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from .graph import Graph
from .how_counted import HowCounted
from .tables import (
    ContractError,
    DamagedConnectomeError,
    Manifest,
    ReadOnlyError,
    Session,
    terms_of_use,
)
from .tables.catalogue import catalogue
from .tables.errors import not_a_condition
from .tables.object_store import StoredFolder, is_url
from .whole_numbers import require_whole

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa


class Connectome:
    """A connectome on disk, or in an object store.

    Made by `open_connectome` (``ca.open``). Its tables are views ``nodes``, ``edges`` and so on;
    they are read when a result is asked for and may be larger than memory. Beside them stand `views`
    such as ``typed_edges`` and ``type_matrix``, and tables that you `register`.

    Attributes
    ----------
    manifest : Manifest
        Species, source, licence, citation, meaning of weights, thresholds, ...
    path : Path
        In an object store a `StoredFolder`.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.manifest: Manifest = session.manifest
        self.path: Path | StoredFolder = session.path

    @property
    def name(self) -> str:
        """Name of the dataset."""
        return self.manifest.name

    def close(self) -> None:
        """Close it; also done at the end of a ``with`` block."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---------------------------------------------------------------- SQL

    def sql(
        self,
        query: str,
        params: Sequence[Any] | Mapping[str, Any] | None = None,
        *,
        tables: Mapping[str, pd.DataFrame | pa.Table] | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """Ask a question in DuckDB SQL.

        Parameters
        ----------
        query : str
            One SELECT over ``nodes``, ``edges``, ... Values go into `params`.
        params : sequence or mapping, optional
            For ``?`` or ``$name`` in the query.
        tables : mapping of str to DataFrame or pyarrow.Table, optional
            Tables of your own to join with.

        Returns
        -------
        duckdb.DuckDBPyRelation
            Lazy; ``.df()``, ``.arrow()``, ``.fetchall()`` or ``.show()`` run it.

        Raises
        ------
        ReadOnlyError
            Where the query is anything but one SELECT.

        Examples
        --------
        >>> import connectome_analysis as ca
        >>> worm = ca.datasets.load("celegans-white1986")
        >>> worm.sql("SELECT count(*) FROM nodes WHERE cell_type = ?", ["AVA"]).fetchall()
        [(2,)]
        """
        return self._session.sql(query, params, tables)

    @property
    def nodes(self) -> duckdb.DuckDBPyRelation:
        """The table ``nodes``, lazy."""
        return self._session.table("nodes")

    @property
    def edges(self) -> duckdb.DuckDBPyRelation:
        """The table ``edges``, lazy."""
        return self._session.table("edges")

    @property
    def synapses(self) -> duckdb.DuckDBPyRelation:
        """The table ``synapses``, lazy; ContractError where the source has none."""
        return self._session.table("synapses")

    @property
    def skeletons(self) -> duckdb.DuckDBPyRelation:
        """The table ``skeletons``, lazy; ContractError where the source has none."""
        return self._session.table("skeletons")

    def table(self, name: str) -> duckdb.DuckDBPyRelation:
        """Any table, view or registered table by name, lazy."""
        return self._session.table(name)

    @property
    def views(self) -> pd.DataFrame:
        """Views that make common questions one line, and what each lacks where it is not there.

        Returns
        -------
        DataFrame, indexed by ``view``
            ``rows`` (one row per what), ``there`` and ``lacks``.

        Examples
        --------
        >>> import connectome_analysis as ca
        >>> views = ca.datasets.load("celegans-white1986").views
        >>> views.index[views["there"]].tolist()[:3]
        ['typed_edges', 'edge_fractions', 'partners']
        """
        import pandas as pd

        found = self._session.views.values()
        return pd.DataFrame(
            {
                "rows": [view.meaning for view in found],
                "there": [not view.lacks for view in found],
                "lacks": [view.lacks for view in found],
            },
            index=pd.Index([view.name for view in found], name="view"),
        )

    @property
    def catalogue(self) -> pd.DataFrame:
        """Every column that a query can name, with its table or view, type, unit and meaning.

        Examples
        --------
        >>> import connectome_analysis as ca
        >>> c = ca.datasets.load("celegans-white1986").catalogue
        >>> c.loc[c["column"] == "in_weight", ["kind", "table", "type"]].values.tolist()
        [['view', 'degrees', 'DOUBLE']]
        """
        return catalogue(self._session)

    def register(
        self,
        name: str,
        rows: pd.DataFrame | pd.Series[Any] | pa.Table | str | Path,
        *,
        ids: Sequence[str] | None = None,
        replace: bool = False,
    ) -> None:
        """Put a table of your own beside the connectome's: communities, motifs, predictions.

        It stays until the connectome is closed; `save_table` writes it.

        Parameters
        ----------
        name : str
            A plain word; no table or view may have it.
        rows : DataFrame, Series, pyarrow.Table or path
            An index with a name, such as ``node_id``, becomes a column. A path is a file of
            `save_table`, or another ``.parquet`` or ``.csv`` file.
        ids : sequence of str, optional
            Columns that hold neurons. By default ``node_id``, ``pre_id`` and ``post_id``, and all
            columns of what `motifs.find` gives. They must be integers, and neurons of this
            connectome.
        replace : bool
            Take the place of a table registered before.

        Raises
        ------
        ContractError
            Where the name is taken, an id is a float or no neuron of this connectome, or a file
            belongs to another connectome or release.

        Examples
        --------
        >>> import connectome_analysis as ca
        >>> worm = ca.open("celegans-white1986")
        >>> loops = ca.motifs.find(worm.graph(), "A -> B; B -> A")
        >>> worm.register("loops", loops)
        >>> worm.sql("SELECT count(*) FROM loops JOIN nodes ON node_id = A").fetchall()
        [(240,)]
        """
        self._session.register(name, rows, ids=ids, replace=replace)

    def unregister(self, name: str) -> None:
        """Take a registered table away again."""
        self._session.unregister(name)

    @property
    def registered(self) -> tuple[str, ...]:
        """Names of the tables that were registered."""
        return tuple(self._session.derived)

    def save_table(
        self,
        name: str,
        path: str | Path,
        *,
        made_by: str | None = None,
        overwrite: bool = False,
        allow_restricted: bool = False,
    ) -> Path:
        """Write a registered table as a Parquet file that knows which connectome it belongs to.

        Any reader of Parquet reads it. Only this connectome takes it back, by `register` or
        ``neuropil sql --with``: the hash of the connectome's tables stands in it, and its terms of
        use.

        Parameters
        ----------
        name : str
        path : str or Path
            Ends in ``.parquet``; outside of any connectome, because a connectome is not added to.
        made_by : str, optional
            How it was computed, in words.
        overwrite : bool
        allow_restricted : bool
            Let rows about a restricted connectome leave its folder.
        """
        return self._session.save(
            name,
            path,
            made_by=made_by,
            overwrite=overwrite,
            allow_restricted=allow_restricted,
        )

    # ---------------------------------------------------------------- graphs

    def graph(
        self,
        min_synapses: int | None = None,
        edge_type: str | None = "chemical",
        where: str | None = None,
        *,
        min_confidence: float | None = None,
        self_loops: Literal["drop", "keep", "error"] = "drop",
    ) -> Graph:
        """Make a graph of neurons.

        Where all the edges taken have a ``confidence``, the graph has it too.

        Parameters
        ----------
        min_synapses : int, optional
            Keep pairs with at least so many synapses.
        edge_type : str or None
            One kind of connection, or None for all kinds together: weights of one pair are then
            added up.
        where : str, optional
            SQL condition on the columns of ``nodes``; neurons that meet it and the edges among
            them are kept. Neurons without edges stay.
        min_confidence : float, optional
            Keep edges with at least this probability of being real. Weak connections are left out
            more often than strong ones then: error models of ``errors.fit_confidence`` say so.
        self_loops : {"drop", "keep", "error"}
            What is done with autapses.

        Raises
        ------
        ValueError
            Where synapses are not counted, edges have no confidence, no edge has the type, or the
            condition is not SQL.

        Examples
        --------
        >>> import connectome_analysis as ca
        >>> worm = ca.datasets.load("celegans-varshney2011")
        >>> worm.graph()
        Graph 'celegans-varshney2011': 279 nodes, 2,194 edges, weight: synapses
        >>> worm.graph(min_synapses=5, where="cell_class = 'interneuron'").n_nodes
        81
        """
        self._require_edge_type(edge_type)
        with self._condition_errors(where):
            nodes: pd.DataFrame = self._selected_nodes(where).df()
        counted = self._counts_synapses(edge_type)
        if min_synapses is not None:
            self._require_counts(min_synapses, edge_type, counted=counted)
        pre, post, weight, confidence = self._selected_edges(
            min_synapses, edge_type, where, counted=counted
        )
        g = Graph.from_edges(
            pre,
            post,
            weight,
            nodes=nodes,
            confidence=confidence,
            self_loops=self_loops,
            name=self.name,
            weight_meaning=self._weight_words(edge_type),
            how_counted=self._how_counted(min_synapses, edge_type),
        )
        return g if min_confidence is None else self._confident(g, min_confidence)

    def rows_among(
        self,
        min_synapses: int | None = None,
        edge_type: str | None = None,
        where: str | None = None,
    ) -> tuple[pa.Table, pa.Table]:
        """Neurons and the edges among them with all their columns, row by row as they are stored.

        Parameters
        ----------
        min_synapses, edge_type, where
            As for `graph`; of all kinds together each edge by itself has so many synapses.

        Returns
        -------
        nodes : pyarrow.Table
            Sorted by ``node_id``.
        edges : pyarrow.Table
            Sorted by ``pre_id``, ``post_id``, ``edge_type``.

        Raises
        ------
        ValueError
            As for `graph`.

        Examples
        --------
        >>> import connectome_analysis as ca
        >>> nodes, edges = ca.datasets.load("celegans-white1986").rows_among(edge_type="electrical")
        >>> nodes.num_rows, edges["edge_type"].unique().to_pylist()
        (302, ['electrical'])
        """
        self._require_edge_type(edge_type)
        if min_synapses is not None:
            self._require_counts(min_synapses, edge_type, counted=self._counts_synapses(edge_type))
        clause, params = _edge_clause(edge_type, where, min_synapses)
        query = f"SELECT * FROM edges {clause} ORDER BY pre_id, post_id, edge_type"
        with self._condition_errors(where):
            nodes = self._selected_nodes(where).to_arrow_table()
            edges = self._session.sql(query, params).to_arrow_table()
        return nodes, edges

    def _confident(self, g: Graph, min_confidence: float) -> Graph:
        given: Any = min_confidence
        number = isinstance(given, (int, float)) and not isinstance(given, bool)
        if not number or not 0 <= given <= 1:
            msg = f"min_confidence must be between 0 and 1, got {min_confidence!r}."
            raise ValueError(msg)
        if g.confidence is None:
            has = "confidence" in self.manifest.tables["edges"].columns
            msg = (
                f"{self.name} has no confidence of {'some of its' if has else 'its'} edges; leave "
                "min_confidence out, or make it from synapses: neuropil errors calibrate."
            )
            raise ValueError(msg)
        return g.edges_kept(g.confidence >= min_confidence)

    def _require_edge_type(self, edge_type: str | None) -> None:
        kinds = self.edge_types()
        if edge_type is not None and edge_type not in kinds and kinds:
            msg = (
                f"{self.name} has no {edge_type} edges; it has "
                f"{', '.join(f'{kind} ({count:,})' for kind, count in kinds.items())}. "
                "edge_type=None takes all kinds."
            )
            raise ValueError(msg)

    def edge_types(self) -> dict[str, int]:
        """Number of edges of each kind."""
        rows = self._session.sql(
            "SELECT edge_type, count(*) FROM edges GROUP BY 1 ORDER BY 2 DESC, 1"
        ).fetchall()
        return {str(kind): int(count) for kind, count in rows}

    def _selected_nodes(self, where: str | None) -> duckdb.DuckDBPyRelation:
        condition = f"WHERE ({where})" if where else ""
        return self._session.sql(f"SELECT * FROM nodes {condition} ORDER BY node_id")

    @contextmanager
    def _condition_errors(self, where: str | None) -> Iterator[None]:
        """Say of an error in SQL that it came with the condition."""
        import duckdb

        try:
            yield
        except (duckdb.Error, ReadOnlyError) as error:
            if where is None:
                raise
            raise not_a_condition(where, error, self.manifest.tables["nodes"].columns) from None

    def _counts_synapses(self, edge_type: str | None) -> bool:
        if "syn_count" not in self.manifest.tables["edges"].columns:
            return False
        condition = "" if edge_type is None else "WHERE edge_type = ?"
        row = self._session.sql(
            f"SELECT count(*) = count(syn_count) FROM edges {condition}",
            [] if edge_type is None else [edge_type],
        ).fetchall()[0]
        return bool(row[0])

    def _require_counts(self, min_synapses: int, edge_type: str | None, *, counted: bool) -> None:
        require_whole("min_synapses", min_synapses)
        if not counted:
            which = f"{edge_type} edges" if edge_type else "edges of all types"
            msg = (
                f"{self.name} does not count synapses on its {which}: "
                f"its weights are {self._weight_words(edge_type)}. Leave min_synapses out, or "
                "filter by weight in SQL."
            )
            raise ValueError(msg)
        kept = self.manifest.pair_threshold
        if kept is not None and min_synapses < kept:
            warnings.warn(
                f"{self.name} was released with pairs of at least {kept} synapses only; "
                f"min_synapses={min_synapses} cannot bring the weaker ones back.",
                stacklevel=3,
            )

    def _selected_edges(
        self, min_synapses: int | None, edge_type: str | None, where: str | None, *, counted: bool
    ) -> tuple[Any, Any, Any, Any]:
        strength = "syn_count" if counted else "weight"
        known = "confidence" in self.manifest.tables["edges"].columns
        columns = f"pre_id, post_id, {strength} AS strength{', confidence' if known else ''}"
        # A pair has one row of each kind: of one kind the threshold is on the row.
        clause, params = _edge_clause(edge_type, where, None if edge_type is None else min_synapses)
        query = f"SELECT {columns} FROM edges {clause}"
        if min_synapses is not None and edge_type is None:
            # Of several kinds between two neurons, one that is real makes the connection real.
            any_real = (
                ", CASE WHEN count(*) = count(confidence) THEN 1 - product(1 - confidence) END "
                "AS confidence"
            )
            query = (
                "SELECT pre_id, post_id, sum(strength)::BIGINT AS strength"
                f"{any_real if known else ''} FROM ({query}) "
                "GROUP BY pre_id, post_id HAVING sum(strength) >= ?"
            )
            params.append(int(min_synapses))
        with self._condition_errors(where):
            found = self._session.sql(query, params).fetchnumpy()
        weight = np.asarray(found["strength"])
        # Whole numbers up to where a float holds every one of them.
        whole = weight.dtype.kind == "f" and len(weight) and (weight == np.floor(weight)).all()
        if whole and weight.max() <= 2**53:
            weight = weight.astype(np.int64)
        confidence = None
        if known and not (np.ma.getmaskarray(found["confidence"]).any()):  # of every edge, or none
            confidence = np.asarray(found["confidence"], np.float64)
        return np.asarray(found["pre_id"]), np.asarray(found["post_id"]), weight, confidence

    def _weight_words(self, edge_type: str | None) -> str:
        kinds = [edge_type] if edge_type is not None else list(self.manifest.weights)
        return ", ".join(dict.fromkeys(self.manifest.weight_meaning(kind) for kind in kinds))

    def _how_counted(self, min_synapses: int | None, edge_type: str | None) -> HowCounted:
        m = self.manifest
        least = max(m.pair_threshold or 1, min_synapses or 1)
        return HowCounted(self._weight_words(edge_type), m.detector, m.score_cutoff, least)

    # ---------------------------------------------------------------- what it is

    def summary(self) -> pd.Series[Any]:
        """What the connectome is and how much of it there is: a Series of name and value."""
        import pandas as pd

        m = self.manifest
        entries: dict[str, Any] = {
            "name": m.name,
            "species": m.species,
            "individual": m.individual,
            "sex": m.sex,
            "stage": m.stage,
            "source": m.source,
            "release": m.release,
        }
        entries |= {name: record.rows for name, record in m.tables.items()}
        for kind, count in self.edge_types().items():
            entries[f"{kind} edges"] = count
            entries[f"{kind} weight"] = m.weight_meaning(kind)
        counts = self._session.sql(
            "SELECT count(*) FROM nodes WHERE node_id NOT IN (SELECT pre_id FROM edges) "
            "AND node_id NOT IN (SELECT post_id FROM edges)"
        ).fetchall()[0]
        entries |= {
            "neurons without edges": int(counts[0]),
            "detector": m.detector,
            "score cut-off": m.score_cutoff,
            "synapses per pair, at least": m.pair_threshold,
            "autapses": m.autapses,
            "voxel size (z, y, x), nm": m.voxel_size_nm,
            **terms_of_use(m),
            "checked": "every byte and row"
            if self._session.verified
            else "sizes, columns and row counts (`neuropil check` does the rest)",
            "path": str(self.path),
        }
        kept = {name: value for name, value in entries.items() if value is not None}
        return pd.Series(kept, name=m.name, dtype=object)

    def __repr__(self) -> str:
        rows = ", ".join(f"{r.rows:,} {name}" for name, r in self.manifest.tables.items())
        return f"Connectome {self.name!r}: {rows}"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(str(name))}</th>"
            f"<td style='text-align:left'>{html.escape(_shown(value))}</td></tr>"
            for name, value in self.summary().items()
        )
        notes = "".join(f"<li>{html.escape(note)}</li>" for note in self.manifest.notes)
        return f"<table><caption><b>{html.escape(self.name)}</b></caption>{rows}</table>" + (
            f"<ul>{notes}</ul>" if notes else ""
        )


def _edge_clause(
    edge_type: str | None, where: str | None, least_syn_count: int | None
) -> tuple[str, list[Any]]:
    """The WHERE of a query of edges, and its parameters."""
    conditions: list[str] = []
    params: list[Any] = []
    if edge_type is not None:
        conditions.append("edge_type = ?")
        params.append(edge_type)
    if where:
        chosen = f"(SELECT node_id FROM nodes WHERE ({where}))"
        conditions += [f"pre_id IN {chosen}", f"post_id IN {chosen}"]
    if least_syn_count is not None:
        conditions.append("syn_count >= ?")
        params.append(int(least_syn_count))
    return ("WHERE " + " AND ".join(conditions) if conditions else ""), params


def open_connectome(
    path: str | Path,
    *,
    verify: bool | None = None,
    file_access: bool = False,
    memory_limit: str | None = None,
    threads: int | None = None,
) -> Connectome:
    """Open a connectome folder, or a bundled dataset by its name.

    Parameters
    ----------
    path : str or Path
        A folder, or the address of one in an object store (``s3://bucket/fly``), which is read in
        place; where there is no folder of that name, a name of ``ca.datasets.list()``.
    verify : bool, optional
        Check every byte, key and reference first. By default small connectomes are checked so,
        larger ones by sizes, columns and row counts (``neuropil check`` does the rest).
    file_access : bool
        Let SQL write files, read others, attach databases and load extensions.
    memory_limit : str, optional
        Memory for SQL before it spills to disk, for instance ``"4GB"``.
    threads : int, optional
        Threads for SQL.

    Raises
    ------
    DamagedConnectomeError
        Where the folder is missing, or is not what its manifest says.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> ca.open("celegans-varshney2011")
    Connectome 'celegans-varshney2011': 279 nodes, 3,225 edges
    """
    if not str(path).strip():
        msg = "The name of a connectome is empty; give a folder or a bundled name."
        raise ContractError(msg)
    folder: Path | str = str(path) if is_url(path) else Path(path)
    if isinstance(folder, Path) and not folder.exists():
        from .datasets import bundled

        if str(path) in bundled.names():
            folder = bundled.path(str(path))
        elif not str(path).startswith("~"):
            close = bundled.close_names(str(path))
            hint = f" Did you mean {close}?" if close else ""
            msg = (
                f"{path} is neither a folder nor a bundled dataset.{hint} "
                "`neuropil datasets` lists the bundled ones."
            )
            raise DamagedConnectomeError(msg)
    return Connectome(
        Session(
            folder,
            verify=verify,
            file_access=file_access,
            memory_limit=memory_limit,
            threads=threads,
        )
    )


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
