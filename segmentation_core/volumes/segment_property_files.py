"""Segment property files: what Neuroglancer's list of segments shows and can be searched by."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def write_property_files(
    properties: pd.DataFrame, folder: Path, *, tags: Sequence[str] = ()
) -> None:
    """Write one ``info`` that holds every property of every segment.

    Parameters
    ----------
    properties : DataFrame, one row per segment
        ``node_id`` and at least one further column. The first column of text is the segment's label,
        others are its descriptions. Numbers stay numbers, whole ones up to 32 bits and others as float32;
        wider ones become text, so that none is rounded, and so do columns with gaps, because JSON has no
        missing number.
    folder : Path
        Made here.
    tags : sequence of str
        Columns of words that become tags, by which the viewer selects segments: ``side:left`` where the
        column is ``side``. Blanks become ``_``; a missing word is no tag.

    Raises
    ------
    ValueError
        If ``node_id`` is missing or appears twice, or there is no property.
    """
    if "node_id" not in properties.columns or properties.shape[1] < 2:
        msg = f"segment properties need node_id and a property, got {list(properties.columns)}."
        raise ValueError(msg)
    if properties["node_id"].duplicated().any():
        twice = properties.loc[properties["node_id"].duplicated(), "node_id"].iloc[0]
        msg = f"segment properties: node_id {twice} appears twice; give one row per segment."
        raise ValueError(msg)
    listed: list[dict[str, Any]] = []
    for name in properties.columns.drop(["node_id", *tags]):
        listed.append(
            _property(str(name), properties[name], any(p["type"] == "label" for p in listed))
        )
    if tags:
        listed.append(_tags(properties[list(tags)]))
    folder.mkdir()
    info = {
        "@type": "neuroglancer_segment_properties",
        "inline": {"ids": [str(int(i)) for i in properties["node_id"]], "properties": listed},
    }
    (folder / "info").write_text(json.dumps(info))


def _tags(columns: pd.DataFrame) -> dict[str, Any]:
    """Words of several columns as one property of tags, which must be sorted and without blanks."""
    of_rows: list[list[str]] = [[] for _ in range(len(columns))]
    for name in columns:
        column = columns[name]
        for row, (word, gap) in enumerate(zip(column, column.isna(), strict=True)):
            if not gap and str(word):
                of_rows[row].append("_".join(f"{name}:{word}".split()))
    known = sorted({tag for tags in of_rows for tag in tags})
    place = {tag: number for number, tag in enumerate(known)}
    return {
        "id": "tags",
        "type": "tags",
        "tags": known,
        "values": [sorted({place[tag] for tag in tags}) for tags in of_rows],
    }


def _property(name: str, column: pd.Series[Any], has_label: bool) -> dict[str, Any]:
    """One column as Neuroglancer's numbers, where it can hold them, or as text."""
    known = column.dropna()
    if column.dtype.kind in "iufb" and len(known) == len(column):
        if column.dtype.kind == "f":
            numbers = [float(number) for number in column.to_numpy(np.float32)]
            if np.isfinite(numbers).all():
                return {"id": name, "type": "number", "data_type": "float32", "values": numbers}
        else:
            whole = [int(number) for number in column]
            for kind in ("uint8", "int8", "uint16", "int16", "uint32", "int32"):
                limits = np.iinfo(kind)
                if not whole or (limits.min <= min(whole) and max(whole) <= limits.max):
                    return {"id": name, "type": "number", "data_type": kind, "values": whole}
    missing = column.isna()
    text = ["" if gap else str(value) for value, gap in zip(column, missing, strict=True)]
    return {"id": name, "type": "description" if has_label else "label", "values": text}
