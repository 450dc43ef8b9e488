"""``neuropil cell-types seeded``: types of a few neurons carried over to all of the same connectome."""

from __future__ import annotations

from ..leaving import AllowRestricted, require_leave
from ..options import EdgeType, Jobs, Json, MinSynapses, Name, Out, Seed, Where, open_graph
from ..output import console, print_json, print_table, progress, records, write_rows
from .cell_types_options import (
    LabelColumn,
    MinConfidence,
    OnlyWith,
    rows_of,
    types_with_confidence,
)

HELP = """Carry the types of a few labelled neurons over to all others, by what their partners are (in the spirit of NTAC).

Needs no training and nothing to be installed. What is unknown in the column of labels is typed; with
--only the labels of the other neurons are put aside.

Examples:

    neuropil cell-types seeded my_connectome/ --labels cell_type --out types.parquet

    neuropil cell-types seeded celegans-cook2019-hermaphrodite --labels cell_class --only side=left

    neuropil sql my_connectome/ --with types=types.parquet "SELECT label, count(*) FROM types GROUP BY 1"
"""


def seeded(
    connectome: Name,
    labels: LabelColumn = "cell_type",
    only: OnlyWith = None,
    min_confidence: MinConfidence = 0.5,
    seed: Seed = 0,
    edge_type: EdgeType = "chemical",
    min_synapses: MinSynapses = None,
    where: Where = None,
    jobs: Jobs = None,
    json: Json = False,
    out: Out = None,
    allow_restricted: AllowRestricted = False,
) -> None:
    """Types from seeds."""
    import connectome_analysis as ca
    from connectome_analysis.measures.per_neuron import labels_of

    opened, g = open_graph(connectome, edge_type, min_synapses, where)
    if out is not None or json:
        require_leave(opened.manifest, allow_restricted=allow_restricted)
    known = labels_of(g, labels, argument="--labels")
    if only is not None:
        known = known.where(rows_of(g, only), None)
    with progress("rounds") as tell:
        found = ca.cell_types.seeded(
            g, known, least_confidence=min_confidence, rng=seed, n_jobs=jobs, progress=tell
        )
    table = found.to_frame()
    if out is not None:
        made_by = f"neuropil cell-types seeded --labels {labels} --seed {seed}"
        write_rows(table, out, opened.manifest, made_by=made_by, ids=["node_id"])
    if json:
        facts = {"connectome": opened.name, "labels": labels, "only": only}
        print_json(facts | dict(table.attrs) | {"neurons": records(table)})
        return
    title = f"{opened.name}: {found.n_types:,} types from {int(known.notna().sum()):,} seeds"
    print_table(types_with_confidence(table), title, {"confidence": ".3f"})
    console().print(
        f"{found.n_unknown:,} of {len(table):,} neurons are unknown. {found.chosen} "
        f"Confidence: {found.confidence_is}.",
        soft_wrap=True,
        markup=False,
    )
