"""Importing is quick and light."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = ("torch", "dask", "matplotlib", "networkx", "igraph", "numba", "pandas", "duckdb", "scipy")


def run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], check=True, capture_output=True, text=True
    ).stdout


def test_import_brings_in_no_heavy_library() -> None:
    loaded = json.loads(
        run(
            "import json, sys, connectome_analysis, ingest, segmentation_core, neuropil;"
            f"print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
        )
    )
    assert loaded == []


def test_import_takes_under_half_a_second() -> None:
    # Of an interpreter that starts anew; the best of five, because a machine under load is slow.
    code = (
        "import time; start = time.perf_counter(); import connectome_analysis;"
        "print(time.perf_counter() - start)"
    )
    assert min(float(run(code)) for _ in range(5)) < 0.5


def test_every_public_name_is_there() -> None:
    out = run(
        "import connectome_analysis as ca;"
        "print(all(getattr(ca, name) is not None for name in ca.__all__), dir(ca) == ca.__all__)"
    )
    assert out.split() == ["True", "True"]


def test_rich_club_stays_a_function_whatever_is_imported_first() -> None:
    out = run(
        "import connectome_analysis.rich_club_curve, connectome_analysis as ca;"
        "print(callable(ca.rich_club))"
    )
    assert out.strip() == "True"


def test_an_unknown_name_is_an_attribute_error() -> None:
    out = run("import connectome_analysis as ca; print(hasattr(ca, 'motives'))")
    assert out.strip() == "False"
