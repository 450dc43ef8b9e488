"""``docs/tables.md`` says what the code does: its tables are the schemas, its example is a manifest."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from connectome_analysis.tables import (
    SCHEMA_VERSION,
    TABLES,
    Column,
    Manifest,
    TableSchema,
    read_manifest,
)
from connectome_analysis.tables.schemas import REQUIRED_TABLES

PAGE = (Path(__file__).parents[2] / "docs" / "tables.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The text under a heading, up to the next one."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#+ |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found, f"docs/tables.md has no heading {title!r}"
    return found[1]


def row(column: Column) -> str:
    """One column as the page must show it."""
    there = "MUST" if column.required else "MAY"
    empty = "MAY be empty" if column.nullable else "MUST be filled"
    rule = f"`{column.rule.replace(chr(34), '')}`" if column.rule else ""
    # On disk it is what Parquet and SQL call double.
    kind = {"double": "float64"}.get(str(column.type), str(column.type))
    return f"| `{column.name}` | {kind} | {there} | {empty} | {rule} | {column.meaning} |"


def names(columns: tuple[str, ...]) -> str:
    return ", ".join(f"`{column}`" for column in columns)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_the_page_shows_the_columns_of_each_table(table: TableSchema) -> None:
    text = section(f"`{table.name}`")
    shown = [line for line in text.splitlines() if line.startswith("| `")]
    assert shown == [row(column) for column in table.columns]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_the_page_tells_key_order_and_references(table: TableSchema) -> None:
    text = " ".join(section(f"`{table.name}`").split())
    assert f"The key is ({names(table.key)})." in text
    assert f"Rows SHOULD be sorted by {names(table.order)}." in text
    for column in table.references:
        assert f"`{column}` MUST be a `node_id` of `nodes`" in text


def test_the_page_tells_which_tables_there_must_be() -> None:
    assert f"MUST hold the tables {' and '.join(f'`{name}`' for name in REQUIRED_TABLES)}" in PAGE


def test_the_page_is_of_the_schema_version_of_the_code() -> None:
    assert f"schema version {SCHEMA_VERSION}" in PAGE.splitlines()[0].lower()


def test_the_page_shows_every_field_of_the_manifest() -> None:
    shown = re.findall(r"^\| `(\w+)` \|", section("Fields"), re.MULTILINE)
    fields = [field.name for field in dataclasses.fields(Manifest)]
    assert shown == ["format", "schema_version", "manifest_sha256", *fields]


def test_the_example_of_the_page_is_a_manifest(tmp_path: Path) -> None:
    block = re.search(r"```json\n(.*?)```", section("Example"), re.DOTALL)
    assert block
    (tmp_path / "connectome.json").write_bytes(block[1].encode())
    manifest = read_manifest(tmp_path)
    assert manifest.to_json() == block[1]
