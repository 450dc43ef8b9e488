"""Live neuPrint: neurons of a dataset and what joins them, asked of a server through neuprint-python.

neuPrint has no cap on rows but breaks off a query that takes long, so neurons come in pages by body id and
connections for a batch of neurons at a time. What comes is saved as the bulk CSV of a server and read as such.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from connectome_analysis.tables import ContractError

from ..account import Ingested
from ..choices import require_choices
from ..neuprint import read_neuprint
from .chosen_ids import batches, chosen_ids, chosen_words
from .kept_tables import kept_tables
from .patience import Patience

Partners = Literal["none", "downstream", "upstream", "both"]
SERVER = "https://neuprint.janelia.org"
PAGE_NEURONS = 5_000
BATCH_NEURONS = 200
TOKEN_HELP = (
    "Log in at the server's page, copy the token of your account and export it as "
    "NEUPRINT_APPLICATION_CREDENTIALS."
)
_PROPERTIES = (
    "type",
    "instance",
    "status",
    "statusLabel",
    "cropped",
    "class",
    "superclass",
    "somaSide",
    "consensusNt",
    "predictedNt",
    "pre",
    "post",
    "upstream",
    "downstream",
    "size",
    "somaLocation",
)


def read_live_neuprint(
    source: str | Path,
    out: str | Path,
    *,
    server: str = SERVER,
    ids: Sequence[Any] | None = None,
    types: Sequence[str] | str | None = None,
    rois: Sequence[str] | str | None = None,
    traced: bool = True,
    partners: Partners = "none",
    by_region: bool = True,
    synapses: bool = False,
    min_confidence: float | None = None,
    min_synapses: int | None = None,
    keep: str | Path | None = None,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
    patience: Patience | None = None,
) -> Ingested:
    """Read a part of a neuPrint dataset from a server.

    Parameters
    ----------
    source : str
        The dataset and its version, such as ``"hemibrain:v1.2.1"``.
    out : path
    server : str
        Address; https only, as the client wants it.
    ids : sequence of int, optional
        Body ids.
    types : sequence of str, optional
        Cell types, as regular expressions that match whole.
    rois : sequence of str, optional
        Regions, in one of which a neuron has a synapse.
    traced : bool
        Only neurons with status Traced or Roughly traced.
    partners : {"none", "downstream", "upstream", "both"}
        Connections among the neurons chosen, or also to those that receive from or send to them.
    by_region : bool
        Regions of each connection, which do not overlap: the dataset's primary ones.
    synapses : bool
        Single synapses, of which edges then are counts.
    min_confidence : float, optional
        Least confidence of a postsynaptic site, with `synapses`.
    min_synapses, description, overwrite, command, progress
        As for `ingest.table`.
    keep : path, optional
        A folder in which the answers stay, as files that ``neuropil ingest neuprint`` reads.
    patience : Patience, optional
        For tests.

    Raises
    ------
    ContractError
        Where the token is refused, the dataset is not there, nothing fits or the server does not answer.
    """
    require_choices(partners=(partners, Partners))
    dataset = str(source)
    chosen, words = chosen_ids(ids), chosen_words(types)
    regions = chosen_words(rois)
    if chosen is None and words is None and regions is None:
        msg = (
            "say which neurons: ids, types or rois (--option 'types=[\"EPG\"]'). A whole dataset is "
            "downloaded faster: neuropil datasets list."
        )
        raise ContractError(msg)
    told = progress or (lambda _: None)
    patient = patience or Patience("neuPrint", TOKEN_HELP, say=told)
    client = _client(patient, server, dataset)

    def ask(what: str, cypher: str) -> list[list[Any]]:
        answer = patient.ask(what, lambda: client.fetch_custom(cypher, format="json"))
        return list(answer["data"])

    meta = ask(
        "the dataset's description",
        "MATCH (m:Meta) RETURN m.primaryRois, m.uuid, m.lastDatabaseEdit, m.tag",
    )
    primary, uuid, edited, tag = meta[0] if meta else (None, None, None, None)
    condition = _condition(chosen, words, regions, traced=traced)
    neurons = _neurons(ask, condition, told)
    if not neurons:
        msg = f"{dataset} has no neuron that fits ({condition})."
        raise ContractError(msg)
    mine = [int(row[0]) for row in neurons]
    told("asking for connections")
    pairs = _pairs(ask, mine, partners, told)
    joined = [pair for pair, (weight, _) in pairs.items() if weight]
    others = sorted({end for pair in joined for end in pair} - set(mine))
    for part in batches(others, PAGE_NEURONS):
        neurons += _page(ask, f"n.bodyId IN {part}", "partners")
    decisions = [
        f"asked {_host(server)} for {dataset} (uuid {uuid}, tag {tag}, last edit {edited})",
        f"chosen: {condition}; partners: {partners}",
    ]
    with kept_tables(keep) as folder:
        _write_neurons(folder / "Neuprint_Neurons.csv", neurons)
        _write_pairs(folder / "Neuprint_Neuron_Connections.csv", pairs)
        if synapses:
            told("asking for synapses")
            rows = _synapses(ask, pairs, primary or [], told)
            _write_synapses(folder / "synapse-connections.csv", rows)
        (folder / "asked.json").write_text(json.dumps(decisions, indent=2) + "\n", "utf-8")
        return read_neuprint(
            folder,
            out,
            by_region=by_region,
            primary_rois=primary or None,
            synapses=synapses,
            min_confidence=min_confidence,
            min_synapses=min_synapses,
            unknown_neurons="drop",
            description={
                "name": dataset.replace(":", "-"),
                "source": f"neuPrint, {_host(server)}",
                "release": dataset.partition(":")[2] or dataset,
                "detector": "neuPrint synapses" if synapses else "neuPrint weight",
                "notes": (f"A part of {dataset}, asked of a live server: {condition}.",),
                **dict(description or {}),
            },
            decisions=decisions,
            overwrite=overwrite,
            command=command,
            progress=progress,
        )


def _client(patient: Patience, server: str, dataset: str) -> Any:
    try:
        import neuprint
    except ImportError:
        msg = "Live neuPrint needs its client: pip install 'neuropil[neuprint]'."
        raise ImportError(msg) from None
    try:
        return patient.ask(
            "the list of datasets", lambda: neuprint.Client(server, dataset, progress=False)
        )
    except RuntimeError as error:  # how the client tells a wrong dataset, server or token
        said = " ".join(patient.in_words(error).split())
        if "token" in said.lower():
            said = f"{said}. {TOKEN_HELP}"
        elif "does not exist" in said:
            listed = re.search(r"\[.*\]", str(error), re.DOTALL)
            said = f"{dataset!r} is not on {_host(server)}; there are {listed[0] if listed else 'others'}"
        msg = f"neuPrint: {said.rstrip('.')}."
        raise ContractError(msg) from None


def _host(server: str) -> str:
    return server.partition("://")[2].rstrip("/") or server


Ask = Callable[[str, str], list[list[Any]]]


def _condition(
    ids: list[int] | None, types: list[str] | None, rois: list[str] | None, *, traced: bool
) -> str:
    """Cypher of what is asked for; texts stand in it as JSON strings, which Cypher reads."""
    parts = []
    if ids is not None:
        parts.append(f"n.bodyId IN {ids}")
    if types is not None:
        parts.append("(" + " OR ".join(f"n.type =~ {json.dumps(one)}" for one in types) + ")")
    if rois is not None:
        names = [one.replace("`", "``") for one in rois]
        parts.append("(" + " OR ".join(f"n.`{one}` = true" for one in names) + ")")
    if traced:
        parts.append('n.status IN ["Traced", "Roughly traced"]')
    return " AND ".join(parts)


def _neurons(ask: Ask, condition: str, told: Callable[[str], None]) -> list[list[Any]]:
    found: list[list[Any]] = []
    last = -1
    while True:
        told(f"asking for neurons: {len(found):,} so far")
        page = _page(ask, f"{condition} AND n.bodyId > {last}", "neurons", limit=PAGE_NEURONS)
        found += page
        if len(page) < PAGE_NEURONS:
            return found
        last = int(page[-1][0])


def _page(ask: Ask, condition: str, what: str, limit: int | None = None) -> list[list[Any]]:
    returned = ", ".join(f"n.{name} AS {name}" for name in _PROPERTIES)
    most = f" LIMIT {limit}" if limit else ""
    return ask(
        what,
        f"MATCH (n:Neuron) WHERE {condition} RETURN n.bodyId AS bodyId, {returned} "
        f"ORDER BY n.bodyId{most}",
    )


Pairs = dict[tuple[int, int], tuple[Any, Any]]


def _pairs(ask: Ask, ids: Sequence[int], partners: Partners, told: Callable[[str], None]) -> Pairs:
    """Weight and regions by ordered pair."""
    mine = set(ids)
    found: Pairs = {}
    sides = {"none": ("n",), "downstream": ("n",), "upstream": ("m",), "both": ("n", "m")}
    done = 0
    for side in sides[partners]:
        for part in batches(ids, BATCH_NEURONS):
            rows = ask(
                "connections",
                f"MATCH (n:Neuron)-[e:ConnectsTo]->(m:Neuron) WHERE {side}.bodyId IN {part} "
                "RETURN n.bodyId AS pre, m.bodyId AS post, e.weight AS weight, e.roiInfo AS roiInfo",
            )
            for pre, post, weight, info in rows:
                if partners != "none" or int(post) in mine:
                    found[int(pre), int(post)] = (weight, info)
            done += len(part)
            told(f"asking for connections: {done:,} of {len(ids) * len(sides[partners]):,} neurons")
    return found


def _synapses(
    ask: Ask, pairs: Pairs, primary: Sequence[str], told: Callable[[str], None]
) -> list[list[Any]]:
    by_sender: dict[int, set[int]] = {}
    for pre, post in pairs:
        by_sender.setdefault(pre, set()).add(post)
    senders, rows = sorted(by_sender), []
    names = ", ".join(json.dumps(name) for name in primary)
    for done, part in enumerate(batches(senders, max(1, BATCH_NEURONS // 10))):
        found = ask(
            "synapses",
            "MATCH (n:Neuron)-[:Contains]->(:SynapseSet)-[:Contains]->(ns:Synapse)-[:SynapsesTo]->"
            "(ms:Synapse)<-[:Contains]-(:SynapseSet)<-[:Contains]-(m:Neuron) "
            f"WHERE n.bodyId IN {part} RETURN DISTINCT n.bodyId AS bodyId_pre, m.bodyId AS bodyId_post, "
            "ns.location.x AS x_pre, ns.location.y AS y_pre, ns.location.z AS z_pre, "
            "ms.location.x AS x_post, ms.location.y AS y_post, ms.location.z AS z_post, "
            "ns.confidence AS confidence_pre, ms.confidence AS confidence_post, "
            f"[r IN [{names}] WHERE ms[r] = true] AS rois",
        )
        rows += [row for row in found if int(row[1]) in by_sender.get(int(row[0]), ())]
        told(f"asking for synapses: batch {done + 1}")
    return rows


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows(["" if value is None else value for value in row] for row in rows)


def _write_neurons(path: Path, neurons: Iterable[Sequence[Any]]) -> None:
    """What some neuron has; a dataset has not every property, and an empty column says nothing."""
    names = [":ID(Body-ID)", *_PROPERTIES[:-1], "somaLocation:point{srid:9157}", ":LABEL"]
    rows = [[*row[:-1], _point(row[-1]), "Segment;Neuron"] for row in neurons]
    filled = [i for i in range(len(names)) if any(row[i] is not None for row in rows)]
    _write(path, [names[i] for i in filled], ([row[i] for i in filled] for row in rows))


def _point(value: Any) -> str | None:
    """A point as bulk files write it; the server sends GeoJSON or ``[x, y, z]``."""
    if isinstance(value, Mapping):
        value = value.get("coordinates")
    if not isinstance(value, (list, tuple)) or len(value) != 3:
        return None
    x, y, z = (int(number) for number in value)
    return f"{{x:{x}, y:{y}, z:{z}}}"


def _write_pairs(path: Path, pairs: Pairs) -> None:
    header = [":START_ID(Body-ID)", ":END_ID(Body-ID)", "weight:int", "roiInfo:string"]
    _write(path, header, ((*pair, *found) for pair, found in sorted(pairs.items())))


def _write_synapses(path: Path, rows: Iterable[Sequence[Any]]) -> None:
    header = ["bodyId_pre", "bodyId_post"]
    header += [f"{axis}_{side}" for side in ("pre", "post") for axis in "xyz"]
    header += ["confidence_pre", "confidence_post", "roi_post"]
    _write(path, header, ([*row[:10], (row[10] or [None])[0]] for row in rows))
