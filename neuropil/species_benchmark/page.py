"""Page: a species benchmark as an HTML page that needs no network and no script, its figures beside it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from ..report.build import file_stem, folder
from ..report.findings import ranges_in_words, ratio_in_words, rich_ranges, strongest_excess
from ..report.how_made import HowMade
from ..report.html_parts import PIXELS_PER_INCH, anchor, html_facts, html_list, html_table, linked
from ..report.number_words import is_missing, number, percent, ratio
from ..report.triad_symbols import symbol_definitions
from ..whole_file import whole_file
from .figures import figures_of_all, figures_of_one
from .samples_words import can_show, classes_needed, least_p, too_few_in_words
from .tables import as_naive_and_aware, as_rich_club, as_significance, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from connectome_analysis import Graph

    from ..report.vector_figure import VectorFigure
    from .result import BenchmarkResult

_SHORT = {
    "erdos_renyi": "ER",
    "dyad": "dyad",
    "configuration": "CFG",
    "reciprocal_configuration": "reciprocal CFG",
}
_STRIKING = 5
_LEVEL = 0.05
# A rich club of two or three neurons has the largest ratios, which say least.
_FEWEST_RICH = 10
_CLIPPED = " \N{DAGGER}"
_CLIPPED_NOTE = (
    '<p class="small">\N{DAGGER} These errors alone would show more than was seen: the estimate lies outside '
    "of what a share can be, and the nearest share stands here; <code>tables/corrected.parquet</code> has it as "
    "it is.</p>"
)


def write_page(
    result: BenchmarkResult, graphs: dict[str, Graph], target: Path, *, figures: bool
) -> Path:
    """Write ``report.html`` and, with `figures`, ``figures/*.svg`` and ``*.pdf``; the page last."""
    together: list[VectorFigure] = []
    alone: dict[str, list[VectorFigure]] = {one.name: [] for one in result.datasets}
    if figures:
        together = list(figures_of_all(result))
        for name, graph in graphs.items():
            alone[name] = list(figures_of_one(result, name, graph, main_null(result)))
        place = folder(target / "figures")
        for figure in (*together, *(one for some in alone.values() for one in some)):
            figure.write(place)
    path = target / "report.html"
    with whole_file(path) as part:
        part.write_text(page(result, graphs, together, alone), encoding="utf-8")
    return path


def main_null(result: BenchmarkResult) -> str:
    """The null that pictures of one dataset are about: configuration, or the first."""
    nulls = tuple(dict.fromkeys(result.numbers["null_model"]))
    return "configuration" if "configuration" in nulls else nulls[0]


def page(
    result: BenchmarkResult,
    graphs: dict[str, Graph],
    together: Sequence[VectorFigure],
    alone: dict[str, list[VectorFigure]],
) -> str:
    """Lay the benchmark out as HTML."""
    made = HowMade(
        command="neuropil benchmark species",
        n_samples=result.settings.samples,
        seed=result.settings.seed,
    )
    triads = [_linked_figure(figure) for figure in together if ".triads." in figure.name]
    measures = [_linked_figure(figure) for figure in together if ".triads." not in figure.name]
    sections = [
        ("The table", _cross_species(result) + _printed(result) + "".join(measures)),
        ("Size and paths", _sizes(result)),
        ("Triads", "".join(triads) or _in_tables("triad")),
        ("Four neurons", _four_nodes(result)),
        ("Colored triads", _colored(result)),
        ("Rich clubs", _rich_clubs(result, graphs)),
        ("Robustness to errors", _robustness(result)),
        ("Each dataset", _each(result, alone)),
        ("How this was made", _how(result, made)),
    ]
    taken = {"top", "contents"}
    parts = [(anchor(title, taken), title, content) for title, content in sections if content]
    contents = "".join(
        f'<li><a href="#{address}">{escape(title)}</a></li>' for address, title, _ in parts
    )
    body = "\n".join(
        f'<section><h2 id="{address}">{escape(title)}</h2>\n{content}\n'
        '<p class="top"><a href="#top">back to the top</a></p></section>'
        for address, title, content in parts
    )
    species = {name for name in result.species["species"] if name}
    nulls = ", ".join(null.replace("_", " ") for null in result.settings.null_models)
    lead = (
        f"{len(result.datasets)} connectomes of {len(species)} species, measured in the same way and held "
        f"against {result.settings.samples:,} random graphs of each null model ({nulls})."
    )
    template = Template(files("neuropil.report").joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        version=escape(made.software.get("neuropil", "")),
        title="Species benchmark",
        lead=escape(lead),
        contents=f"<ol>{contents}</ol>",
        symbols=symbol_definitions(),
        body=_few_samples(result) + _skipped(result) + body,
    )


def _linked_figure(figure: VectorFigure) -> str:
    """A figure whose picture lies beside the page and is fetched when it comes into view."""
    width, height = (round(side * PIXELS_PER_INCH) for side in (figure.width_in, figure.height_in))
    stem = f"figures/{file_stem(figure.name)}"
    kinds = [("SVG", "svg"), *([("PDF", "pdf")] if figure.pdf else [])]
    links = ", ".join(f'<a href="{escape(stem)}.{end}">{kind}</a>' for kind, end in kinds)
    return (
        f'<figure><img src="{escape(stem)}.svg" loading="lazy" width="{width}" height="{height}" '
        f'alt="{escape(figure.alt)}"><figcaption><b>{escape(figure.title)}.</b> {linked(figure.caption)} '
        f"{links}.</figcaption></figure>"
    )


def _few_samples(result: BenchmarkResult) -> str:
    words = too_few_in_words(result.settings.samples)
    return f'<div class="note"><p><b>Few samples.</b> {escape(words)}</p></div>' if words else ""


def _none(result: BenchmarkResult) -> str:
    """What stands where nothing was significant: a dash where nothing could have been."""
    return "none" if can_show(result.settings.samples) else "– (too few samples)"


def _no_k(result: BenchmarkResult) -> str:
    return "no k" if can_show(result.settings.samples) else _none(result)


def _skipped(result: BenchmarkResult) -> str:
    if not result.skipped:
        return ""
    items = [f"<b>{escape(one.name)}</b>: {escape(one.why)}" for one in result.skipped]
    return f'<div class="note"><p><b>Not measured.</b></p>{html_list(items)}</div>'


def _with_interval(row: pd.Series, name: str) -> str:
    low, high = (ratio(row.get(f"{name}{end}")) for end in ("_low", "_high"))
    value = ratio(row.get(name))
    # Of a graph that has none the ratio is 0 whatever the null, and no interval says more.
    if value == "–" or low == high == value or row.get(name) == 0:
        return value
    # A percentile of 0 bounds no ratio.
    return f"{value}<br><small>{low} – {'no limit' if high == '–' else high}</small>"


def _cross_species(result: BenchmarkResult) -> str:
    import pandas as pd

    table = result.species
    nulls = [
        null for null in ("erdos_renyi", "configuration") if f"reciprocity_over_{null}" in table
    ]
    rows = []
    for name, row in table.iterrows():
        shown = {
            "dataset": f"{escape(str(name))}<br><small><i>{escape(str(row['species']))}</i></small>",
            "n": row["neurons"],
            "m": row["connections"],
            "density": percent(row["density"]),
        }
        for measure in ("reciprocity", "transitivity"):
            shown[measure] = percent(row[measure])
            for null in nulls:
                shown[f"{measure} / {_SHORT[null]}"] = _with_interval(row, f"{measure}_over_{null}")
        rows.append(shown)
    frame = pd.DataFrame(rows)
    written = [name for name in frame.columns if name not in ("n", "m", "dataset")]
    short = {name: "/ " + name.partition(" / ")[2] for name in frame.columns if " / " in name}
    note = (
        "<p>The statistics of the cross-species table of Lin et al. 2024 "
        f"({linked('doi:10.1038/s41586-024-07968-y')}). ER: as many connections, placed at random. CFG: every "
        "neuron keeps its numbers of senders and receivers. Small print: observed over the 97.5th and the 2.5th "
        "percentile of the samples. Self-connections are left out, neurons without connections count. Datasets "
        "differ in the part of the animal they cover and in how weak a connection may be: read down a column "
        "with care.</p>"
    )
    return note + html_table(
        frame,
        headings=short,
        formats=dict.fromkeys(written, str),
        raw=("dataset", *written),
    )


def _printed(result: BenchmarkResult) -> str:
    import pandas as pd

    rows: list[dict[str, str]] = []
    sources: dict[str, list[str]] = {}
    for dataset in result.datasets:
        beside = {
            name.replace("_", " "): f"{_digits(result.species.loc[dataset.name, name])}"
            f"<br><small>{_digits(value)}</small>"
            for name, value in dataset.published.items()
            if name != "source"
        }
        if beside:
            rows.append({"dataset": escape(dataset.name), **beside})
            source = str(dataset.published.get("source", "not stated"))
            sources.setdefault(source, []).append(escape(dataset.name))
    if not rows:
        return ""
    table = pd.DataFrame(rows).fillna("")
    numbers = [name for name in table.columns if name != "dataset"]
    told = [f"<b>{'; '.join(names)}</b>: {linked(source)}" for source, names in sources.items()]
    return (
        "<h3>Beside what was found elsewhere</h3><p>Above the number of this page, below in small print that of "
        "the source.</p>"
        + html_table(table, formats=dict.fromkeys(numbers, str), raw=tuple(table.columns))
        + html_list(told)
    )


def _digits(value: Any) -> str:
    return f"{int(value):,}" if float(value).is_integer() else f"{float(value):.4g}"


def _sizes(result: BenchmarkResult) -> str:
    columns = {
        "neurons": "neurons",
        "isolated": "isolated",
        "largest_weak": "WCC",
        "largest_strong": "SCC",
        "path_length": "path",
        "clustering_over_er": "clust. / ER",
        "path_length_over_er": "path / ER",
        "small_worldness": "small-worldness",
    }
    table = result.species[list(columns)].reset_index()
    sampled = result.species.index[result.species["path_length_sources"] > 0]
    note = (
        "<p>WCC, SCC: neurons of the largest weakly and strongly connected components; isolated: without a "
        "connection. Path: mean directed length in the SCC. ER values by formula. "
        "Small-worldness grows with the number of neurons and says little across sizes.</p>"
    )
    if len(sampled):
        which = ", ".join(map(str, sampled))
        note += f'<p class="small">Paths from 2,000 neurons drawn at random: {escape(which)}.</p>'
    return note + html_table(table, headings=columns)


def _four_nodes(result: BenchmarkResult) -> str:
    import pandas as pd

    parts = []
    for null in reversed(result.settings.null_models):
        rows = []
        for dataset in result.datasets:
            given = rows_of(result.numbers, dataset.name, null, "four_node")
            if given.empty:
                continue
            table = as_significance(given)
            table = table[table["z"].notna() & (table["q_value"] < _LEVEL)]
            chosen = table.reindex(
                table["z"].abs().sort_values(ascending=False, kind="stable").index
            )
            words = [
                f"{escape(str(name))} <small>{escape(ratio(row['ratio']))}×</small>"
                for name, row in chosen.head(_STRIKING).iterrows()
            ]
            more = int((table["ratio"] > 1).sum())
            rows.append(
                {
                    "dataset": dataset.name,
                    "more": more,
                    "fewer": len(table) - more,
                    "farthest from the null": ", ".join(words) or _none(result),
                }
            )
        if rows:
            parts.append(
                html_table(
                    pd.DataFrame(rows),
                    caption=f"Classes of four at q < {_LEVEL:g} beside the {null.replace('_', ' ')} null",
                    raw=("farthest from the null",),
                )
            )
    if not parts:
        return ""
    return (
        "<p>The 199 connected classes of four neurons, counted exactly; names are those of mfinder. Of the "
        "farthest from the null stands observed over its mean. All counts are in "
        "<code>tables/numbers.parquet</code>; each dataset's picture draws them.</p>"
        + "".join(parts)
    )


def _colored(result: BenchmarkResult) -> str:
    import pandas as pd

    null = main_null(result)
    rows = []
    for dataset in result.datasets:
        given = rows_of(result.numbers, dataset.name, null, "colored_triad")
        if given.empty:
            continue
        table = given[given["z"].notna() & (given["q_value"] < _LEVEL)]
        table = table[
            ~table["name"].str.contains("unknown") & ~table["name"].str.contains("?", regex=False)
        ]
        table = table[~table["name"].str.match("^(003|012|102)")]
        for sign, words in ((1, "more"), (-1, "fewer")):
            chosen = table[table["z"] * sign > 0]
            chosen = chosen.reindex(
                chosen["z"].abs().sort_values(ascending=False, kind="stable").index
            )
            found = [
                f"{row['name']} {ratio(row['ratio'])}×" for _, row in chosen.head(4).iterrows()
            ]
            rows.append(
                {
                    "dataset": dataset.name if sign == 1 else "",
                    "colored by": dataset.colors if sign == 1 else "",
                    "": words,
                    "classes": len(chosen),
                    "farthest from the null": "; ".join(found) or _none(result),
                }
            )
    if not rows:
        return ""
    note = (
        f"<p>Triads with the sign of each neuron, beside the {null.replace('_', ' ')} null, which keeps every "
        "neuron's color and degrees; classes with a neuron of unknown sign are left out here and stand in "
        "<code>tables/numbers.parquet</code>. Signs follow the transmitter and are an assumption.</p>"
    )
    return note + html_table(pd.DataFrame(rows))


def _rich_clubs(result: BenchmarkResult, graphs: dict[str, Graph]) -> str:
    import pandas as pd

    from connectome_analysis import rich_club

    rows = []
    null = main_null(result)
    for dataset in result.datasets:
        given = rows_of(result.numbers, dataset.name, null, "rich_club")
        if given.empty:
            continue
        table = as_rich_club(given, rich_club(graphs[dataset.name], null_model=None))
        # As in the picture: by q, which stands for p in what looks for ranges.
        table["p_value"] = table["q_value"]
        ranges = rich_ranges(table)
        best = strongest_excess(table[table["n_neurons"] >= _FEWEST_RICH])
        rows.append(
            {
                "dataset": dataset.name,
                "exceeds the null at": ranges_in_words(ranges) if ranges else _no_k(result),
                "surest excess [95 %]": "–" if best is None else ratio_in_words(best),
                "at k": "" if best is None else number(int(str(best.name))),
                "neurons": "" if best is None else number(best["n_neurons"]),
            }
        )
    note = (
        f"<p>Density among neurons whose degree (in plus out) is above k, against the {null.replace('_', ' ')} "
        "null: one-sided, q &lt; 0.05, corrected over all k (Benjamini and Hochberg), as the pictures are shaded. The "
        "surest excess is the ratio, among these, whose 95 % interval has the highest lower end, of "
        f"{_FEWEST_RICH} neurons at least.</p>"
    )
    formats = {"surest excess [95 %]": str, "at k": str, "neurons": str}
    return note + html_table(pd.DataFrame(rows), formats=formats)


def _robustness(result: BenchmarkResult) -> str:
    import pandas as pd

    corrected = result.corrected
    parts = []
    for model in dict.fromkeys(corrected["error_model"]):
        rows = []
        for dataset in result.datasets:
            mine = corrected[
                (corrected["dataset"] == dataset.name) & (corrected["error_model"] == model)
            ]
            if mine.empty:
                continue
            measures = mine[mine["kind"] == "measure"].set_index("name")
            null = result.settings.error_null_model
            aware = rows_of(result.numbers, dataset.name, null, "triad", model)
            naive = rows_of(result.numbers, dataset.name, null, "triad")
            flips = "–"
            if len(aware) and len(naive):
                both = as_naive_and_aware(naive, aware)
                changed = [str(name) for name in both.index[both["verdict_changes"]]]
                flips = ", ".join(changed) or _none(result)
            rows.append(
                {
                    "dataset": dataset.name,
                    "reciprocity": percent(measures.loc["reciprocity", "observed"]),
                    "… corrected": _estimate(measures.loc["reciprocity"]),
                    "transitivity": percent(measures.loc["transitivity", "observed"]),
                    "… corrected ": _estimate(measures.loc["transitivity"]),
                    "triads whose verdict changes": flips,
                }
            )
        source = _source_of(model)
        clipped = any(_CLIPPED in str(cell) for row in rows for cell in row.values())
        written = ("reciprocity", "… corrected", "transitivity", "… corrected ")
        parts.append(
            f"<h3>{escape(model)}</h3>{source}"
            + html_table(pd.DataFrame(rows), formats=dict.fromkeys(written, str))
            + (_CLIPPED_NOTE if clipped else "")
        )
    if not parts:
        return ""
    return (
        "<p>What if each connectome had the errors that were measured in another reconstruction? The numbers "
        "are then corrected for what was missed and invented, with 95 % intervals of the errors' chance; and "
        f"the {result.settings.error_null_model.replace('_', ' ')} null is drawn as that reconstruction would "
        "show it. A verdict changes where a class is significant (q &lt; 0.05) beside one null and not, or the "
        "other way round, beside the other. This is a question, not a statement about these datasets: most were "
        "made by hand.</p>" + "".join(parts)
    )


def _estimate(row: pd.Series) -> str:
    """An estimated share with its interval; one outside 0 and 1 is shown as the nearer, with a mark."""
    estimate, low, high = (float(row[name]) for name in ("estimate", "low", "high"))
    unknown = is_missing(low) or is_missing(high)
    within = min(max(estimate, 0.0), 1.0)
    shown = percent(within) + ("" if within == estimate or is_missing(estimate) else _CLIPPED)
    if unknown:
        return f"{shown} (interval not known)"
    return f"{shown} [{percent(max(low, 0.0))}, {percent(min(high, 1.0))}]"


def _source_of(model: str) -> str:
    from connectome_analysis import errors

    presets = errors.presets()
    if model not in presets.index:
        return ""
    row = presets.loc[model]
    rates = ", ".join(
        f"{name.replace('_', ' ')} {row[name]:.3g}"
        for name in ("precision", "recall", "pre_completeness", "post_completeness")
        if row[name] == row[name]
    )
    return f"<p>{escape(str(row['what']).capitalize())}: {escape(rates)}. {linked(str(row['source']))}</p>"


def _each(result: BenchmarkResult, alone: dict[str, list[VectorFigure]]) -> str:
    parts = []
    for dataset in result.datasets:
        row = result.species.loc[dataset.name]
        animal = ", ".join(filter(None, (str(row[part]) for part in ("species", "sex", "stage"))))
        facts = {
            "animal": escape(animal),
            "read from": escape(dataset.connectome or f"{dataset.source} ({dataset.format})")
            if dataset.connectome is None or not Path(dataset.connectome).is_absolute()
            else "a folder of the user",
            "neurons": escape(dataset.where or ""),
            "connections": escape(dataset.edge_type),
            "synapses per pair": number(dataset.min_synapses) if dataset.min_synapses else "",
            "a weight is": escape(str(row["weight"])),
            "licence": escape(str(row["licence"])),
            "citation": linked(str(row["citation"])),
        }
        pictures = "".join(_linked_figure(figure) for figure in alone.get(dataset.name, []))
        shown = f"<details><summary>figures</summary>{pictures}</details>" if pictures else ""
        parts.append(f"<h3>{escape(dataset.name)}</h3>{html_facts(facts)}{shown}")
    return "".join(parts)


def _how(result: BenchmarkResult, made: HowMade) -> str:
    import pandas as pd

    numbers = result.numbers
    facts = {
        "command": f"<code>{escape(made.command)}</code>",
        "made": escape(made.made_at),
        "seed": f"{number(made.seed)}; each dataset and null has a seed of its own, made of this and the names",
        "samples": number(made.n_samples),
        "software": escape(", ".join(f"{name} {v}" for name, v in made.software.items())),
        "system": escape(made.system),
        "tables": '<a href="tables/numbers.parquet">numbers.parquet</a>, '
        '<a href="tables/species.parquet">species.parquet</a>, '
        '<a href="tables/species.csv">species.csv</a>, '
        '<a href="tables/corrected.parquet">corrected.parquet</a>',
    }
    first = numbers.drop_duplicates(["null_model", "error_model"])
    keeps = pd.DataFrame(
        {
            "null": [
                str(row["null_model"]).replace("_", " ")
                + (f", with the errors of {row['error_model']}" if row["error_model"] else "")
                for _, row in first.iterrows()
            ],
            "keeps": first["keeps"].tolist(),
        }
    )
    chains = numbers.drop_duplicates(["dataset", "null_model", "error_model"])
    chains = chains[chains["proposals"] > 0]
    mixing = ""
    if len(chains):
        shown = chains[
            ["dataset", "null_model", "error_model", "proposals", "accepted", "edges_kept"]
        ]
        table = html_table(
            shown,
            headings={"error_model": "errors", "edges_kept": "original connections left"},
            formats={"edges_kept": percent},
            caption="Proposals and accepted ones per sample, and how many connections stayed where they were",
        )
        mixing = (
            f"<details><summary>How far samples are from their graphs</summary>{table}</details>"
        )
    explained = (
        "<p>p-values are empirical, two-sided (rich clubs one-sided), and count the observation as one of the "
        "samples, so none is 0. q-values are corrected within each kind of number of a dataset and null "
        f"(Benjamini and Hochberg). The least two-sided p-value is {least_p(result.settings.samples):.2g}: for q "
        f"&lt; 0.05 {classes_needed(16, result.settings.samples)} of the 16 triads and "
        f"{classes_needed(199, result.settings.samples)} of the 199 classes of four must be at it. All numbers of one dataset and null come from the same graphs, drawn once.</p>"
    )
    return html_facts(facts) + html_table(keeps) + explained + mixing


def _in_tables(kind: str) -> str:
    return (
        f"<p>Drawn without figures; the rows of kind {kind} stand in "
        "<code>tables/numbers.parquet</code>.</p>"
    )
