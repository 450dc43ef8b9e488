"""A synthetic whole fly: as many neurons, connections and synapses as a female brain has, at will.

How many cells a type has, how likely cells of two types connect and with how many synapses is taken
from the optic lobes of FlyWire 783 (Matsliah 2024); how degrees spread, and how often connections go
both ways, from the larva (Winding 2023). Everything else is invented: which cell, where it lies, which
neuropil. **Nothing in it was measured in an animal**, and no result on it says anything about flies.

Files are those of the Zenodo record of release 783: a list of ids, annotations, connections by
neuropil, and one row per synapse, of which more than half lack a neuron on one side, as there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .flywire import FIRST_ID
from .wiring import draw_ids

N_NEURONS, N_CONNECTIONS = 139_255, 15_000_000
# Of all synapse rows, those with a proofread neuron on both sides: 54.5 of 130 million.
ATTACHED = 0.42
# A connection has 1 + floor(Lomax) synapses: of 15 million connections 2.7 million then have five or
# more, and all have 3.6 on average, as in release 783.
_TAIL, _SCALE = 1.8, 2.5
_IN_PAIRS = ("ME", "LO", "LOP", "AME", "AVLP", "PVLP", "SLP", "SMP", "PLP", "AL", "LH", "MB_CA")
NEUROPILS = (
    *(f"{name}_{side}" for name in _IN_PAIRS for side in ("L", "R")),
    *("GNG", "EB", "FB", "PB", "SAD", "PRW"),
)
_BATCH_ROWS = 1 << 20


class Calibration(NamedTuple):
    """Numbers of the bundled calibration.

    Attributes
    ----------
    types : list of str
    cells : (T,) int64
    pre, post : (P,) int64
        Pairs of types, by place.
    connections, synapses : (P,) int64
        Of the pair, in both optic lobes.
    about : dict
        Spread of degrees, reciprocity, sources.
    """

    types: list[str]
    cells: NDArray[np.int64]
    pre: NDArray[np.int64]
    post: NDArray[np.int64]
    connections: NDArray[np.int64]
    synapses: NDArray[np.int64]
    about: dict[str, Any]


class WholeFly(NamedTuple):
    """Neurons and their connections.

    Attributes
    ----------
    kind : (N,) int64
        Each neuron's type, by place.
    pre, post : (E,) int64
        Different ordered pairs of neurons, no self-loops.
    pair_of_types : (E,) int64
        Place in the calibration.
    syn_count : (E,) int64 >= 1
    """

    kind: NDArray[np.int64]
    pre: NDArray[np.int64]
    post: NDArray[np.int64]
    pair_of_types: NDArray[np.int64]
    syn_count: NDArray[np.int64]


@cache
def calibration() -> Calibration:
    """Read the bundled numbers; ``tools/calibrate_whole_fly.py`` makes them."""
    import gzip

    folder = resources.files(__package__) / "whole_fly_calibration"
    about = json.loads((folder / "whole_fly.json").read_text("utf-8"))
    text = gzip.decompress((folder / "type_pairs.csv.gz").read_bytes()).decode()
    rows = np.array([line.split(",") for line in text.splitlines()[1:]], np.int64)
    pre, post, connections, synapses = rows.T.copy()
    types, cells = about.pop("types"), np.array(about.pop("cells"), np.int64)
    return Calibration(types, cells, pre, post, connections, synapses, about)


def draw_whole_fly(n_neurons: int, n_connections: int, rng: np.random.Generator) -> WholeFly:
    """Draw neurons of the calibrated types and `n_connections` different pairs of them.

    Types have cells in proportion to the optic lobes', and pairs of types connections in proportion
    to theirs. In a small fly a pair of types is full when all its cells connect.

    Parameters
    ----------
    n_neurons : int
    n_connections : int
    rng : Generator

    Examples
    --------
    >>> fly = draw_whole_fly(3_000, 20_000, np.random.default_rng(0))
    >>> len(fly.pre), int((fly.pre == fly.post).sum())
    (20000, 0)
    """
    known = calibration()
    share = known.cells / known.cells.sum() * (n_neurons - 1)
    first = np.floor(np.concatenate([[0], np.cumsum(share)])).astype(np.int64)
    first[-1] = n_neurons - 1  # the last neuron has no connection, and is of the last type
    kind = np.repeat(np.arange(len(share)), np.diff(first))
    spread = known.about["log_out_degree_sd"], known.about["log_in_degree_sd"]
    together = known.about["log_degree_correlation"]
    normal = rng.multivariate_normal([0, 0], [[1, together], [together, 1]], n_neurons - 1)
    strength = np.exp(normal * spread)
    wheel = np.zeros((2, n_neurons))
    wheel[:, 1:] = np.cumsum(strength.T, axis=1)
    there = (np.diff(first)[known.pre] > 0) & (np.diff(first)[known.post] > 0)
    odds = known.connections * there
    back = _reverse_of(known)
    found = np.empty((0, 2), np.int64)
    while len(found) < n_connections:
        missing = n_connections - len(found)
        many = rng.multinomial(int(missing * 1.15) + 64, odds / odds.sum())
        drawn = np.repeat(np.arange(len(odds)), many)
        pre = _spin(wheel[0], first, known.pre[drawn], rng)
        post = _spin(wheel[1], first, known.post[drawn], rng)
        _answer(pre, post, drawn, many, back, known.about["reciprocity"], rng)
        keys = np.concatenate([found, np.stack([pre * n_neurons + post, drawn], 1)[pre != post]])
        _, once = np.unique(keys[:, 0], return_index=True)
        found = keys[once]
    chosen = found[rng.permutation(len(found))[:n_connections]]
    scale = (known.synapses / known.connections)[chosen[:, 1]]
    scale *= _SCALE / np.average(scale)
    syn_count = 1 + np.floor(rng.pareto(_TAIL, n_connections) * scale).astype(np.int64)
    kind = np.append(kind, kind[-1])
    pre, post = np.divmod(chosen[:, 0], n_neurons)
    return WholeFly(kind, pre, post, chosen[:, 1], np.minimum(syn_count, 2_500))


def write_whole_fly(folder: Path, *, n_neurons: int, n_connections: int, seed: int) -> None:
    """Write the files of a synthetic whole fly; synapse rows are streamed, in constant memory."""
    import pyarrow as pa
    import pyarrow.feather as paf

    rng = np.random.default_rng(seed)
    known = calibration()
    fly = draw_whole_fly(n_neurons, n_connections, rng)
    ids = rng.permutation(draw_ids(n_neurons, FIRST_ID, rng))
    home = rng.integers(0, len(NEUROPILS), len(known.types))
    np.save(folder / "proofread_root_ids_783.npy", np.sort(ids))
    _write_annotations(folder, ids, fly, known, rng)
    region = np.where(
        rng.random(n_connections) < 0.75, home[fly.kind[fly.post]], home[fly.kind[fly.pre]]
    )
    names = pa.array(NEUROPILS)
    paf.write_feather(
        pa.table(
            {
                "pre_pt_root_id": ids[fly.pre],
                "post_pt_root_id": ids[fly.post],
                "neuropil": names.take(pa.array(region)),
                "syn_count": fly.syn_count,
            }
        ),
        str(folder / "proofread_connections_783.feather"),
    )
    _write_synapses(folder / "flywire_synapses_783.feather", ids, fly, region, rng)


def _reverse_of(known: Calibration) -> NDArray[np.int64]:
    """Place of the pair of types the other way round, -1 where there is none."""
    n = len(known.types)
    place = np.full(n * n, -1)
    place[known.pre * n + known.post] = np.arange(len(known.pre))
    back: NDArray[np.int64] = place[known.post * n + known.pre]
    return back


def _spin(
    wheel: NDArray[np.float64],
    first: NDArray[np.int64],
    kind: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """A neuron of each type, in proportion to its strength."""
    low, high = wheel[first[kind]], wheel[first[kind + 1]]
    at = np.searchsorted(wheel, low + rng.random(len(kind)) * (high - low), side="right") - 1
    return np.clip(at, first[kind], first[kind + 1] - 1)


def _answer(
    pre: NDArray[np.int64],
    post: NDArray[np.int64],
    drawn: NDArray[np.int64],
    many: NDArray[np.int64],
    back: NDArray[np.int64],
    reciprocity: float,
    rng: np.random.Generator,
) -> None:
    """Let some connections be others the other way round, in place.

    Of two pairs of types that answer each other the later copies the earlier one. A copy makes two
    connections reciprocal, so that half as many are copied as are to be reciprocal.
    """
    start = np.concatenate([[0], np.cumsum(many)[:-1]])
    other = back[drawn]
    can = (other >= 0) & (other < drawn) & (many[other] > 0)
    copied = can & (rng.random(len(drawn)) < min(1.0, reciprocity / 2 / max(can.mean(), 1e-9)))
    source = other[copied]
    at = start[source] + (rng.random(len(source)) * many[source]).astype(np.int64)
    pre[copied], post[copied] = post[at], pre[at]


def _write_annotations(
    folder: Path,
    ids: NDArray[np.int64],
    fly: WholeFly,
    known: Calibration,
    rng: np.random.Generator,
) -> None:
    from .csv_files import write_csv

    site = rng.integers([20_000, 20_000, 300], [200_000, 90_000, 6_800], (len(ids), 3))
    write_csv(
        folder / "Supplemental_file1_neuron_annotations.tsv",
        {
            "root_id": ids,
            **{f"pos_{axis}": site[:, i] for i, axis in enumerate("xyz")},
            **{f"soma_{axis}": site[:, i] for i, axis in enumerate("xyz")},
            "super_class": ["synthetic"] * len(ids),
            "cell_type": [known.types[k] for k in fly.kind.tolist()],
            "side": np.array(["left", "right"], object)[rng.integers(0, 2, len(ids))],
            "top_nt": np.array(["acetylcholine", "gaba", "glutamate"], object)[fly.kind % 3],
        },
        delimiter="\t",
    )


def _write_synapses(
    path: Path,
    ids: NDArray[np.int64],
    fly: WholeFly,
    region: NDArray[np.int64],
    rng: np.random.Generator,
) -> None:
    """Write a row per synapse, a million at a time; unattached ones come in between."""
    import pyarrow as pa

    schema = pa.schema(
        [("id", pa.int64()), ("pre_pt_root_id", pa.int64()), ("post_pt_root_id", pa.int64())]
        + [("connection_score", pa.float32()), ("cleft_score", pa.float32())]
        + [("neuropil", pa.dictionary(pa.int8(), pa.string()))]
        + [(f"{site}_pt_position_{axis}", pa.int32()) for site in ("pre", "post") for axis in "xyz"]
    )
    middle = rng.integers(
        [150_000, 130_000, 30_000], [800_000, 350_000, 240_000], (len(NEUROPILS), 3)
    )
    names = pa.array(NEUROPILS)
    options = pa.ipc.IpcWriteOptions(compression="lz4", emit_dictionary_deltas=False)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema, options=options) as out:
        number = 1
        for pair in _rows_of(fly.syn_count):
            n = int(len(pair) / ATTACHED)
            known = rng.permutation(n) < len(pair)  # which rows have both sides
            which = np.empty(n, np.int64)
            which[known] = pair
            which[~known] = pair[rng.integers(0, len(pair), n - len(pair))]
            pre, post = ids[fly.pre[which]], ids[fly.post[which]]
            post[~known] = 0  # most that are lost hang on a twig of the receiver
            lost = ~known & (rng.random(n) < 0.1)
            pre[lost] = 0
            # Within 15 micrometres or so of the middle of the neuropil, at whole voxels.
            at = (middle[region[which]] + rng.normal(0, 15_000, (n, 3))) // (4, 4, 40) * (4, 4, 40)
            beside = at + rng.integers(-15, 16, (n, 3)) * (4, 4, 40)
            score = rng.gamma(3, 30, (2, n)).astype(np.float32)
            columns = [
                *(np.arange(number, number + n), pre, post, score[0], score[1]),
                pa.DictionaryArray.from_arrays(pa.array(region[which].astype(np.int8)), names),
                *(np.maximum(at, 0).astype(np.int32).T),
                *(np.maximum(beside, 0).astype(np.int32).T),
            ]
            arrays = [
                pa.array(np.ascontiguousarray(c)) if isinstance(c, np.ndarray) else c
                for c in columns
            ]
            out.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
            number += n


def _rows_of(syn_count: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """The connection of each attached synapse, in batches that make a million rows of all."""
    ends = np.cumsum(syn_count)
    step = int(_BATCH_ROWS * ATTACHED)
    for begin in range(0, int(ends[-1]), step):
        places = np.arange(begin, min(begin + step, int(ends[-1])))
        yield np.searchsorted(ends, places, side="right")
