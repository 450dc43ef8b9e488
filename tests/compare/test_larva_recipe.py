"""The recipe of docs/compare.md for the larva's hemispheres, from the authors' files to the paper's conclusions."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "compare.md"


@pytest.mark.slow
def test_the_recipe_of_the_page_gives_the_papers_conclusions(
    neuropil: Any, large_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = large_data / "connectomes" / "larva_winding2023"
    if not source.is_dir():
        pytest.skip(f"no larva at {source}")
    code, _, error = neuropil("ingest", "larva", source, tmp_path / "larva")
    assert code == 0, error
    (recipe,) = re.findall(r"^```py\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipe.py").write_text(recipe, "utf-8")
    found = runpy.run_path("recipe.py")
    # Pedigo 2023, doi:10.7554/eLife.83739.
    assert found["whole"]["p_value"] < 1e-22
    assert found["groups"].p_value < 1e-7
    assert found["adjusted"].p_value < 1e-2
    assert (found["counts"]["p_density"] < 1e-5).all()
