"""Row bytes: how many bytes a synapse and a connection take in Parquet as it is written here."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..random_streams import Seed, seed_number

if TYPE_CHECKING:
    import pandas as pd

_REAL = "fly-mushroom-body-right"


def row_bytes(n_synapses: int = 200_000, *, rng: Seed = 0) -> pd.DataFrame:
    """Write synapses of random neurons and measure their files.

    Parameters
    ----------
    n_synapses : int
        Each between two of n_synapses / 100 neurons with ids of 18 digits, at a place in a cube of
        100 um on a grid of 4 nm, with a confidence of two digits. Few share both neurons, so that
        real tables are rather smaller.
    rng : int or Generator

    Returns
    -------
    DataFrame, index ``table``
        ``rows``, ``bytes``, ``bytes_per_row`` of ``synapses`` and ``edges``, and of the real
        ``edges of`` a bundled connectome.

    Examples
    --------
    >>> bool(row_bytes(20_000).loc["synapses", "bytes_per_row"] < 60)
    True
    """
    import pandas as pd

    from ..connectome import open_connectome
    from ..tables import Manifest, read_manifest, write

    draws = np.random.default_rng(seed_number(rng))
    n_neurons = max(n_synapses // 100, 2)
    ids = np.sort(720_575_940_600_000_000 + draws.choice(10**9, n_neurons, replace=False))
    pre, post = (ids[draws.integers(0, n_neurons, n_synapses)] for _ in range(2))
    place = 4.0 * draws.integers(0, 25_000, (3, n_synapses))
    synapses = pd.DataFrame(
        {
            "synapse_id": np.arange(n_synapses),
            "pre_id": pre,
            "post_id": post,
            "x_nm": place[0],
            "y_nm": place[1],
            "z_nm": 10 * place[2],
            "confidence": draws.integers(50, 100, n_synapses) / 100,
        }
    )
    pairs = synapses.groupby(["pre_id", "post_id"], as_index=False).size()
    edges = pairs.rename(columns={"size": "syn_count"})
    edges["syn_count"] = edges["syn_count"].astype(np.int32)
    edges["weight"] = edges["syn_count"].astype(np.float64)
    edges["edge_type"] = "chemical"
    manifest = Manifest(
        name="row-bytes", weights={"chemical": {"meaning": "synapses", "unit": "synapses"}}
    )
    with tempfile.TemporaryDirectory() as folder:
        made = write(
            Path(folder) / "tables",
            {"nodes": pd.DataFrame({"node_id": ids}), "edges": edges, "synapses": synapses},
            manifest,
        )
        records = read_manifest(made).tables
        rows = {
            name: (records[name].rows, sum(file.bytes for file in records[name].files))
            for name in ("synapses", "edges")
        }
    with open_connectome(_REAL) as real:
        record = real.manifest.tables["edges"]
        rows[f"edges of {_REAL}"] = record.rows, sum(file.bytes for file in record.files)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["rows", "bytes"])
    table["bytes_per_row"] = table["bytes"] / table["rows"]
    return table.rename_axis("table")
