"""Page: entries laid out as one HTML page that needs no network and no script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np

from ..options import samples_warning
from .details_html import communities, hubs, quality, types
from .entry import Entry, Picture
from .findings import (
    less_than_null,
    more_than_null,
    nothing_varies,
    ranges_in_words,
    ratio_in_words,
    rich_club_in_words,
    rich_ranges,
    shared_by_all,
    strongest_excess,
)
from .how_made import HowMade
from .html_parts import (
    anchor,
    doi_link,
    html_facts,
    html_figure,
    html_list,
    html_table,
    linked,
)
from .number_words import number, p_value, percent, q_value, ratio, score
from .triad_symbols import symbol, symbol_definitions

if TYPE_CHECKING:
    import pandas as pd

    from connectome_analysis.tables import Manifest

_ROWS_OF_A_CURVE = 12
_NUMBERS = {
    "neurons": ("neurons", number),
    "connections": ("connections", number),
    "density": ("density", percent),
    "reciprocity": ("reciprocity", percent),
    "transitivity": ("transitivity", percent),
    "largest_strong": ("largest strongly connected component", number),
    "largest_weak": ("largest weakly connected component", number),
    "isolated": ("neurons without a connection", number),
    "autapses": ("self-connections, left out", number),
}
_DEFINITIONS = (
    '<p class="small">Density: connections over ordered pairs of neurons. Reciprocity: connections '
    "that are returned. Transitivity: closed ones among all connected triples, directions left "
    "aside. Largest SCC: neurons of the largest set that all reach each other along connections. "
    "Isolated: neurons without a connection.</p>"
)
_NOTHING_VARIES = (
    "<p>Nothing can be said of triads: every sample of the null has as many of each class as the connectome, "
    "which is too small, or tied too closely by its degrees, to be wired otherwise.</p>"
)


def page(entries: Sequence[Entry], together: Picture | None, made: HowMade) -> str:
    """Lay the report out: comparison, a section for each connectome, how it was made."""
    taken = {"top", "contents", "comparison", "how"}
    anchors = [anchor(entry.name, taken) for entry in entries]
    first = "Comparison" if len(entries) > 1 else "In brief"
    sections = [("comparison", first, _comparison(entries, anchors, together))]
    sections += [
        (address, entry.name, _section(entry))
        for address, entry in zip(anchors, entries, strict=True)
    ]
    sections.append(("how", "How this was made", _how(entries, made)))
    named = {address: _parts_named(address, content) for address, _, content in sections}
    sections = [(address, title, named[address][0]) for address, title, _ in sections]
    contents = "".join(
        f'<li><a href="#{address}">{escape(title)}</a>'
        # Of several connectomes the parts of each would bury the connectomes.
        f"{named[address][1] if len(entries) == 1 and address in anchors else ''}</li>"
        for address, title, _ in sections
    )
    body = "\n".join(
        f'<section><h2 id="{address}">{escape(title)}</h2>\n{content}\n'
        '<p class="top"><a href="#top">back to the top</a></p></section>'
        for address, title, content in sections
    )
    template = Template(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        version=escape(made.software.get("neuropil", "")),
        title=escape(_title(entries)),
        lead=escape(_lead(entries, made)),
        contents=f"<ol>{contents}</ol>",
        symbols=symbol_definitions(),
        body=body,
    )


def _parts_named(address: str, content: str) -> tuple[str, str]:
    """Give the headings within a section addresses, and list them."""
    items = []

    def named(found: re.Match[str]) -> str:
        place = f"{address}-{anchor(found[1], set())}"
        items.append(f'<li><a href="#{place}">{found[1]}</a></li>')
        return f'<h3 id="{place}">{found[1]}</h3>'

    content = re.sub("<h3>([^<]+)</h3>", named, content)
    return content, f"<ol>{''.join(items)}</ol>"


def _title(entries: Sequence[Entry]) -> str:
    if len(entries) == 1:
        return f"{entries[0].name}: what is known of its wiring"
    return "Connectomes: triads, rich clubs and wiring"


def _lead(entries: Sequence[Entry], made: HowMade) -> str:
    species = {entry.connectome.manifest.species for entry in entries} - {None}
    which = f" of {_count(len(species), 'species', 'species')}" if species else ""
    if len(entries) == 1:
        return (
            "What it is and how good it is, its hubs, communities and types, three questions in SQL, every "
            f"triad counted exactly, and triads and rich club beside {made.n_samples:,} random graphs with "
            "the same degrees."
        )
    return (
        f"{_count(len(entries), 'connectome', 'connectomes').capitalize()}{which}: what each is, "
        "three questions in SQL, every triad counted exactly, and triads and rich club beside "
        f"{made.n_samples:,} random graphs with the same degrees."
    )


def _count(n: int, one: str, many: str) -> str:
    return f"{_in_words(n)} {one if n == 1 else many}"


def _in_words(n: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[n] if n < len(words) else format(n, ",")


# -------------------------------------------------------------------------------- comparison


def _comparison(entries: Sequence[Entry], anchors: Sequence[str], together: Picture | None) -> str:
    return "\n".join(
        [
            _parts(entries, anchors),
            _numbers_of_all(entries, anchors),
            _DEFINITIONS,
            _caution(entries),
            "<h3>Triads</h3>",
            _triads_of_all(entries),
            "" if together is None else html_figure(together),
            "<h3>Rich club</h3>",
            _clubs_of_all(entries, anchors),
        ]
    )


def _parts(entries: Sequence[Entry], anchors: Sequence[str]) -> str:
    """What is studied, where that is not all of a connectome."""
    said = {
        address: (entry.name, entry.part)
        for entry, address in zip(entries, anchors, strict=True)
        if entry.part
    }
    if not said:
        return ""
    parts = list(dict.fromkeys(part for _, part in said.values()))
    if len(entries) == 1:
        return f'<div class="note"><p><b>Studied here:</b> {escape(parts[0])}.</p></div>'
    rows = [
        f'<a href="#{address}">{escape(name)}</a>: {escape(part)}'
        for address, (name, part) in said.items()
    ]
    return (
        f'<div class="note"><p><b>Not all of each is studied here.</b></p>{html_list(rows)}</div>'
    )


def _numbers_of_all(entries: Sequence[Entry], anchors: Sequence[str]) -> str:
    import pandas as pd

    rows = []
    for entry, address in zip(entries, anchors, strict=True):
        m = entry.connectome.manifest
        rows.append(
            {
                "dataset": f'<a href="#{address}">{escape(entry.name)}</a><br>{_animal(m)}',
                **{name: entry.numbers[name] for name in _NUMBERS},
            }
        )
    shown = [name for name in _NUMBERS if name not in ("largest_weak", "autapses")]
    return html_table(
        pd.DataFrame(rows)[["dataset", *shown]],
        headings={"largest_strong": "largest SCC", "isolated": "isolated"},
        formats={name: _NUMBERS[name][1] for name in shown},
        raw=("dataset",),
    )


def _animal(m: Manifest, *more: str | None) -> str:
    species = [f"<i>{escape(m.species)}</i>"] if m.species else []
    return ", ".join([*species, *(escape(part) for part in (m.sex, m.stage, *more) if part)])


def _caution(entries: Sequence[Entry]) -> str:
    if len(entries) == 1:
        return ""
    meanings = list(dict.fromkeys(entry.weight for entry in entries))
    weights = (
        f"Weights are {escape(meanings[0])} throughout."
        if len(meanings) == 1
        else f"Weights differ in kind ({escape('; '.join(meanings))}); nothing here but the "
        "adjacency matrices and the answers in SQL depends on them."
    )
    return (
        '<div class="note"><p><b>Read with care.</b> The datasets differ in the part of the '
        "animal they cover, in who counts as a neuron and in how weak a connection may be. "
        f"{weights}</p></div>"
    )


def _triads_of_all(entries: Sequence[Entry]) -> str:
    more, less = shared_by_all([entry.triads for entry in entries])
    which = "both" if len(entries) == 2 else f"all {_in_words(len(entries))}"
    found = [
        f"Significantly more often than in the null in {which}: {_triads_in_words(more)}.",
        f"Significantly less often in {which}: {_triads_in_words(less)}.",
    ]
    if len(entries) == 1:
        if nothing_varies(entries[0].triads):
            return _NOTHING_VARIES
        found = [
            f"Significantly more often than in the null: {_triads_in_words(more)}.",
            f"Significantly less often: {_triads_in_words(less)}.",
        ]
    alike = [escape(entry.name) for entry in entries if nothing_varies(entry.triads)]
    if alike:
        found.append(f"Of {', '.join(alike)} nothing can be said: the null cannot differ from it.")
    keeps = entries[0].triads.attrs.get("keeps", "")
    note = (
        f"The null keeps {escape(str(keeps))}. It does not keep mutual pairs: where reciprocity is "
        "above chance, classes with mutual pairs can stand out for that reason alone."
    )
    return html_list(found) + _few_samples(entries) + f"<p>{note}</p>"


def _few_samples(entries: Sequence[Entry]) -> str:
    """What so few samples cannot show, where they cannot."""
    fewest = min(entry.n_samples for entry in entries)
    few = samples_warning(fewest, len(entries[0].triads))
    return f'<div class="note"><p>{escape(few)}</p></div>' if few else ""


def _triads_in_words(names: Sequence[str]) -> str:
    from connectome_analysis.motifs import TRIADS

    words = [f"{name} ({escape(TRIADS[name].plain_name)})" for name in names]
    return ", ".join(words) if words else "none"


def _clubs_of_all(entries: Sequence[Entry], anchors: Sequence[str]) -> str:
    import pandas as pd

    rows = []
    for entry, address in zip(entries, anchors, strict=True):
        ranges, best = rich_ranges(entry.rich_club), strongest_excess(entry.rich_club)
        rows.append(
            {
                "dataset": f'<a href="#{address}">{escape(entry.name)}</a>',
                "exceeds the null at": ranges_in_words(ranges) if ranges else "no k",
                "surest excess [95 %]": "" if best is None else ratio_in_words(best),
                "at k": "" if best is None else number(int(str(best.name))),
                "neurons": "" if best is None else number(best["n_neurons"]),
            }
        )
    intro = (
        "<p>Density among neurons whose degree (in plus out) is above k, against the same in the "
        "null. One-sided p &lt; 0.05 at each k, uncorrected for the number of k; a small excess "
        "among many neurons can be as significant as a large one among few. The surest excess is the "
        "ratio to the null whose 95 % interval has the highest lower end.</p>"
    )
    return intro + html_table(
        pd.DataFrame(rows),
        formats={"surest excess [95 %]": str, "at k": str, "neurons": str},
        raw=("dataset",),
    )


# -------------------------------------------------------------------------------- one connectome


def _section(entry: Entry) -> str:
    parts = [_source(entry), "<h3>In numbers</h3>", _numbers(entry)]
    if entry.details is not None:
        parts += [quality(entry), hubs(entry), communities(entry), types(entry)]
    parts.append("<h3>Asked in SQL</h3>")
    for answer in entry.answers:
        parts.append(f"<h4>{escape(answer.question)}</h4>")
        parts.append(f"<pre><code>{escape(answer.query)}</code></pre>")
        headings = {
            name: f"{name.replace('_', ' ')} ({entry.weight})"
            for name in map(str, answer.table.columns)
            if name in ("weight", "total_weight")
        }
        table = html_table(answer.table, headings=headings)
        parts.append(table if len(answer.table) else "<p>No rows.</p>")
    pictures = {one.name.rpartition(".")[2]: html_figure(one) for one in entry.pictures}
    parts += ["<h3>Triads</h3>", _triads_found(entry), pictures.pop("triads", "")]
    parts += [
        _triad_table(entry),
        "<h3>Rich club</h3>",
        f"<p>{escape(rich_club_in_words(entry.rich_club))}</p>",
        pictures.pop("rich_club", ""),
        _club_table(entry),
        "<h3>Wiring and degrees</h3>",
        *(pictures.values() or ["<p>There is no connection, and so no wiring to draw.</p>"]),
    ]
    return "\n".join(parts)


def _source(entry: Entry) -> str:
    from connectome_analysis.tables import terms_of_use

    m = entry.connectome.manifest
    kinds = ", ".join(f"{number(n)} {kind}" for kind, n in entry.connectome.edge_types().items())
    links = ", ".join(map(doi_link, m.doi))
    facts = {
        "animal": _animal(m, m.individual),
        "source": linked(m.source or ""),
        "release": escape(m.release or ""),
        "citation": "<br>".join(map(linked, m.citation)),
        "DOI": links,
        "licence": escape(m.licence or "not stated"),
        **{
            name: linked(text)
            for name, text in terms_of_use(m).items()
            if name in ("consent", "access", "restricted")
        },
        "connections": escape(kinds or "none"),
        "studied here": escape(entry.part or "all"),
        "a weight is": escape(entry.weight),
        "detector": escape(m.detector or ""),
        "synapses per pair": f"at least {number(m.pair_threshold)}" if m.pair_threshold else "",
        "score cut-off": number(m.score_cutoff) if m.score_cutoff is not None else "",
        "self-connections": escape(m.autapses or ""),
        "voxel size": (
            f"{' × '.join(map(number, m.voxel_size_nm))} nm (z, y, x)" if m.voxel_size_nm else ""
        ),
        "notes": html_list([linked(note) for note in m.notes]),
        "tables": _links(entry),
    }
    return html_facts(facts)


def _links(entry: Entry) -> str:
    """Links to the tables that lie beside the page."""
    links = [
        f'<a href="{quote(place)}">{escape(words)}</a>' for words, place in entry.links.items()
    ]
    return ", ".join(links)


def _numbers(entry: Entry) -> str:
    values = {words: write(entry.numbers[name]) for name, (words, write) in _NUMBERS.items()}
    return html_facts(values, wide=True)


def _triads_found(entry: Entry) -> str:
    if nothing_varies(entry.triads):
        return _NOTHING_VARIES
    more = _triads_in_words(more_than_null(entry.triads))
    less = _triads_in_words(less_than_null(entry.triads))
    found = html_list(
        [
            f"More often than in the null (q &lt; 0.05): {more}.",
            f"Less often (q &lt; 0.05): {less}.",
        ]
    )
    return found + _few_samples([entry])


def _triad_table(entry: Entry) -> str:
    import pandas as pd

    table = entry.triads
    if not table["observed"].any():
        return ""  # fewer than three neurons
    floor = 2 / (int(table["n_samples"].iloc[0]) + 1)
    at_floor = table["p_value"].to_numpy(float) <= floor * (1 + 1e-9)
    interval = [
        f"{number(low)} to {number(high)}"
        for low, high in zip(table["null_low"], table["null_high"], strict=True)
    ]
    q_words = [q_value(q, is_bound=b) for q, b in zip(table["q_value"], at_floor, strict=True)]
    shown = pd.DataFrame(
        {
            "": [symbol(str(name)) for name in table.index],
            "class": [str(name) for name in table.index],
            "in words": table["plain_name"].to_numpy(),
            "observed": table["observed"].to_numpy(),
            "null mean": table["null_mean"].to_numpy(),
            "null 95 %": interval,
            "ratio": table["ratio"].to_numpy(),
            "z": table["z"].to_numpy(),
            "p": table["p_value"].to_numpy(),
            "q": q_words,
        }
    )
    formats: dict[str, Any] = {
        "null 95 %": str,
        "ratio": ratio,
        "z": score,
        "p": partial(p_value, floor=floor),
        "q": str,
    }
    samples = int(table["n_samples"].iloc[0])
    caption = f"All triads of {entry.name}, exact, beside {samples:,} samples of the null"
    return html_table(shown, caption=caption, formats=formats, raw=("",))


def _club_table(entry: Entry) -> str:
    import pandas as pd

    table = entry.rich_club
    if table.empty:
        return ""
    rows = table.iloc[_rows_along(table)]
    floor = 1 / (int(rows["n_samples"].iloc[0]) + 1)
    shown = pd.DataFrame(
        {
            "k": rows.index.to_numpy(),
            "neurons with degree > k": rows["n_neurons"].to_numpy(),
            "connections among them": rows["n_edges"].to_numpy(),
            "\N{GREEK PHI SYMBOL}(k)": rows["phi"].to_numpy(),
            "null mean": rows["null_mean"].to_numpy(),
            "ratio [95 %]": [ratio_in_words(row) for _, row in rows.iterrows()],
            "p": rows["p_value"].to_numpy(),
        }
    )
    caption = f"The rich-club curve at {len(rows)} of its {len(table):,} degrees"
    return html_table(
        shown,
        caption=caption,
        formats={"ratio [95 %]": str, "p": partial(p_value, floor=floor)},
    )


def _rows_along(table: pd.DataFrame) -> list[int]:
    """Rows at which about equal factors of neurons are left, first and last among them."""
    neurons = table["n_neurons"].to_numpy(float)
    targets = np.geomspace(neurons[0], neurons[-1], _ROWS_OF_A_CURVE)
    found = [int(np.flatnonzero(neurons <= target + 1e-9)[0]) for target in targets]
    return sorted(set(found))


# -------------------------------------------------------------------------------- how it was made


def _how(entries: Sequence[Entry], made: HowMade) -> str:
    import pandas as pd

    facts = {
        "command": f"<code>{escape(made.command)}</code>",
        "made": escape(made.made_at),
        "seed": number(made.seed),
        "null model": escape(_null_in_words(entries)),
        "samples": f"{number(made.n_samples)}, each drawn from the observed graph with a random "
        "stream of its own; triads and rich club are counted on the same ones",
        "software": escape(", ".join(f"{name} {v}" for name, v in made.software.items())),
        "system": escape(made.system),
    }
    rows = []
    for entry in entries:
        attrs = entry.triads.attrs
        if "proposals_per_sample" in attrs:
            rows.append(
                {
                    "dataset": entry.name,
                    "proposals per sample": attrs["proposals_per_sample"],
                    "of these accepted": attrs["accepted_per_sample"],
                    "original connections left": attrs["original_edges_kept"],
                }
            )
    mixing = ""
    if rows:
        mixing = html_table(
            pd.DataFrame(rows),
            caption="How far the null's samples are from the observed graph, means over samples",
            formats={"original connections left": percent},
        )
    explained = (
        "<p>p-values are empirical: the share of samples at least as extreme, where the "
        "observation counts as one of the samples, so p is never 0; those of triads are two-sided. "
        "q-values are p-values corrected for the 16 classes (Benjamini and Hochberg). An interval "
        "is the range between the 2.5th and 97.5th percentile of the samples. Degree-preserving "
        "graphs share connections by chance: in a dense graph many originals are left even when "
        "samples are as random as degrees allow.</p>"
    )
    return html_facts(facts) + mixing + explained


def _null_in_words(entries: Sequence[Entry]) -> str:
    attrs = entries[0].triads.attrs
    model = str(attrs.get("null_model", "")).replace("_", " ")
    return f"{model}; keeps {attrs.get('keeps', 'nothing that is known')}"
