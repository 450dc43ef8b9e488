"""A message advises options that the reader that runs has, as it takes them."""

from __future__ import annotations

from pathlib import Path

import pytest

import ingest
from connectome_analysis.tables import ContractError
from ingest.advice import advice_for
from ingest.being_read import naming_format
from ingest.known_formats import find_format

from .sources import text


def reader(source: str, out: str, *, unknown_neurons: str = "error", header: bool = True) -> None:
    """Takes two options."""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Say (--unknown-neurons).", "Say (--option unknown_neurons=...)."),
        ("Say (--unknown-neurons drop).", "Say (--option unknown_neurons=drop)."),
        ("Say (--no-header).", "Say (--option header=...)."),
        ("Ask to replace it (--overwrite).", "Ask to replace it (--overwrite)."),
        (
            "Name it (--map pre_id=...).",
            "Name it (x has no such option, neuropil ingest table has: --map pre_id=...).",
        ),
    ],
)
def test_advice_is_in_the_words_of_the_reader(said: str, told: str) -> None:
    assert advice_for("x", reader, said) == told
    assert advice_for("table", reader, said) == said


def test_the_error_of_a_reader_carries_its_advice() -> None:
    def fails(source: str, *, ids: str | None = None) -> None:
        raise ContractError("It is a name (--ids names), or not (--nodes FILE).")

    with pytest.raises(ContractError) as error:
        naming_format("x", fails)("source")
    assert str(error.value) == (
        "It is a name (--option ids=names), or not (x has no such option, neuropil ingest table "
        "has: --nodes FILE)."
    )


def test_table_keeps_its_flags(tmp_path: Path) -> None:
    rows = text(tmp_path, "e.csv", "pre,post,weight\n1,2,3\n")
    nodes = text(tmp_path, "n.csv", "node_id\n1\n")
    with pytest.raises(ContractError, match=r"\(--unknown-neurons\)"):
        ingest.read("table", rows, tmp_path / "out", nodes=nodes)
    with pytest.raises(ContractError, match=r"\(--option unknown_neurons=\.\.\.\)"):
        ingest.read("auto", rows, tmp_path / "out", nodes=nodes)


def test_warnings_and_decisions_advise_what_the_reader_takes(tmp_path: Path) -> None:
    rows = text(tmp_path, "e.csv", "pre,post,n_syn,user_name\n1,2,3,Ada\n")
    for name, told, kept in (
        ("table", "(--nodes FILE)", "(personal_data=True, --personal-data keeps them)"),
        (
            "auto",
            "(--option nodes=FILE)",
            "(personal_data=True, --option personal_data=True keeps them)",
        ),
    ):
        result = find_format(name).load()(rows, tmp_path / name)
        assert told in result.warnings[0]
        assert any(line.endswith(kept) for line in result.decisions)
