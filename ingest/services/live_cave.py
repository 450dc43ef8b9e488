"""Live CAVE: synapses of some neurons at one materialization version, asked of a server through CAVEclient.

A server cuts an answer off at a number of rows, 500,000 on most, with nothing but a header to tell. An answer that
may have been cut is asked for again in halves: fewer neurons at once, then ranges of synapse ids.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from connectome_analysis.tables import ContractError

from ..account import Ingested
from ..cave import ROW_CAP, read_cave
from ..choices import require_choices
from ..extra_columns import names_people
from .chosen_ids import batches, chosen_ids, chosen_words
from .kept_tables import kept_tables
from .patience import Patience

if TYPE_CHECKING:
    import pandas as pd

Partners = Literal["none", "downstream", "upstream", "both"]
BATCH_ROOTS = 200
TOKEN_HELP = (
    "Log in at https://global.daf-apis.com/auth/api/v1/create_token and let the client keep what it "
    "shows: CAVEclient().auth.save_token(token=...)."
)
# An answer of a round number of rows may have been cut off by a cap that is not known.
_ROUND = 10_000


def read_live_cave(
    source: str | Path,
    out: str | Path,
    *,
    server: str | None = None,
    version: int | None = None,
    ids: Sequence[Any] | None = None,
    cell_types: Sequence[str] | str | None = None,
    cell_type_table: str | None = None,
    nucleus_table: str | None = None,
    synapse_table: str | None = None,
    box: Sequence[Sequence[float]] | None = None,
    partners: Partners = "none",
    min_synapses: int | None = None,
    keep: str | Path | None = None,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
    client: Any = None,
    patience: Patience | None = None,
) -> Ingested:
    """Read the synapses of some neurons of a CAVE datastack from a server.

    Parameters
    ----------
    source : str
        The datastack, such as ``"minnie65_public"``.
    out : path
    server : str, optional
        Address of the info service; the client's own without it.
    version : int, optional
        Materialization version; the newest without it, and the manifest says which that was.
    ids : sequence of int, optional
        Root ids at that version.
    cell_types : sequence of str, optional
        Words of the column ``cell_type`` in `cell_type_table`, in place of `ids`.
    cell_type_table, nucleus_table, synapse_table : str, optional
        Tables of the datastack; by default its own synapse table, and no others.
    box : ((x, y, z), (x, y, z)), optional
        Only synapses whose centre is in this box, in voxels of the table.
    partners : {"none", "downstream", "upstream", "both"}
        Synapses among the neurons chosen, or also those onto others or from others.
    min_synapses, description, overwrite, command, progress
        As for `ingest.table`.
    keep : path, optional
        A folder in which the answers stay, as tables that ``neuropil ingest cave`` reads.
    client : CAVEclient, optional
        One that is set up already.
    patience : Patience, optional
        For tests.

    Raises
    ------
    ContractError
        Where the token is refused, the version or a table is not there, or the server does not answer.
    """
    require_choices(partners=(partners, Partners))
    chosen, words = chosen_ids(ids), chosen_words(cell_types)
    if chosen is None and words is None:
        msg = (
            "say which neurons: ids, or cell_types with cell_type_table (--option ids=[...]). All of "
            "them are downloaded faster: neuropil datasets list."
        )
        raise ContractError(msg)
    if words is not None and cell_type_table is None:
        msg = "cell_types wants cell_type_table, the table they stand in."
        raise ContractError(msg)
    datastack = str(source)
    told = progress or (lambda _: None)
    patient = patience or Patience("CAVE", TOKEN_HELP, say=told)
    cave = client if client is not None else _client(patient, datastack, server)
    version, when = _pinned(patient, cave, version)
    asked = _Tables(patient, cave, version)
    table = synapse_table or str(cave.materialize.synapse_table or "")
    if not table:
        msg = f"{datastack} names no table of synapses; say which: synapse_table=..."
        raise ContractError(msg)
    decisions = [f"asked the datastack {datastack} at materialization version {version} ({when})"]
    with kept_tables(keep) as folder:
        if words is not None:
            told(f"asking for the neurons of {cell_type_table}")
            typed = asked.rows(str(cell_type_table), {"cell_type": words})
            found = set(typed["pt_root_id"].tolist()) - {0}
            chosen = sorted(found & set(chosen) if chosen is not None else found)
            decisions.append(f"chosen: cell_type {', '.join(words)} of {cell_type_table}")
            if not chosen:
                msg = f"{cell_type_table} has no neuron of {', '.join(words)} at version {version}."
                raise ContractError(msg)
        assert chosen is not None
        decisions.append(f"{len(chosen):,} roots are chosen; partners: {partners}")
        synapses = _synapses(asked, table, chosen, partners, box, told)
        _save(synapses, table, folder / f"{table}_v{version}.parquet", decisions)
        roots = sorted({*chosen, *synapses["pre_pt_root_id"], *synapses["post_pt_root_id"]} - {0})
        for name in (nucleus_table, cell_type_table):
            if name is not None:
                told(f"asking for {name}")
                rows = asked.of_roots(name, roots)
                _save(rows, name, folder / f"{name}_v{version}.parquet", decisions)
        if asked.halved:
            decisions.append(f"{asked.halved:,} answers at a cap on rows were asked for in halves")
        (folder / "asked.json").write_text(json.dumps(decisions, indent=2) + "\n", "utf-8")
        return read_cave(
            folder,
            out,
            datastack=datastack,
            version=version,
            unit="voxels",
            voxel_size_nm=asked.voxel_size_nm(table),
            neurons="all",
            min_synapses=min_synapses,
            decisions=decisions,
            description={
                "source": f"CAVE, datastack {datastack}",
                "release": f"v{version}, {when}",
                "notes": (
                    f"A part of {datastack}, asked of a live server: {len(chosen):,} roots.",
                    "synapses.size is in voxels of the cleft.",
                ),
                **dict(description or {}),
            },
            overwrite=overwrite,
            command=command,
            progress=progress,
        )


def _client(patient: Patience, datastack: str, server: str | None) -> Any:
    try:
        from caveclient import CAVEclient
    except ImportError:
        msg = "Live CAVE needs its client: pip install 'neuropil[cave]'."
        raise ImportError(msg) from None
    return patient.ask(
        f"the datastack {datastack!r}",
        lambda: CAVEclient(datastack, server_address=server, write_server_cache=False),
    )


def _pinned(patient: Patience, cave: Any, version: int | None) -> tuple[int, str]:
    """The version that is asked for by every request, and its time."""
    there = sorted(
        int(one) for one in patient.ask("the list of versions", cave.materialize.get_versions)
    )
    if not there:
        msg = "CAVE: the datastack has no materialization version at the moment."
        raise ContractError(msg)
    chosen = there[-1] if version is None else int(version)
    if chosen not in there:
        msg = (
            f"CAVE: materialization version {chosen} is not there, or no more; there are "
            f"{', '.join(map(str, there))}. Root ids hold for one version only."
        )
        raise ContractError(msg)
    about = patient.ask(
        f"version {chosen}", lambda: cave.materialize.get_version_metadata(version=chosen)
    )
    return chosen, about["time_stamp"].isoformat(timespec="seconds")


class _Tables:
    """Tables of a datastack at one version, whole whatever the server cuts off."""

    def __init__(self, patient: Patience, cave: Any, version: int) -> None:
        self._patient, self._cave, self._version = patient, cave, version
        self.halved = 0

    def voxel_size_nm(self, table: str) -> tuple[float, float, float]:
        """(z, y, x) of a table's positions."""
        about = self._patient.ask(
            f"what the table {table!r} is",
            lambda: self._cave.materialize.get_table_metadata(table, version=self._version),
        )
        x, y, z = (float(edge) for edge in about["voxel_resolution"])
        return z, y, x

    def _query(
        self,
        table: str,
        among: Mapping[str, Sequence[Any]],
        box: Mapping[str, Any] | None,
        above: int | None,
        up_to: int | None,
    ) -> tuple[pd.DataFrame, bool]:
        """One answer, and whether it may have been cut off."""
        options: dict[str, Any] = {"filter_in_dict": dict(among), "filter_spatial_dict": box}
        if above is not None:
            options["filter_greater_dict"] = {"id": above}
        if up_to is not None:
            options["filter_less_equal_dict"] = {"id": up_to}
        with _warnings_heard() as heard:
            rows = self._patient.ask(
                f"rows of {table}",
                lambda: self._cave.materialize.query_table(
                    table,
                    split_positions=True,
                    metadata=False,
                    materialization_version=self._version,
                    **{key: value for key, value in options.items() if value is not None},
                ),
            )
        n = len(rows)
        cut = n > 0 and (
            n >= ROW_CAP or n % _ROUND == 0 or any("limit" in h.lower() for h in heard)
        )
        return rows, cut

    def rows(
        self,
        table: str,
        among: Mapping[str, Sequence[Any]],
        box: Mapping[str, Any] | None = None,
        above: int | None = None,
        up_to: int | None = None,
    ) -> pd.DataFrame:
        """Every row that fits, however many."""
        rows, cut = self._query(table, among, box, above, up_to)
        if not cut:
            return rows
        self.halved += 1
        longest = max(among, key=lambda name: len(among[name]))
        values = list(among[longest])
        if len(values) > 1:
            middle = len(values) // 2
            parts = [
                self.rows(table, {**among, longest: part}, box, above, up_to)
                for part in (values[:middle], values[middle:])
            ]
        else:
            at = int(rows["id"].sort_values().iloc[(len(rows) - 1) // 2])
            if up_to is not None and above is not None and up_to - above <= 1:
                msg = f"CAVE: {table} has more rows with one id than the server gives out."
                raise ContractError(msg)
            if at == up_to:
                at -= 1
            parts = [
                self.rows(table, among, box, above, at),
                self.rows(table, among, box, at, up_to),
            ]
        return _put_together(parts)

    def of_roots(self, table: str, roots: Sequence[int]) -> pd.DataFrame:
        """Rows of a table about neurons."""
        parts = [self.rows(table, {"pt_root_id": part}) for part in batches(roots, 10_000)]
        return _put_together(parts)


def _synapses(
    asked: _Tables,
    table: str,
    roots: Sequence[int],
    partners: Partners,
    box: Sequence[Sequence[float]] | None,
    told: Callable[[str], None],
) -> pd.DataFrame:

    spatial = None if box is None else {"ctr_pt_position": [list(corner) for corner in box]}
    sides = {
        "none": ("pre_pt_root_id",),
        "downstream": ("pre_pt_root_id",),
        "upstream": ("post_pt_root_id",),
        "both": ("pre_pt_root_id", "post_pt_root_id"),
    }[partners]
    parts, done = [], 0
    for side in sides:
        for batch in batches(roots, BATCH_ROOTS):
            among: dict[str, Sequence[int]] = {side: batch}
            if partners == "none":
                among["post_pt_root_id"] = roots
            parts.append(asked.rows(table, among, spatial))
            done += len(batch)
            told(f"asking for synapses: {done:,} of {len(roots) * len(sides):,} neurons")
    return _put_together(parts).drop_duplicates("id", ignore_index=True)


def _put_together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Answers as one; empty ones, whose columns have no types, only where there is no other."""
    import pandas as pd

    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]


def _save(rows: pd.DataFrame, table: str, path: Path, decisions: list[str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    personal = [name for name in rows.columns if names_people(str(name))]
    if personal:
        listed = ", ".join(f"{table}.{name}" for name in personal)
        decisions.append(f"columns that name people are left out: {listed}")
    floats = [
        name
        for name in rows.columns
        if str(name).endswith(("_root_id", "_supervoxel_id")) and rows[name].dtype.kind == "f"
    ]
    if floats and len(rows):
        msg = f"CAVE sends {', '.join(map(str, floats))} as floats, so ids above 2**53 are lost."
        raise ContractError(msg)
    pq.write_table(pa.Table.from_pandas(rows.drop(columns=personal), preserve_index=False), path)


@contextmanager
def _warnings_heard() -> Iterator[list[str]]:
    """What the client logs as a warning, which is how it hands on that an answer was cut off."""
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    logger, ear = logging.getLogger("caveclient"), Ear(logging.WARNING)
    told, logger.propagate = logger.propagate, False
    logger.addHandler(ear)
    try:
        yield heard
    finally:
        logger.removeHandler(ear)
        logger.propagate = told
