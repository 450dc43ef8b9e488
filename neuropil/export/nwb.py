"""NWB: neurons and connections as tables of Neurodata Without Borders, for those whose archive wants one.

An NWB file is about a session of recording. A connectome has none, so the time of writing stands for it
and the description says so. ``/processing/connectome`` holds two DynamicTables; each connection leads to its
neurons by ``pre_id`` and ``post_id`` and by rows of the table of neurons.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .hdf5_library import h5py_or_way_out
from .plain_columns import PlainColumn, beyond_float, plain_columns

if TYPE_CHECKING:
    from .selection import Selection

_VERSION = "2.7.0"
_SEXES = {"male": "M", "female": "F", "hermaphrodite": "O"}


def write_nwb(selection: Selection, path: Path) -> None:
    """Write one ``.nwb`` file that pynwb, MatNWB and DANDI read.

    A missing text is an empty one; a column of whole numbers with gaps is float64 with NaN, or text
    where that would round.
    """
    h5py = h5py_or_way_out("NWB")
    with h5py.File(path, "w") as file:
        _File(h5py, file, selection).write()


class _File:
    """One file while it is written."""

    def __init__(self, h5py: Any, file: Any, selection: Selection) -> None:
        from connectome_analysis.tables.derived import tables_sha256

        self._h5py, self._file, self._selection = h5py, file, selection
        self._m = selection.manifest
        self._text = h5py.string_dtype()
        # The same rows give the same ids of objects, so that a file can be made again.
        self._space = uuid.uuid5(uuid.NAMESPACE_URL, f"{tables_sha256(self._m)} {selection.asked}")

    def write(self) -> None:
        m, file = self._m, self._file
        self._mark(file, "core", "NWBFile", "/")
        file.attrs["nwb_version"] = _VERSION
        when = m.written_at or "1970-01-01T00:00:00+00:00"
        self._put("identifier", f"{m.name} {m.release or ''} {self._space}".strip())
        self._put("session_start_time", when)
        self._put("timestamps_reference_time", when)
        file.create_dataset("file_create_date", data=[when], dtype=self._text)
        self._put(
            "session_description",
            f"Connectome {m.name}: tables, no recording; the session's time is that of writing.",
        )
        for group in ("acquisition", "analysis", "stimulus/presentation", "stimulus/templates"):
            file.create_group(group)
        self._write_general()
        module = file.create_group("processing/connectome")
        self._mark(module, "core", "ProcessingModule", "connectome")
        module.attrs["description"] = "Neurons and the connections among them."
        nodes = plain_columns(self._selection.nodes)
        neurons = self._table(module, "neurons", "One row per neuron.", nodes, "nodes")
        edges = plain_columns(self._selection.edges)
        about = "One row per ordered pair of neurons and kind of connection; pre_id sends."
        links = self._table(module, "connections", about, edges, "edges")
        for side, places in zip(("pre", "post"), self._selection.places(), strict=True):
            column = links.create_dataset(side, data=places.astype(np.int64))
            self._mark(column, "hdmf-common", "DynamicTableRegion", f"connections/{side}")
            column.attrs["description"] = f"row of neurons that is {side}_id"
            column.attrs["table"] = neurons.ref
        links.attrs["colnames"] = np.array(
            [*links.attrs["colnames"], "pre", "post"], dtype=self._text
        )

    def _write_general(self) -> None:
        from connectome_analysis.tables import terms_of_use

        m = self._m
        general = self._file.create_group("general")
        terms = "; ".join(f"{name}: {text}" for name, text in terms_of_use(m).items())
        general.create_dataset("notes", data=terms, dtype=self._text)
        if m.doi:
            papers = [f"doi:{doi}" for doi in m.doi]
            general.create_dataset("related_publications", data=papers, dtype=self._text)
        subject = general.create_group("subject")
        self._mark(subject, "core", "Subject", "subject")
        facts = {
            "species": m.species,
            "subject_id": m.individual or m.name,
            "sex": _SEXES.get((m.sex or "").strip().lower(), "U"),
            "description": m.stage and f"stage: {m.stage}",
        }
        for name, text in facts.items():
            if text:
                subject.create_dataset(name, data=text, dtype=self._text)

    def _table(
        self, module: Any, name: str, about: str, columns: list[PlainColumn], of: str
    ) -> Any:
        from connectome_analysis.tables.catalogue import meaning_of, unit_of

        table = module.create_group(name)
        self._mark(table, "hdmf-common", "DynamicTable", name)
        table.attrs["description"] = about
        taken = {
            "name": "neuron_name",
            "id": "id_of_source",
            "pre": "pre_of_source",
            "post": "post_of_source",
        }
        columns = [c._replace(name=taken.get(c.name, c.name)) for c in columns]
        table.attrs["colnames"] = np.array([c.name for c in columns], dtype=self._text)
        rows = len(columns[0].values)
        ids = table.create_dataset("id", data=np.arange(rows, dtype=np.int64))
        self._mark(ids, "hdmf-common", "ElementIdentifiers", f"{name}/id")
        for column in columns:
            data = self._column(table, column)
            self._mark(data, "hdmf-common", "VectorData", f"{name}/{column.name}")
            unit = unit_of(column.name, self._m)
            meaning = meaning_of(of, column.name, self._m) or "as the source has it"
            data.attrs["description"] = f"{meaning} [{unit}]" if unit else meaning
        return table

    def _column(self, table: Any, column: PlainColumn) -> Any:
        values = column.values
        if column.kind == "number" or (
            column.kind == "whole" and values.null_count and not beyond_float(column)
        ):
            data = values.to_numpy(zero_copy_only=False).astype(np.float64)
            return table.create_dataset(column.name, data=data)
        if column.kind in ("whole", "flag") and not values.null_count:
            return table.create_dataset(column.name, data=values.to_numpy(zero_copy_only=False))
        texts = ["" if value is None else str(value) for value in values.to_pylist()]
        return table.create_dataset(column.name, data=texts, dtype=self._text)

    def _mark(self, thing: Any, namespace: str, kind: str, name: str) -> None:
        thing.attrs["namespace"] = namespace
        thing.attrs["neurodata_type"] = kind
        thing.attrs["object_id"] = str(uuid.uuid5(self._space, name))

    def _put(self, name: str, text: str) -> None:
        self._file.create_dataset(name, data=text, dtype=self._text)
