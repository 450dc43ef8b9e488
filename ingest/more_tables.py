"""More tables: what a release has beside nodes, edges and synapses, its neurons looked up by their ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from connectome_analysis.tables import TABLES, ContractError

from .workspace import Workspace, quoted

NEURON = "neuron"


def stage_more_tables(workspace: Workspace, tables: Mapping[str, pa.Table]) -> dict[str, Any]:
    """Let further tables name neurons by ``node_id``.

    Parameters
    ----------
    workspace : Workspace
        With the staged table ``neuron_keys``.
    tables : mapping of str to pyarrow.Table
        By the name they are written under. A column ``neuron`` names neurons as the source does.

    Returns
    -------
    dict of str to pyarrow.RecordBatchReader

    Raises
    ------
    ContractError
        Where a table names a neuron that is not among the nodes.
    """
    streams = {}
    for name, table in tables.items():
        workspace.connection.register("more_source", table)
        workspace.run(f"CREATE TABLE {quoted(f'more_{name}')} AS SELECT * FROM more_source")
        workspace.connection.unregister("more_source")
        staged = quoted(f"more_{name}")
        if NEURON not in table.column_names:
            streams[name] = workspace.stream(f"SELECT * FROM {staged}")
            continue
        key_type = workspace.columns("neuron_keys")["key"]
        key = f"TRY_CAST(t.{NEURON} AS {key_type})"
        joined = f"{staged} t LEFT JOIN neuron_keys k ON {key} = k.key"
        filled = "" if name in TABLES else f" AND t.{NEURON} IS NOT NULL"
        lost, example = workspace.row(
            f"SELECT count(*), any_value(t.{NEURON}) FROM {joined} WHERE k.key IS NULL{filled}"
        )
        if lost:
            msg = (
                f"{name}: {lost:,} rows belong to neurons that are not among the nodes, for "
                f"instance {example!r}. Give the list they are in (nodes)."
            )
            raise ContractError(msg)
        streams[name] = workspace.stream(
            f"SELECT k.node_id AS node_id, t.* EXCLUDE ({NEURON}) FROM {joined}"
        )
    return streams
