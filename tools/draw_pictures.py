"""Draw the pictures of the README from the connectomes that come with the package: ``python -m tools.draw_pictures``.

Each file holds the numbers it shows, so that a test can say whether the program still gives them.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import connectome_analysis as ca

if TYPE_CHECKING:
    import pandas as pd

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"


def triad_profile() -> pd.DataFrame:
    """Triads of the worm beside a thousand graphs of the configuration null."""
    g = ca.open("celegans-cook2019-hermaphrodite").graph()
    return ca.motifs.significance(g, n_samples=1000, rng=0)


def naive_and_aware() -> pd.DataFrame:
    """Triads of the worm beside the null as it is, and as seen with errors."""
    g = ca.open("celegans-varshney2011").graph()
    model = ca.errors.ErrorModel(alpha=0.002, beta=0.15, could_touch="all")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ca.errors.VerdictWarning)  # what changes is what it shows
        return ca.motifs.significance(g, n_samples=1000, error_model=model, rng=0)


# Name of the file -> the table it shows, the columns that are held, dots per inch.
PICTURES: dict[str, tuple[Callable[[], pd.DataFrame], tuple[str, ...], int]] = {
    "triad_profile": (triad_profile, ("observed", "null_mean", "null_low", "null_high"), 150),
    "naive_and_aware": (naive_and_aware, ("observed", "null_mean", "aware_null_mean"), 100),
}


def numbers(table: pd.DataFrame, columns: tuple[str, ...]) -> str:
    """The numbers of a table that a picture shows, as text."""
    return json.dumps({name: [float(f"{v:.9g}") for v in table[name]] for name in columns})


def shown_numbers(name: str) -> str:
    """The numbers that a picture of the repository was drawn from."""
    from PIL import Image

    with Image.open(IMAGES / f"{name}.png") as picture:
        return str(picture.info.get("Description", ""))


def main() -> None:
    """Draw those that are named, or all."""
    for name in sys.argv[1:] or PICTURES:
        make, columns, dpi = PICTURES[name]
        table = make()
        figure = getattr(ca.plot, name)(table).figure
        described = {"Description": numbers(table, columns)}
        figure.savefig(IMAGES / f"{name}.png", dpi=dpi, metadata=described)
        print(f"wrote {IMAGES / f'{name}.png'}")


if __name__ == "__main__":
    main()
