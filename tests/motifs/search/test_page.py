"""The page on motif search: the notation and the errors are what it says they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import connectome_analysis as ca

PAGE = Path(__file__).resolve().parents[3] / "docs" / "motif_search.md"


def test_the_error_shown_is_the_error_given() -> None:
    (shown,) = re.findall(
        r"^```text\n(.*?)\n```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    with pytest.raises(ValueError, match=r"^line 2") as error:
        ca.motifs.find(ca.Graph.from_edges([1], [2]), "A -> B\nB <-> C")
    assert str(error.value) == shown


def test_every_statement_of_the_table_can_be_read() -> None:
    from connectome_analysis.motifs.search.notation import parse

    rows = re.findall(r"^\| (`.*?) \| ", PAGE.read_text("utf-8"), re.MULTILINE)
    written = [one for row in rows for one in re.findall(r"`([^`]*)`", row)]
    assert len(written) >= 12
    macro = next(one for one in written if one.startswith("fan(x"))
    around = "C -> A; C -> B; A -> D; B -> E"  # A and B trade places, and nothing is ruled out
    for one in written:
        statements = one if one.startswith("A -> B") else f"{around}\n{one}"
        parse(f"{macro}\n{statements}" if one.startswith("fan(A") else statements)
