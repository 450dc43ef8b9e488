"""Cell types: how well types are told, beside what is simpler, and what it costs at the size of a fly.

python -m benchmarks.cell_types                     every part: some two hours of processor time
python -m benchmarks.cell_types --part larva        one part: larva, compartments, classes, fly, worm, errors, clusters, sets or planted
python -m benchmarks.cell_types --seeds 3           fewer seeds than 10
python -m benchmarks.cell_types --quick             crumbs of all parts, to see that it runs

The larva's brain (Winding 2023) is read where NEUROPIL_DATA points; the rest is bundled or simulated.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

import connectome_analysis as ca

from .measure import connectome_folder, installed, machine

PACKAGES = ("numpy", "numba", "scipy", "torch", "torch-geometric", "scikit-learn", "ntac")
QUICK = {"hidden": 8, "epochs": 5, "n_networks": 1}


def larva() -> ca.Graph | None:
    """The brain and its inputs, with groups, classes and hemispheres; None where it is not at hand."""
    folder = connectome_folder("larva_winding2023")
    if folder is None:
        return None
    table = pd.read_csv(folder / "meta_data.csv", index_col=0)
    table = table[table["brain_and_inputs"].astype(bool)]
    nodes = pd.DataFrame({"node_id": table.index.to_numpy(dtype=np.int64)})
    for name, source in (
        *(("group", "simple_group"), ("cell_class", "merge_class"), ("side", "hemisphere")),
        *(("pair_id", "pair_id"), ("lineage", "lineage")),
    ):
        nodes[name] = table[source].to_numpy()
    for name in ("axon_output", "axon_input", "dendrite_output", "dendrite_input"):
        nodes[name] = table[name].fillna(0).to_numpy()
    edges = np.loadtxt(folder / "G_edgelist.txt").astype(np.int64)
    inside = np.isin(edges[:, :2], nodes["node_id"]).all(axis=1)
    pre, post, weight = edges[inside].T
    return ca.Graph.from_edges(pre, post, weight, nodes=nodes, name="larva")


PLAIN_SPLIT = {"split_options": {"calibration_from": "test", "calibration_share": 0.15}}


def larva_rows(seeds: int, *, quick: bool) -> None:
    """18 groups, learnt on the left and told on the right, by three networks each."""
    larva_table(
        *("group", "18 groups, left to right; three networks", seeds), quick=quick, n_networks=3
    )


def compartments_rows(seeds: int, *, quick: bool) -> None:
    """The same, with more to go by."""
    compartments = ("axon_output", "axon_input", "dendrite_output", "dendrite_input")
    features = ("degree", "strength", "reciprocity", "motifs", *compartments)
    title = "18 groups, left to right, synapses on axon and dendrite among the features"
    larva_table("group", title, seeds, quick=quick, features=features)


def classes_rows(seeds: int, *, quick: bool) -> None:
    """The larva's finer classes."""
    larva_table("cell_class", "classes, left to right", seeds, quick=quick)


def larva_table(column: str, title: str, seeds: int, *, quick: bool, **options: Any) -> None:
    """A table of the larva, or a line where it is not at hand."""
    g = larva()
    if g is None:
        print("larva: not at hand: set NEUROPIL_DATA to the folder of the data")
        return
    show(g, column, "hemisphere", seeds, quick=quick, title=title, **PLAIN_SPLIT, **options)


def fly_rows(seeds: int, *, quick: bool) -> None:
    """131 types of the fly's right mushroom body, of which 2 and 10 % of the neurons are known."""
    g = ca.open("fly-mushroom-body-right").graph()
    for share in (0.02, 0.1):
        show(
            *(g, "cell_type", "random", seeds),
            quick=quick,
            title=f"131 types, {share:.0%} of the neurons known",
            split_options={"test_share": 1 - share, "calibration_share": 0.0},
        )


def worm_rows(seeds: int, *, quick: bool) -> None:
    """Classes of the hermaphrodite's neurons, from left to right."""
    g = ca.open("celegans-cook2019-hermaphrodite").graph()
    show(g, "cell_class", "hemisphere", seeds, quick=quick, title="classes, left to right")


