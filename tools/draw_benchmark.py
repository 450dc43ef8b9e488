"""Put results of a species benchmark into ``docs/species_benchmark.md``: ``python -m tools.draw_benchmark FOLDER``.

FOLDER is what ``neuropil benchmark species --out FOLDER`` wrote. The table between the two marks of the page
and the picture beside it are made anew from its Parquet tables.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import pandas as pd

import connectome_analysis as ca
from neuropil.report.number_words import is_missing, percent, ratio
from tools.draw_plots import write_small

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "species_benchmark.md"
PICTURE = DOCS / "images" / "plots" / "ratios_to_nulls.png"
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
_NULL = "configuration"


def lines_of(species: pd.DataFrame, samples: int) -> list[str]:
    """A table in Markdown: a row for each dataset."""
    head = ["dataset", "n, m", "reciprocity", "/ null", "transitivity", "/ null"]
    rows = [head, ["---", *["---:"] * (len(head) - 1)]]
    for row in species.to_dict("records"):
        cells = [row["dataset"], f"{row['neurons']:,}<br><small>{row['connections']:,}</small>"]
        for measure in ("reciprocity", "transitivity"):
            cells += [percent(row[measure]), _ratio(row, f"{measure}_over_{_NULL}")]
        rows.append(cells)
    caption = (
        f"n neurons, below them m connections; / null: observed over the mean of {samples:,} {_NULL} nulls, and "
        "below over their 97.5th and 2.5th percentile."
    )
    return [*(f"| {' | '.join(cells)} |" for cells in rows), "", caption]


def _ratio(row: dict[Hashable, Any], name: str) -> str:
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    if is_missing(value) or value == 0:
        return ratio(value)
    end = "no limit" if is_missing(high) else ratio(high)
    return f"{ratio(value)}<br><small>{ratio(low)}–{end}</small>"


def with_results(page: str, lines: list[str]) -> str:
    """The page with these lines between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n" + "\n".join(lines) + f"\n\n{END}{after}"


def main() -> None:
    """Read the folder, and write page and picture."""
    import matplotlib as mpl

    mpl.use("Agg")
    tables = Path(sys.argv[1]) / "tables"
    species = pd.read_parquet(tables / "species.parquet")
    numbers = pd.read_parquet(tables / "numbers.parquet")
    samples = int(numbers["n_samples"].iloc[0])
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(with_results(page, lines_of(species, samples)), encoding="utf-8")
    chosen = numbers[
        (numbers["kind"] == "measure")
        & (numbers["name"] == "transitivity")
        & (numbers["error_model"] == "")
    ]
    ax = ca.plot.ratios_to_nulls(chosen, title="Transitivity, over each null")
    PICTURE.parent.mkdir(exist_ok=True)
    write_small(ax, PICTURE)
    print(f"wrote {PAGE} and {PICTURE}")


if __name__ == "__main__":
    main()
