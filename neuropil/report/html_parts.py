"""HTML parts: tables, lists, figures and links as text in which everything is escaped."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .entry import DPI, Picture
from .number_words import is_missing, number

if TYPE_CHECKING:
    import pandas as pd

# The widest figures, 10.5 inches, fill the page; the others keep letters of the same size.
PIXELS_PER_INCH = 90

Formats = Mapping[str, Callable[[Any], str]]


def html_table(
    table: pd.DataFrame,
    *,
    caption: str = "",
    headings: Mapping[str, str] | None = None,
    formats: Formats | None = None,
    raw: Iterable[str] = (),
) -> str:
    """Write a table: words to the left, numbers to the right, ids whole.

    Parameters
    ----------
    table : DataFrame
        Its columns are shown, its index is not.
    caption : str
    headings : mapping, optional
        What a column is called, where not by its name.
    formats : mapping, optional
        How values of a column are written.
    raw : iterable of str
        Columns that hold HTML already.
    """
    heads, cells = [], []
    for name in map(str, table.columns):
        numeric = table[name].dtype.kind in "iuf" or name in (formats or {})
        side = ' class="n"' if numeric else ""
        words = (headings or {}).get(name, name.replace("_", " "))
        heads.append(f'<th scope="col"{side}>{escape(words)}</th>')
        write = (formats or {}).get(name) or _writer(name)
        as_text = str if name in raw else (lambda value, write=write: escape(write(value)))
        # As objects one by one: an id above 2**53 must not pass through a float.
        cells.append([f"<td{side}>{as_text(value)}</td>" for value in table[name].astype(object)])
    rows = "\n".join(f"<tr>{''.join(row)}</tr>" for row in zip(*cells, strict=True))
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    head = f"<thead><tr>{''.join(heads)}</tr></thead>"
    return f'<div class="table"><table>{title}{head}\n<tbody>{rows}</tbody></table></div>'


def _writer(name: str) -> Callable[[Any], str]:
    if name == "id" or name.endswith("_id"):
        return lambda value: "\N{EN DASH}" if is_missing(value) else str(value)

    def write(value: Any) -> str:
        if is_missing(value):
            return "\N{EN DASH}"
        if isinstance(value, str):
            return value
        try:
            return number(value)
        except (TypeError, ValueError):
            return str(value)

    return write


def html_facts(facts: Mapping[str, str], *, wide: bool = False) -> str:
    """Write names and values; the values are HTML already. Wide names are never broken."""
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in facts.items() if value
    )
    return f'<dl class="wide">{rows}</dl>' if wide else f"<dl>{rows}</dl>"


def html_figure(picture: Picture) -> str:
    """Write a figure with the picture in it."""
    data = base64.b64encode(picture.png).decode("ascii")
    width, height = (round(side * PIXELS_PER_INCH / DPI) for side in _size(picture.png))
    return (
        f'<figure><img src="data:image/png;base64,{data}" width="{width}" height="{height}" '
        f'alt="{escape(picture.alt)}">'
        f"<figcaption><b>{escape(picture.title)}.</b> {linked(picture.caption)}</figcaption></figure>"
    )


def _size(png: bytes) -> tuple[int, int]:
    """Width and height in pixels, from the header."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def html_list(items: Sequence[str]) -> str:
    """Write a list; the items are HTML already."""
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>" if items else ""


def doi_link(doi: str) -> str:
    """Write a DOI as a link."""
    bare = re.sub(r"^(https?://(dx\.)?doi\.org/|doi:)", "", doi.strip(), flags=re.IGNORECASE)
    address = "https://doi.org/" + quote(bare, safe="/:.;()-_")
    return f'<a href="{escape(address)}">doi:{escape(bare)}</a>'


def linked(text: str) -> str:
    """Escape text and make links of the DOIs in it."""
    parts = re.split(r"(doi:10\.\d{4,}/[^\s,;)]*[^\s,;).])", text)
    return "".join(
        doi_link(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


def anchor(name: str, taken: set[str]) -> str:
    """Give an address within the page that no other part has, and remember it."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "part"
    word, count = stem, 1
    while word in taken:
        count += 1
        word = f"{stem}-{count}"
    taken.add(word)
    return word