def errors_rows(seeds: int, *, quick: bool) -> None:
    """Learnt in the worm as it is, told in worms with errors."""
    g = ca.open("celegans-cook2019-hermaphrodite").graph()
    model = ca.errors.ErrorModel(alpha=0.005, beta=0.3, could_touch="all")
    show(
        *(g, "cell_class", "hemisphere", seeds),
        quick=quick,
        title="classes, left to right, with 30 % of the connections missed and 0.5 % of the pairs false",
        error_model=model,
        methods=[
            "majority",
            "seeds",
            "gradient boosting",
            "graph network",
            "graph network, errors",
        ],
    )


def show(
    g: ca.Graph, labels: str, by: Any, seeds: int, *, quick: bool, title: str, **options: Any
) -> None:
    """Print the table of an evaluation."""
    if quick:
        options |= QUICK
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ca.cell_types.LeakageWarning)
        table = ca.cell_types.evaluate(g, labels, by, seeds=seeds, **options)
    print(
        f"\n{g.name}: {title}. {table.attrs['split']}; {seeds} seeds; scores over "
        f"the {table['types_scored'].iloc[0]:.0f} types that were learnt and tested.\n"
    )
    for words in table.attrs["leakage"]:
        print(f"Leak: {words}\n")
    wanted = ("accuracy_all", "macro_f1_all", "coverage", "set_size")
    extra = [name for name in wanted if name in table.columns]
    print(
        "| method | accuracy | macro-F1 | deviation over seeds |",
        *(f" {x} |" for x in extra),
        " s |",
        sep="",
    )
    print("|" + "---|" * (5 + len(extra)))
    for name, row in table.iterrows():
        cells = [
            str(name),
            interval(row, "accuracy"),
            interval(row, "macro_f1"),
            f"{row['macro_f1_sd']:.3f}" if "macro_f1_sd" in row else "",
            *(f"{row[x]:.3f}" for x in extra),
            f"{row['seconds']:.1f}",
        ]
        print("| " + " | ".join(cells) + " |", flush=True)
    if "graph network" in table.index and len(table) > 2:
        others = table.drop(index=[one for one in table.index if one.startswith("graph network")])
        best = others["macro_f1"].idxmax()
        here = table.loc["graph network"]
        apart = here["macro_f1_low"] > others.loc[best, "macro_f1_high"]
        print(
            f"\nTarget, macro-F1 of the graph network above every other outside the intervals: "
            f"{'met' if apart else 'not met'} (next is {best}).",
            flush=True,
        )


def interval(row: pd.Series[Any], name: str) -> str:
    """A score with its interval."""
    return f"{row[name]:.3f} [{row[f'{name}_low']:.3f}, {row[f'{name}_high']:.3f}]"


def clusters_rows(_: int, *, quick: bool) -> None:
    """Clusters without any label beside the types that are known, each method at its own number."""
    known = [
        (ca.open("larva-mushroom-body-left").graph(), "cell_type"),
        (ca.open("fly-mushroom-body-right").graph(), "cell_type"),
        (ca.open("celegans-cook2019-hermaphrodite").graph(), "cell_type"),
        (larva(), "cell_class"),
    ]
    if quick:
        known = known[:1]
    print("\nclusters beside known types; both measures are 1 for the same types, 0 by chance\n")
    print("| connectome, types known | method | types found | adjusted Rand | adjusted MI | s |")
    print("|---|---|---|---|---|---|")
    for g, column in known:
        if g is None:
            continue
        for method in ("hierarchical", "leiden", "spectral", "block_model", "rounds"):
            start = time.process_time()
            more: dict[str, Any] = {"n_draws": 0} if method == "block_model" else {}
            found = ca.cell_types.cluster(g, method, confidence="none", **more)
            seconds = time.process_time() - start
            labels = pd.Series(g.nodes[column].array, index=g.node_ids)
            agree = ca.cell_types.compare_types(labels, found).agreement
            cells = [interval_of(agree.loc[name]) for name in agree.index[:2]]
            name = f"{g.name}, {labels.nunique()}"
            print(
                f"| {name} | {method} | {found.n_types} | "
                + " | ".join(cells)
                + f" | {seconds:.1f} |",
                flush=True,
            )


def interval_of(row: pd.Series[Any]) -> str:
    """A value with its interval."""
    return f"{row['value']:.2f} [{row['low']:.2f}, {row['high']:.2f}]"


