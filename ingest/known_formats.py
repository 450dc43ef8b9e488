"""Known formats: what can be read, and the reader of each."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .account import Ingested
from .being_read import naming_format

if TYPE_CHECKING:
    import pandas as pd

Reader = Callable[..., Ingested]


@dataclass(frozen=True, kw_only=True)
class Format:
    """A format that can be read.

    Attributes
    ----------
    name : str
        As it is asked for: ``neuropil ingest NAME SRC OUT``.
    what : str
        What it is, in one line.
    example : str
        A command that reads it.
    reader : str
        ``"module:function"`` of the ingest room; called as ``function(source, out, **options)``,
        it gives an `Ingested`.
    recognises : str or None
        ``"module:function"``; called as ``function(path)`` with a file or a folder that exists, it
        gives in words why this is the format, and None where it is not. It looks at names and first
        bytes only, and raises nothing; see `recognised_release`.
    """

    name: str
    what: str
    example: str
    reader: str
    recognises: str | None = None

    def load(self) -> Reader:
        """Import the reader."""
        return naming_format(self.name, _function(self.reader))

    def reason(self, path: Path) -> str | None:
        """Say in words why `path` is this format; None where nothing speaks for it."""
        if self.recognises is None:
            return None
        reason: str | None = _function(self.recognises)(path)
        return reason


def _function(place: str) -> Any:
    module, function = place.split(":")
    return getattr(importlib.import_module(f"ingest.{module}"), function)


FORMATS: tuple[Format, ...] = (
    Format(
        name="table",
        what="edge list, synapse list, adjacency matrix, GraphML or node-link JSON",
        example="neuropil ingest table edges.csv fly/ --nodes neurons.csv --min-synapses 5",
        reader="table_reader:read_table",
        recognises="source_beside:recognises_export",
    ),
    Format(
        name="flywire",
        what="FlyWire releases 630 and 783: folder of Codex CSVs or Zenodo Feather files",
        example="neuropil ingest flywire codex_783/ fly/ --option min_synapses=5",
        reader="flywire:read_flywire",
        recognises="flywire:recognise_flywire",
    ),
    Format(
        name="shiu2024",
        what="FlyWire's graph with signs behind the brain model of Shiu 2024: Parquet, list of neurons",
        example="neuropil ingest shiu2024 Drosophila_brain_model/ fly/",
        reader="shiu:read_shiu",
        recognises="shiu:recognises_shiu",
    ),
    Format(
        name="neuprint",
        what="neuPrint CSV: exported adjacencies (hemibrain, MANC) or the bulk files of a server",
        example="neuropil ingest neuprint exported-traced-adjacencies-v1.2/ hemibrain/",
        reader="neuprint:read_neuprint",
        recognises="neuprint:recognise_neuprint",
    ),
    Format(
        name="malecns",
        what="male central nervous system (FlyEM): folder of flat Feather files",
        example="neuropil ingest malecns flat-connectome/ malecns/ --option min_synapses=5",
        reader="flyem_feather:read_malecns",
        recognises="flyem_feather:recognise_malecns",
    ),
    Format(
        name="manc",
        what="male adult nerve cord (FlyEM): folder of Feather files",
        example="neuropil ingest manc manc_v1.0/ manc/",
        reader="flyem_feather:read_manc",
        recognises="flyem_feather:recognise_manc",
    ),
    Format(
        name="optic-lobe",
        what="male optic lobe (FlyEM): folder of flat Feather files",
        example="neuropil ingest optic-lobe optic-lobe-v1.1/ lobe/",
        reader="flyem_feather:read_optic_lobe",
        recognises="flyem_feather:recognise_optic_lobe",
    ),
    Format(
        name="banc",
        what="female brain and nerve cord (BANC 888): compiled Feather files",
        example="neuropil ingest banc banc_888/ banc/ --option connections=v2",
        reader="banc:read_banc",
        recognises="banc:recognise_banc",
    ),
    Format(
        name="harmonised-bundle",
        what="FAFB, hemibrain, MANC or male CNS with one set of columns: meta and simple edge list",
        example="neuropil ingest harmonised-bundle fafb_783/ fly/",
        reader="harmonised_bundles:read_harmonised_bundle",
        recognises="harmonised_bundles:recognise_harmonised_bundle",
    ),
    Format(
        name="fanc",
        what="female adult nerve cord (FANC): Parquet files of a CAVE materialization",
        example="neuropil ingest fanc v1444/ fanc/",
        reader="fanc:read_fanc",
        recognises="fanc:recognise_fanc",
    ),
    Format(
        name="larva",
        what="fly larva (Winding 2023): matrices of the supplement, or the edge list",
        example="neuropil ingest larva larva_winding2023/ larva/",
        reader="larva:read_larva",
        recognises="larva:recognises_larva",
    ),
    Format(
        name="larva-mushroom-body",
        what="mushroom body of the larva (Eichler 2017), as graspologic carries it",
        example="neuropil ingest larva-mushroom-body drosophila/ larva/ --option side=left",
        reader="larva_mushroom_body:read_larva_mushroom_body",
        recognises="larva_mushroom_body:recognises_larva_mushroom_body",
    ),
    Format(
        name="cook2019",
        what="C. elegans, both sexes (Cook 2019): workbook SI 5 or SI 2, or CSV copies",
        example="neuropil ingest cook2019 SI5.xlsx worm/ --option sex=male",
        reader="worm_cook:read_cook",
        recognises="worm_cook:recognises_cook",
    ),
    Format(
        name="witvliet2021",
        what="C. elegans, eight animals (Witvliet 2021): JSON, NemaNode or list of synapses",
        example="neuropil ingest witvliet2021 data/synapses/ worm8/ --option dataset=8",
        reader="worm_witvliet:read_witvliet",
        recognises="worm_witvliet:recognises_witvliet",
    ),
    Format(
        name="celegans",
        what="lists of worms: White, Varshney, Durbin, Bentley, Cook as a list, P. pacificus",
        example="neuropil ingest celegans NeuronConnectFormatted.xlsx worm/",
        reader="worm_lists:read_worm_list",
        recognises="worm_lists:recognises_worm_list",
    ),
    Format(
        name="cect",
        what="cache of the ConnectomeToolbox (cect): a dense matrix per kind as JSON",
        example="neuropil ingest cect Cook2019HermReader.json worm/",
        reader="worm_cect:read_cect",
        recognises="worm_cect:recognises_cect",
    ),
    Format(
        name="ciona",
        what="Ciona tadpole (Ryan 2016): node-link JSON with depths of contact in um",
        example="neuropil ingest ciona ciona.json ciona/",
        reader="ciona:read_ciona",
        recognises="ciona:recognises_ciona",
    ),
    Format(
        name="platynereis",
        what="Platynereis larva (Jasek 2022): a matrix with quoted names",
        example="neuropil ingest platynereis adjacency_matrix_connectome_1042cells.csv worm/",
        reader="platynereis:read_platynereis",
        recognises="platynereis:recognises_platynereis",
    ),
    Format(
        name="matlab",
        what="matrix in a .mat file, version 5 or 7.3, such as the zebrafish hindbrain",
        example="neuropil ingest matlab ZConnectome.mat fish/ --option orientation=rows-are-pre",
        reader="matlab:read_matlab",
        recognises="matlab:recognises_matlab",
    ),
    Format(
        name="labelled-npz",
        what="sparse matrix with labels (.npz), such as FlyWire's mushroom body",
        example="neuropil ingest labelled-npz mb_fafb783.npz fly/",
        reader="labelled_npz:read_labelled_npz",
        recognises="labelled_npz:recognises_labelled_npz",
    ),
    Format(
        name="mouse-cerebellum",
        what="mossy fibres, granule and Purkinje cells (Nguyen 2023): CSV",
        example="neuropil ingest mouse-cerebellum mouse_cerebellum_nguyen2022/ mouse/",
        reader="mouse_cerebellum:read_mouse_cerebellum",
        recognises="mouse_cerebellum:recognises_mouse_cerebellum",
    ),
    Format(
        name="optic-lobe-types",
        what="cell types of the fly's optic lobe and what they send each other (Matsliah 2024)",
        example="neuropil ingest optic-lobe-types flywire783_optic_lobe_types/ types/",
        reader="optic_lobe_types:read_optic_lobe_types",
        recognises="optic_lobe_types:recognises_optic_lobe_types",
    ),
    Format(
        name="cave",
        what="tables of CAVE (MICrONS and others): CSV dumps, or saved from CAVEclient",
        example="neuropil ingest cave minnie65_tables/ mouse/ --option version=1300",
        reader="cave:read_cave",
        recognises="cave:recognises_cave",
    ),
    Format(
        name="h01",
        what="human cortex H01 c3: shards of synapses as Avro or NDJSON",
        example="neuropil ingest h01 exported/ human/ --option least_confidence=0.5",
        reader="h01:read_h01",
        recognises="h01:recognises_h01",
    ),
    Format(
        name="catmaid",
        what="CATMAID: compact-detail skeletons and their connectors as JSON",
        example="neuropil ingest catmaid skeletons/ larva/",
        reader="catmaid:read_catmaid",
        recognises="catmaid:recognises_catmaid",
    ),
    Format(
        name="sonata",
        what="SONATA circuit: nodes and edges in HDF5",
        example="neuropil ingest sonata circuit/ model/",
        reader="sonata:read_sonata",
        recognises="sonata:recognises_sonata",
    ),
    Format(
        name="swc",
        what="SWC skeletons, a file or a folder of them; the unit must be said",
        example="neuropil ingest swc skeletons/ fly/ --option voxel_size_nm=8,8,8",
        reader="swc:read_swc",
        recognises="swc:recognises_swc",
    ),
    Format(
        name="nwb",
        what="NWB: functional traces as a table keyed by neuron",
        example="neuropil ingest nwb session.nwb traces/ --option coregistration=coreg.csv",
        reader="nwb:read_nwb",
        recognises="nwb:recognises_nwb",
    ),
    Format(
        name="live-neuprint",
        what="part of a neuPrint dataset, asked of a live server; needs a token",
        example="neuropil ingest live-neuprint hemibrain:v1.2.1 epg/ --option 'types=[\"EPG\"]'",
        reader="services.live_neuprint:read_live_neuprint",
    ),
    Format(
        name="live-cave",
        what="part of a CAVE datastack (MICrONS and others), asked of a live server; needs a token",
        example="neuropil ingest live-cave minnie65_public cells/ --option ids=[864691135639556411]",
        reader="services.live_cave:read_live_cave",
    ),
    Format(
        name="live-flywire",
        what="part of FlyWire, asked of a live server through fafbseg; needs a token",
        example="neuropil ingest live-flywire public cells/ --option ids=[720575940627197566]",
        reader="services.live_flywire:read_live_flywire",
    ),
    Format(
        name="auto",
        what="whichever of these formats the files are in; says which, and why",
        example="neuropil ingest auto release/ fly/",
        reader="recognised_release:read_recognised",
    ),
    Format(
        name="em",
        what="volume of electron micrographs: TIFF, HDF5, Zarr, N5, precomputed, MRC, .npy",
        example="neuropil ingest em volume.zarr fly/ --voxel-size-nm 40,4,4",
        reader="voxels.from_voxels:em",
    ),
)


def formats() -> pd.DataFrame:
    """List the formats that can be read.

    Returns
    -------
    DataFrame
        Columns ``name``, ``what`` and ``example``.

    Examples
    --------
    >>> formats()["name"].tolist()[0]
    'table'
    """
    import pandas as pd

    return pd.DataFrame(
        {
            "name": [known.name for known in FORMATS],
            "what": [known.what for known in FORMATS],
            "example": [known.example for known in FORMATS],
        }
    )


def find_format(name: str) -> Format:
    """Find a format by its name.

    Raises
    ------
    ContractError
        Where there is none, with those there are.
    """
    from connectome_analysis.tables import ContractError

    for known in FORMATS:
        if known.name == name:
            return known
    names = [known.name for known in FORMATS]
    near = difflib.get_close_matches(name, names, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    msg = f"{name!r} is no format that can be read; there are {', '.join(names)}.{hint}"
    raise ContractError(msg)


def read(format: str, source: str | Path, out: str | Path, **options: Any) -> Path:
    """Read a source into a connectome folder.

    Parameters
    ----------
    format : str
        See `formats`.
    source : path
    out : path
        The folder to make.
    **options
        Of the format; for ``"table"`` those of `ingest.table`.

    Returns
    -------
    Path
        The connectome. What was decided stands in its manifest; `ingest.table` hands it back.

    Raises
    ------
    ContractError
        Where the format is unknown or the source cannot be read.
    """
    return find_format(format).load()(source, out, **options).path
