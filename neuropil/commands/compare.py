"""``neuropil compare``: connectomes beside each other, and two of them connection by connection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..error_model_option import error_model_of
from ..leaving import AllowRestricted, require_leave
from ..naive_and_aware import warnings_as_words
from ..options import EdgeType, Jobs, Json, MinSynapses, Seed, Where, open_graph
from ..output import (
    console,
    print_json,
    print_table,
    progress,
    records,
    write_figure,
    write_table,
)

if TYPE_CHECKING:
    import pandas as pd

    import connectome_analysis as ca

HELP = """Hold connectomes beside each other: sizes, densities, paths, degrees, motif profiles and their distances.

Two connectomes are also tested: densities (Pedigo et al. 2023), with --groups from each group of neurons to each,
with --match connection by connection.

Examples:

    neuropil compare celegans-witvliet2021-1 celegans-witvliet2021-8 larva-mushroom-body-left -n 200

    neuropil compare celegans-witvliet2021-7 celegans-witvliet2021-8 --match name --out worms/

    neuropil compare larva-mushroom-body-left larva-mushroom-body-right --groups cell_type --adjust -n 0

    neuropil compare one/ two/ --error-model one=fly-calyx-5 --out compared/
"""

_SHOWN = (
    "neurons",
    "edges",
    "weight_sum",
    "density",
    "reciprocity",
    "transitivity",
    "clustering",
    "path_length",
    "degree_mean",
    "out_degree_max",
    "in_degree_max",
)


def compare(
    connectomes: Annotated[
        list[str],
        typer.Argument(
            metavar="A B ...", help="Two or more connectome folders or names of bundled datasets."
        ),
    ],
    null: Annotated[
        list[str] | None,
        typer.Option(
            "--null",
            help="Null model of the motif profiles; may be given several times. By default "
            "reciprocal_configuration.",
        ),
    ] = None,
    samples: Annotated[
        int,
        typer.Option(
            "-n", "--samples", help="Graphs to draw from each null; 0 for no motifs.", min=0
        ),
    ] = 1000,
    size: Annotated[int, typer.Option("--size", help="Neurons of a motif: 3 or 4.")] = 3,
    error_model: Annotated[
        list[str] | None,
        typer.Option(
            "--error-model",
            metavar="NAME=MODEL",
            help="Errors of one of the connectomes: a preset, a JSON file, rates or manifest; may be "
            "given several times.",
        ),
    ] = None,
    groups: Annotated[
        str | None,
        typer.Option(
            "--groups", help="Of two: test densities between groups of this column of nodes."
        ),
    ] = None,
    adjust: Annotated[
        bool,
        typer.Option(
            "--adjust", help="With --groups: allow for the densities of the whole graphs."
        ),
    ] = False,
    match: Annotated[
        str | None,
        typer.Option(
            "--match",
            metavar="COLUMN",
            help="Of two: compare the connections of neurons with the same entry in this column, "
            "such as name; node_id takes ids.",
        ),
    ] = None,
    edge_type: EdgeType = "chemical",
    min_synapses: MinSynapses = None,
    where: Where = None,
    seed: Seed = 0,
    jobs: Jobs = None,
    allow_restricted: AllowRestricted = False,
    json: Json = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Also write tables (Parquet and CSV) and pictures to this folder."
        ),
    ] = None,
) -> None:
    """Compare connectomes."""
    import connectome_analysis as ca
    from connectome_analysis.tables.object_store import shown_address

    if len(connectomes) < 2:
        msg = f"compare takes two connectomes or more, got {len(connectomes)}."
        raise ValueError(msg)
    if samples == 1:
        msg = "-n must be 0 for no motifs or at least 2, got 1."
        raise ValueError(msg)
    names = [shown_address(name) for name in connectomes]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        msg = f"compare takes connectomes unlike each other, got {twice} twice."
        raise ValueError(msg)
    _require_two(connectomes, {"--groups": groups, "--match": match})
    if adjust and groups is None:
        msg = "--adjust belongs to --groups; give a column of nodes there."
        raise ValueError(msg)
    opened = {
        shown_address(name): open_graph(name, edge_type, min_synapses, where)[0]
        for name in connectomes
    }
    if groups is not None and (json or out is not None):
        # Groups as fine as neurons give the connections themselves.
        for one in opened.values():
            require_leave(one.manifest, allow_restricted=allow_restricted)
    kind = None if edge_type == "all" else edge_type
    options: dict[str, Any] = {"edge_type": kind, "min_synapses": min_synapses, "where": where}
    models = _models(error_model, opened, edge_type)
    found: dict[str, pd.DataFrame] = {}
    profiles: ca.compare.MotifProfiles | None = None
    with warnings_as_words(ca.compare.MixedCountsWarning) as said:
        found["summary"] = ca.compare.summary(opened, n_jobs=jobs, **options)
        if samples:
            with progress("motif profiles") as tell:
                profiles = ca.compare.motif_profiles(
                    opened,
                    null or "reciprocal_configuration",  # type: ignore[arg-type]
                    samples,
                    models or None,
                    size=size,  # type: ignore[arg-type]
                    rng=seed,
                    n_jobs=jobs,
                    progress=tell,
                    **options,
                )
            found["profiles"] = profiles.table
            found["distances"] = profiles.distances()
        if len(connectomes) == 2:
            found |= _of_two(list(opened.values()), groups, match, options, adjust=adjust)
    if out is not None:
        _write(found, profiles, out)
    if json:
        content = {name: records(table) for name, table in found.items()}
        print_json({"connectomes": list(opened), "warnings": said} | content)
        return
    _print(found, profiles, said)


def _require_two(connectomes: list[str], options: dict[str, str | None]) -> None:
    for option, value in options.items():
        if value is not None and len(connectomes) != 2:
            msg = f"{option} compares two connectomes, got {len(connectomes)}."
            raise ValueError(msg)


def _models(
    given: list[str] | None, opened: dict[str, ca.Connectome], edge_type: str
) -> dict[str, ca.errors.ErrorModel]:
    models = {}
    for one in given or []:
        name, equals, model = one.partition("=")
        if not equals or name not in opened:
            msg = f"--error-model must be NAME=MODEL with one of {', '.join(opened)}, got {one!r}."
            raise ValueError(msg)
        models[name] = error_model_of(model, None, None, opened[name], edge_type)
    return models


def _of_two(
    opened: list[ca.Connectome],
    groups: str | None,
    match: str | None,
    options: dict[str, Any],
    *,
    adjust: bool,
) -> dict[str, pd.DataFrame]:
    import connectome_analysis as ca

    a, b = opened
    found = {"density": ca.compare.density_test(a, b, **options).to_frame().T}
    if groups is not None:
        tested = ca.compare.group_density_test(a, b, groups, adjust=adjust, **options)
        found["groups"] = tested.table
        found["groups_together"] = _one_row(
            {"p_value": tested.p_value, "n_tests": tested.n_tests, "ratio": tested.ratio}
        )
    if match is not None:
        graphs = [
            one.graph(options["min_synapses"], options["edge_type"], options["where"])
            for one in opened
        ]
        pairs = None if match == "node_id" else match
        found["shared"] = ca.compare.edge_conservation(*graphs, pairs=pairs)
        found["correlation"] = ca.compare.weight_correlation(*graphs, pairs=pairs).to_frame().T
        found["matched"] = ca.compare.matched_density_test(*graphs, pairs=pairs)
    return found


def _one_row(values: dict[str, float]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([values])


def _write(
    found: dict[str, pd.DataFrame], profiles: ca.compare.MotifProfiles | None, out: Path
) -> None:
    import connectome_analysis as ca

    out.mkdir(parents=True, exist_ok=True)
    for name, table in found.items():
        # What is mixed in a column, such as numbers and words in a row turned over, is not Parquet's.
        plain = table.infer_objects()
        plain.attrs = {}  # of the copy; the picture's headline reads those of the table
        write_table(plain, out / f"{name}.csv")
        write_table(plain, out / f"{name}.parquet")
    pictures = {}
    if profiles is not None:
        for null in profiles.nulls:
            pictures[f"profiles_{null}"] = ca.plot.profile_tree(profiles, null=null)
    if "shared" in found:
        pictures["shared"] = ca.plot.edge_conservation(found["shared"])
    for name, ax in pictures.items():
        for kind in ("svg", "png"):
            write_figure(ax.figure, out / f"{name}.{kind}")
        _close(ax)


def _close(ax: Any) -> None:
    import matplotlib.pyplot as plt

    plt.close(ax.figure)


def _print(
    found: dict[str, pd.DataFrame], profiles: ca.compare.MotifProfiles | None, said: list[str]
) -> None:
    summary = found["summary"]
    formats = dict.fromkeys(("neurons", "edges", "weight_sum"), ",.0f")
    print_table(summary[list(_SHOWN)], "Connectomes beside each other", formats)
    if profiles is not None:
        null = profiles.null()
        if len(profiles.table["motif"].unique()) <= 13:
            wide = profiles.wide()
            print_table(wide, f"Motif profiles against {null}", dict.fromkeys(wide.columns, ".2f"))
        distances = found["distances"]
        words = f"Distances of the profiles against {null}, 1 - r"
        print_table(distances, words, dict.fromkeys(distances.columns, ".3f"))
    titles = {
        "density": "Density: score test of two binomials",
        "groups_together": "From group to group, all together (Tippett)",
        "groups": "From group to group, p up to 5 % after Holm's correction",
        "shared": "Connections of one that the other has too, by strength",
        "correlation": "Weights of corresponding connections",
        "matched": "Connections in one alone: McNemar's test",
    }
    for name, title in titles.items():
        if name not in found:
            continue
        table = found[name]
        if name == "groups":
            table = table[table["corrected_p_value"] <= 0.05].drop(columns=["pairs_a", "pairs_b"])
        print_table(table, title)
    for one in said:
        console().print(f"Warning: {one}", style="bold", soft_wrap=True, markup=False)