def sets_rows(_: int, *, quick: bool) -> None:
    """Coverage of conformal sets on 100 splits of neurons that one network never saw."""
    g = ca.cell_types.planted_types(4_000, 40_000, 20, stray=0.5, rng=7)
    truth = g.nodes["cell_type"].to_numpy(dtype=object)
    random = np.random.default_rng(0)
    known = np.where(random.random(len(truth)) < 0.25, truth, None).astype(object)
    options = {"hidden": 32, "epochs": 60, "calibration_share": 0.0} | (QUICK if quick else {})
    typer = ca.cell_types.CellTyper(**options).fit(g, known)
    chance = typer.predict_proba(g, known)
    place = {name: k for k, name in enumerate(typer.classes_)}
    rest = np.flatnonzero([k is None and t in place for k, t in zip(known, truth, strict=True)])
    number = np.array([place.get(t, -1) for t in truth])
    print("\nplanted types: conformal sets, 100 splits of the neurons that were not learnt from\n")
    print(
        "| promised | by type | coverage, mean of splits | least and most | mean set size | empty |"
    )
    print("|---|---|---|---|---|---|")
    for promised in (0.8, 0.9, 0.95):
        for by_type in (False, True):
            covered, sizes, empty = [], [], []
            for _split in range(100):
                order = random.permutation(rest)
                half = len(order) // 2
                kept, asked = order[:half], order[half:]
                sets = ca.cell_types.ConformalSets.of(chance[kept], number[kept])
                within = sets.members(chance[asked], promised, by_type=by_type)
                covered.append(within[np.arange(len(asked)), number[asked]].mean())
                sizes.append(within.sum(axis=1).mean())
                empty.append((within.sum(axis=1) == 0).mean())
            print(
                f"| {promised:.2f} | {'yes' if by_type else 'no'} | {np.mean(covered):.4f} | "
                f"{min(covered):.3f}, {max(covered):.3f} | {np.mean(sizes):.2f} | {np.mean(empty):.1%} |",
                flush=True,
            )


# Each in a process of its own, whose peak of memory is its own.
SEEDED = """
import json, resource, sys, time
import numpy as np
import connectome_analysis as ca
g = ca.cell_types.planted_types({n}, {m}, {types}, rng=1)
truth = g.nodes["cell_type"].to_numpy(dtype=object)
random = np.random.default_rng(0)
known = np.where(random.random(len(truth)) < 0.02, truth, None).astype(object)
new = np.array([k is None for k in known])
small = ca.cell_types.planted_types(300, 3000, 3, rng=1)
ca.cell_types.seeded(small, np.where(np.arange(300) < 60, small.nodes["cell_type"], None).astype(object))
"""
END = """
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
print(json.dumps({"seconds": seconds, "gigabytes": peak, "right": right}))
"""
OURS = """
start = time.process_time()
found = ca.cell_types.seeded(g, known, n_jobs=1)
seconds = time.process_time() - start
right = float((found.guess == truth)[new].mean())
"""
NTAC = """
from ntac import Ntac
warm = Ntac(small.to_scipy().astype(float), labels=np.array(["A", "B", "?"] * 100))
warm.step()
warm.step()
labels = np.array(["?" if k is None else k for k in known])
start = time.process_time()
peer = Ntac(g.to_scipy().astype(float), labels=labels)
for _ in range(10):
    peer.step()
said = peer.get_partition()
seconds = time.process_time() - start
right = float((said == truth)[new].mean())
"""
EPOCH = """
import torch
torch.set_num_threads(1)
times = []
def tell(done, total):
    times.append(time.process_time())
typer = ca.cell_types.CellTyper(
    hidden=64, epochs=3, batch_size=512, fanout=10, watch_share=0.0, calibration_share=0.0, progress=tell
)
typer.fit(g, known)
seconds = float(np.diff(times).mean())
start = time.process_time()
chance = typer.predict_proba(g, known)
print("whole graph told in", round(time.process_time() - start, 1), "s", file=sys.stderr)
right = float("nan")
"""
LOADER = """
import torch
torch.set_num_threads(1)
from torch_geometric.loader import NeighborLoader
data = g.to_pyg()
learnt = torch.from_numpy(np.flatnonzero(~new))
loader = NeighborLoader(data, num_neighbors=[10, 10], batch_size=512, input_nodes=learnt, shuffle=True)
start = time.process_time()
for batch in loader:
    pass
seconds = time.process_time() - start
right = float("nan")
"""

