"""Terms: licence, consent and access go with the rows, and restricted rows stay."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from connectome_analysis.tables import (
    ContractError,
    Manifest,
    Session,
    check,
    read_manifest,
    require_leave,
    terms_of_use,
    write,
)
from tests.tables import examples
from tests.tables.examples import MANIFEST, edit_manifest, two, write_two

HUMAN = {
    "species": "Homo sapiens",
    "licence": "CC BY 4.0",
    "consent": "donor's, for research",
    "access": "Do not identify the donor.",
}
FOLDER = Path(__file__).parent / "fixtures" / "schema-1.1"


def test_human_tissue_with_all_its_terms_is_written_and_read(tmp_path: Path) -> None:
    folder = write(tmp_path / "x", two(), dataclasses.replace(MANIFEST, **HUMAN))
    assert check(folder) == []
    said = read_manifest(folder)
    assert (said.consent, said.access, said.restricted) == (
        HUMAN["consent"],
        HUMAN["access"],
        False,
    )


@pytest.mark.parametrize("species", ["Homo sapiens", "human", " HOMO SAPIENS (H01)"])
@pytest.mark.parametrize("missing", ["licence", "consent", "access"])
def test_human_tissue_without_a_term_is_not_written(
    species: str, missing: str, tmp_path: Path
) -> None:
    terms = HUMAN | {"species": species, missing: "  "}
    with pytest.raises(ContractError, match=rf"^Not written\. example .* not state its {missing};"):
        write(tmp_path / "x", two(), dataclasses.replace(MANIFEST, **terms))
    assert list(tmp_path.iterdir()) == []


def test_check_finds_human_tissue_that_says_nothing(tmp_path: Path) -> None:
    folder = write_two(tmp_path / "x")
    edit_manifest(folder, lambda content: content.update(species="human"))
    (problem,) = check(folder)
    assert problem.rule == "terms of human tissue"
    assert "licence and consent and access" in problem.message
    Session(folder).close()  # it may still be read, as those of schema 1.0 were written


def test_terms_are_told_in_full() -> None:
    assert terms_of_use(Manifest(name="x")) == {"licence": "not stated"}
    told = terms_of_use(
        Manifest(name="x", citation=("A", "B"), consent="c", access="a", restricted=True)
    )
    assert list(told) == ["licence", "citation", "consent", "access", "restricted"]
    assert told["citation"] == "A; B"


def test_restricted_rows_leave_only_when_somebody_says_so() -> None:
    closed = Manifest(name="x", restricted=True, access="Ask the laboratory.")
    require_leave(closed, allow_restricted=True, way_out="--allow-restricted")
    with pytest.raises(
        ContractError,
        match=r"^x is restricted: .* Its terms: Ask the laboratory\. .* so: --allow-restricted\.$",
    ):
        require_leave(closed, allow_restricted=False, way_out="--allow-restricted")


def test_restricted_is_true_or_false() -> None:
    with pytest.raises(ContractError, match="restricted must be bool, got str 'no'"):
        Manifest(name="x", restricted="no")  # type: ignore[arg-type]


def test_what_was_written_when_schema_1_1_was_new_is_read() -> None:
    assert check(FOLDER) == []
    said = read_manifest(FOLDER)
    assert (said.consent, said.access) == ("none needed: a worm", "Nobody is kept from it.")
    assert said.restricted
    assert examples.rows(FOLDER) == examples.rows(FOLDER.with_name("schema-1.0"))
