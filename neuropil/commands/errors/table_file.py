"""Table file: a table of pairs, rates or verified synapses on disk."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def table_of(given: Path) -> pd.DataFrame:
    """Read a CSV or Parquet file; a ValueError says what is wrong with it."""
    import pandas as pd

    path = given.expanduser()
    if not path.is_file():
        msg = f"{path} is no file."
        raise ValueError(msg)
    if not path.stat().st_size:
        msg = f"{path} is empty."
        raise ValueError(msg)
    if path.suffix.lower() == ".parquet":
        return pd.read_parquet(path)
    try:
        return pd.read_csv(path, sep=None, engine="python")
    except (ValueError, csv.Error) as error:
        msg = f"{path} cannot be read as a table ({str(error).strip().splitlines()[0]})."
        raise ValueError(msg) from None