PLAIN = """
import torch
from torch_geometric.nn import SAGEConv
torch.set_num_threads(1)
torch.manual_seed(0)
data = g.to_pyg()
x = torch.log1p(torch.from_numpy(np.stack([g.in_degree, g.out_degree], axis=1)).float())
names, number = np.unique(truth.astype(str), return_inverse=True)
y, learnt = torch.from_numpy(number), torch.from_numpy(~new)
layers = torch.nn.ModuleList([SAGEConv(2, 64), SAGEConv(64, len(names))])
optimiser = torch.optim.Adam(layers.parameters(), lr=0.01)
times = []
for _ in range(3):
    start = time.process_time()
    said = layers[1](layers[0](x, data.edge_index).relu(), data.edge_index)
    loss = torch.nn.functional.cross_entropy(said[learnt], y[learnt])
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    times.append(time.process_time() - start)
seconds = float(np.mean(times[1:]))
right = float("nan")
"""


def planted_rows(_: int, *, quick: bool) -> None:
    """Planted types at the size of the fly, and at a size that peers manage in minutes."""
    sizes = [(8_000, 160_000, 60), (139_255, 2_900_000, 500)]
    if quick:
        sizes = [(1_000, 10_000, 5)]
    print("\nplanted types, 2 % of the neurons known; processor seconds of one thread\n")
    print("| neurons drawn | job | s | GB at the peak | right |")
    print("|---|---|---|---|---|")
    for n, m, types in sizes:
        for job, program in (
            ("seeded", OURS),
            ("ntac 0.1.2, 10 steps", NTAC if installed("ntac") else None),
            ("graph network: an epoch over the seeds", EPOCH),
            ("plain PyG, two SAGEConv on senders alone, the whole graph a step", PLAIN),
            ("NeighborLoader alone, an epoch, no training", LOADER),
        ):
            if job.startswith("ntac") and n > 10_000:
                words = "left out: it keeps a dense matrix of neurons x seeds"
                print(f"| {n:,} | {job} | {words} | | |")
                continue
            print(f"| {n:,} | {job} | " + measured(program, n, m, types) + " |", flush=True)


def measured(program: str | None, n: int, m: int, types: int) -> str:
    """Seconds, gigabytes and accuracy of a program, or why there are none."""
    if program is None:
        return "not installed | | "
    text = SEEDED.format(n=n, m=m, types=types) + program + END
    answer = subprocess.run(
        [sys.executable, "-c", text], check=False, capture_output=True, text=True
    )
    if answer.returncode:
        last = (answer.stderr.strip().splitlines() or ["no output"])[-1]
        return f"does not run: {last[:120]} | | "
    found = json.loads(answer.stdout.strip().splitlines()[-1])
    right = "" if np.isnan(found["right"]) else f"{found['right']:.3f}"
    return f"{found['seconds']:.1f} | {found['gigabytes']:.2f} | {right}"


PARTS: dict[str, Callable[..., None]] = {
    "planted": planted_rows,
    "clusters": clusters_rows,
    "sets": sets_rows,
    "worm": worm_rows,
    "errors": errors_rows,
    "fly": fly_rows,
    "larva": larva_rows,
    "compartments": compartments_rows,
    "classes": classes_rows,
}


def main(arguments: list[str] | None = None) -> None:
    """Print the machine and the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.cell_types",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--part", choices=PARTS, help="one part; all by default")
    parser.add_argument("--seeds", type=int, default=10, help="splits, and seeds of every method")
    parser.add_argument("--quick", action="store_true", help="crumbs, to see that it runs")
    options = parser.parse_args(arguments)
    print(machine(PACKAGES))
    for name, part in chosen(options.part):
        start = time.process_time()
        part(1 if options.quick else options.seeds, quick=options.quick)
        print(f"\n({name}: {time.process_time() - start:.0f} s of this process)", flush=True)


def chosen(part: str | None) -> Iterator[tuple[str, Callable[..., None]]]:
    """The parts asked for."""
    for name, function in PARTS.items():
        if part in (None, name):
            yield name, function


if __name__ == "__main__":
    main()
