"""Simulated FlyWire Codex downloads, in the format of the releases 783 and 630 of the female brain.

Of their habits these files have: ids of 18 digits; a connection in one row per neuropil, where a row
may hold fewer than the five synapses that the pair has; files with and without that threshold, the
one of release 630 without a line of names; several coordinates of a neuron, some of them twice,
written ``[x y z]`` with one or more spaces; transmitters left blank; names of the people who labelled
neurons; synapses whose ids stand only where they change.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .csv_files import write_csv
from .wiring import Wiring, draw_ids, draw_wiring, split_counts

FIRST_ID = 720575940600000000
NEUROPILS = ("AL_R", "AVLP_L", "EB", "FB", "GNG", "LO_R", "LOP_R", "MB_CA_L", "ME_L", "SLP_R")
UNASSIGNED = "UNASGD"
TRANSMITTERS = ("ACH", "GABA", "GLUT", "DA", "SER", "OCT")
PAIR_THRESHOLD = 5
# Rows of synapses are written up to here; beyond, they would be most of the work.
MOST_CONNECTIONS_WITH_SYNAPSES = 100_000


class Brain(NamedTuple):
    """What the files of one simulated brain agree on."""

    ids: NDArray[np.int64]
    transmitter: NDArray[Any]
    wiring: Wiring


def write_flywire_783(folder: Path, *, n_neurons: int, n_connections: int, seed: int) -> None:
    """Write the files of release 783; connections of both detectors."""
    rng = np.random.default_rng(seed)
    brain = _brain(n_neurons, n_connections, rng)
    write_neurons(folder, brain.ids, brain.transmitter, rng)
    n = n_neurons
    types = _choice(rng, ["T4a", "Mi1", "KCab", "DA1_lPN", "AOTU008"], n)
    write_csv(
        folder / "consolidated_cell_types.csv.gz",
        {
            "root_id": brain.ids,
            "primary_type": types,
            "additional_type(s)": _choice(rng, ["CB0001,CB0002", *[None] * 9], n),
        },
    )
    _write_classification(folder, brain.ids, rng, {})
    _write_about_neurons(folder, brain.ids, rng)
    tagged = brain.ids[rng.random(n) < 0.9]
    write_csv(
        folder / "connectivity_tags.csv.gz",
        {
            "root_id": tagged,
            "connectivity_tag": _choice(rng, ["rich_club", "reciprocal,nsrn"], len(tagged)),
        },
    )
    columnar = brain.ids[: n // 3]
    write_csv(
        folder / "column_assignment.csv.gz",
        {
            "root_id": columnar,
            "hemisphere": ["right"] * len(columnar),
            "type": ["Mi1"] * len(columnar),
            "column_id": np.arange(len(columnar)) % 800,
            **{axis: rng.integers(-20, 20, len(columnar)) for axis in "xypq"},
        },
    )
    rows = split_counts(brain.wiring.syn_count, len(NEUROPILS), rng)
    _write_connections(folder, "connections", brain, rows)
    _write_connections(folder, "connections_no_threshold", brain, rows, least=1)
    other = brain._replace(
        wiring=brain.wiring._replace(syn_count=rng.permutation(brain.wiring.syn_count))
    )
    found = split_counts(other.wiring.syn_count, len(NEUROPILS), rng)
    _write_connections(folder, "connections_princeton", other, found)
    if n_connections <= MOST_CONNECTIONS_WITH_SYNAPSES:
        _write_synapses(folder, brain, rng)
        _write_princeton_synapses(folder, other, rng)


def write_flywire_630(folder: Path, *, n_neurons: int, n_connections: int, seed: int) -> None:
    """Write the files of release 630; cell types stand in the classification."""
    rng = np.random.default_rng(seed)
    brain = _brain(n_neurons, n_connections, rng)
    write_neurons(folder, brain.ids, brain.transmitter, rng)
    types = _choice(rng, ["T4a", "KCab", None], n_neurons)
    hemibrain = _choice(rng, ["SIP078,SIP080", None], n_neurons)
    _write_classification(folder, brain.ids, rng, {"cell_type": types, "hemibrain_type": hemibrain})
    _write_about_neurons(folder, brain.ids, rng)
    rows = split_counts(brain.wiring.syn_count, len(NEUROPILS), rng)
    _write_connections(folder, "connections", brain, rows)
    _write_connections(folder, "no_threshold_connections", brain, rows, least=1, header=False)


def _brain(n_neurons: int, n_connections: int, rng: np.random.Generator) -> Brain:
    return Brain(
        ids=rng.permutation(draw_ids(n_neurons, FIRST_ID, rng)),
        transmitter=_choice(rng, [*TRANSMITTERS, None], n_neurons),
        wiring=draw_wiring(n_neurons, n_connections, rng),
    )


def write_neurons(
    folder: Path, ids: NDArray[np.int64], transmitter: NDArray[Any], rng: np.random.Generator
) -> None:
    """Write ``neurons.csv.gz``, the list of neurons; scores need not add up to 1."""
    averages = rng.dirichlet(np.ones(6), len(ids)).round(2)
    unknown = [word is None for word in transmitter.tolist()]
    averages[np.array(unknown)] = 0
    names = ("da", "ser", "gaba", "glut", "ach", "oct")
    write_csv(
        folder / "neurons.csv.gz",
        {
            "root_id": ids,
            "group": _choice(rng, ["LO.LOP", "ME", "GNG.AVLP_L"], len(ids)),
            "nt_type": transmitter,
            "nt_type_score": averages.max(axis=1),
            **{f"{name}_avg": averages[:, i] for i, name in enumerate(names)},
        },
    )


def _write_classification(
    folder: Path, ids: NDArray[np.int64], rng: np.random.Generator, more: dict[str, NDArray[Any]]
) -> None:
    n = len(ids)
    write_csv(
        folder / "classification.csv.gz",
        {
            "root_id": ids,
            "flow": _choice(rng, ["intrinsic", "afferent", "efferent"], n),
            "super_class": _choice(rng, ["central", "optic", "visual_projection"], n),
            "class": _choice(rng, ["Kenyon_Cell", None], n),
            "sub_class": _choice(rng, ["visual", None], n),
            **more,
            "hemilineage": _choice(rng, ["putative_primary", None], n),
            "side": _choice(rng, ["left", "right", "center"], n),
            "nerve": _choice(rng, ["AN", None], n),
        },
    )


def _write_about_neurons(folder: Path, ids: NDArray[np.int64], rng: np.random.Generator) -> None:
    n = len(ids)
    length = rng.integers(10**5, 10**7, n)
    write_csv(
        folder / "cell_stats.csv.gz",
        {"root_id": ids, "length_nm": length, "area_nm": length * 900, "size_nm": length * 9_000},
    )
    write_csv(
        folder / "names.csv.gz",
        {
            "root_id": ids,
            "name": [f"LO.LOP.{place}" for place in range(n)],
            "group": ["LO.LOP"] * n,
        },
    )
    first = np.arange(n)
    places = rng.permutation(np.concatenate([first, first, first[: n // 10]]))
    spots = _sites(rng, 2 * n)
    seen = np.zeros(n, int)
    positions = []
    for place in places.tolist():  # the third time a neuron comes, its first spot comes again
        x, y, z = spots[2 * place + seen[place] % 2]
        gap = "  " if place % 7 == 0 else " "
        positions.append(f"[{x}{gap}{y} {z}]")
        seen[place] += 1
    write_csv(
        folder / "coordinates.csv.gz",
        {
            "root_id": ids[places],
            "position": positions,
            "supervoxel_id": 80000000000000000 + places,
        },
    )
    labelled = ids[rng.integers(0, n, n)]
    write_csv(
        folder / "labels.csv.gz",
        {
            "root_id": labelled,
            "label": _choice(rng, ["T4a; lobula plate", "Kenyon cell", "putative, DA1"], n),
            "user_id": rng.integers(1, 99, n),
            "position": ["[352484 175164 229040]"] * n,
            "supervoxel_id": 80000000000000000 + np.arange(n),
            "label_id": np.arange(n),
            "date_created": ["2024-01-01"] * n,
            "user_name": ["Synthetic Person"] * n,
            "user_affiliation": ["Synthetic Lab"] * n,
        },
    )


def _write_connections(
    folder: Path,
    stem: str,
    brain: Brain,
    rows: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    *,
    least: int = PAIR_THRESHOLD,
    header: bool = True,
) -> None:
    import pyarrow as pa

    pair, region, syn_count = rows
    wiring = brain.wiring
    if least > 1:
        kept = wiring.syn_count[pair] >= least
        pair, region, syn_count = pair[kept], region[kept], syn_count[kept]
    names = pa.array([*NEUROPILS, UNASSIGNED])
    lost = (region == 0) & (pair % 5 == 0)  # of one neuropil, so that no pair is lost twice
    place = np.where(lost, len(NEUROPILS), region)
    transmitter = pa.array(brain.transmitter.tolist(), pa.string())
    write_csv(
        folder / f"{stem}.csv.gz",
        {
            "pre_root_id": brain.ids[wiring.pre[pair]],
            "post_root_id": brain.ids[wiring.post[pair]],
            "neuropil": names.take(pa.array(place)),
            "syn_count": syn_count,
            "nt_type": transmitter.take(pa.array(wiring.pre[pair])),
        },
        header=header,
    )


def _sites(rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    """Positions in nm: the brain is 800 x 300 x 270 micrometres large."""
    return rng.integers([100_000, 100_000, 9_000], [900_000, 400_000, 280_000], (n, 3))


def _write_synapses(folder: Path, brain: Brain, rng: np.random.Generator) -> None:
    """Write a row per synapse; an id stands only where it is another than in the row before."""
    pair = np.repeat(np.arange(len(brain.wiring.pre)), brain.wiring.syn_count)
    columns: dict[str, Any] = {}
    for name, places in (
        ("pre_root_id", brain.wiring.pre[pair]),
        ("post_root_id", brain.wiring.post[pair]),
    ):
        new = np.ones(len(pair), bool)
        new[1:] = places[1:] != places[:-1]
        if name == "post_root_id":  # a new sender also names its receiver again
            new[1:] |= brain.wiring.pre[pair][1:] != brain.wiring.pre[pair][:-1]
        columns[name] = np.ma.masked_array(brain.ids[places], ~new)
    sites = _sites(rng, len(pair))
    columns |= {axis: sites[:, i] for i, axis in enumerate("xyz")}
    write_csv(folder / "synapse_coordinates.csv.gz", columns)


def _write_princeton_synapses(folder: Path, brain: Brain, rng: np.random.Generator) -> None:
    """Write a row per synapse of the other detector, ids without the digits they share."""
    pair = np.repeat(np.arange(len(brain.wiring.pre)), brain.wiring.syn_count)
    sites = _sites(rng, len(pair))
    places = {
        f"{site}_{axis}": sites[:, i] + shift
        for shift, site in enumerate(("pre", "post", "ctr"))
        for i, axis in enumerate("xyz")
    }
    write_csv(
        folder / "fafb_v783_princeton_synapse_table.csv.gz",
        {
            **places,
            "size": rng.integers(10, 500, len(pair)),
            "pre_root_id_720575940": brain.ids[brain.wiring.pre[pair]] % 10**9,
            "post_root_id_720575940": brain.ids[brain.wiring.post[pair]] % 10**9,
            "neuropil": [NEUROPILS[place % len(NEUROPILS)] for place in pair.tolist()],
        },
    )


def _choice(rng: np.random.Generator, words: list[str | None], n: int) -> NDArray[Any]:
    out: NDArray[Any] = np.array(words, object)[rng.integers(0, len(words), n)]
    return out
