"""Page: a reconstruction laid out as one HTML page that needs no network and no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..report.entry import Picture
from ..report.html_parts import html_facts, html_figure, html_list, html_table, linked
from ..report.number_words import number

if TYPE_CHECKING:
    from ingest.voxels.reconstruction import Reconstruction

_SCORES = {
    "adapted_rand_error": "adapted Rand error",
    "voi_split_bits": "variation of information, split (bits)",
    "voi_merge_bits": "variation of information, merge (bits)",
    "splits_per_neuron": "splits per neuron",
    "merges_per_neuron": "merges per neuron",
    "precision": "synapse precision",
    "recall": "synapse recall",
    "f": "synapse F",
    "partner_accuracy": "right partners, of synapses found",
    "edge_precision": "connection precision",
    "edge_recall": "connection recall",
    "edge_f": "connection F",
}


def page(made: Reconstruction, pictures: Sequence[Picture], *, name: str, command: str) -> str:
    """Lay the page out."""
    by_name = {picture.name: html_figure(picture) for picture in pictures}
    sections = [
        ("what", "What came out", _what(made)),
        ("sections", "Sections", by_name["sections"]),
        ("neurons", "Neurons", by_name["neurons"] + by_name["sizes"]),
        ("synapses", "Synapses", by_name.get("synapses", "<p>No synapse was found.</p>")),
    ]
    if made.scores is not None:
        sections.insert(1, ("truth", "Against the truth", _truth(made.scores)))
    sections.append(("how", "How it was made", _how(made, command)))
    contents = "".join(f'<li><a href="#{key}">{title}</a></li>' for key, title, _ in sections)
    body = "\n".join(f'<h2 id="{key}">{title}</h2>\n{content}' for key, title, content in sections)
    template = Template(files("neuropil.report").joinpath("page.html").read_text("utf-8"))
    return template.substitute(
        version=escape(__version__),
        title=escape(f"{name}: from voxels to tables"),
        lead=escape(_lead(made)),
        symbols="",
        contents=f"<ol>{contents}</ol>",
        body=body,
    )


def _lead(made: Reconstruction) -> str:
    z, y, x = (n * size / 1000 for n, size in zip(made.raw.shape, made.voxel_size_nm, strict=True))
    words = (
        f"{x:.3g} × {y:.3g} × {z:.3g} µm of tissue: {number(len(made.nodes))} segments, "
        f"{number(len(made.synapses))} synapses, {number(len(made.edges))} connections."
    )
    if made.scores is not None and made.scores.get("edge_f") is not None:
        words += (
            f" Of the true connections {made.scores['edge_recall']:.0%} were found, and "
            f"{made.scores['edge_precision']:.0%} of those found are real."
        )
    return words


def _what(made: Reconstruction) -> str:
    from connectome_analysis.tables import read_manifest, terms_of_use

    shape = " × ".join(map(str, made.raw.shape))
    size = " × ".join(f"{edge:g}" for edge in made.voxel_size_nm)
    facts = {
        "volume (z, y, x)": escape(f"{shape} voxels of {size} nm"),
        "tables": escape(made.path.name),
    }
    terms = terms_of_use(read_manifest(made.path))
    facts |= {name: linked(text) for name, text in terms.items()}
    facts |= {f"rows of {table}": number(rows) for table, rows in made.rows.items()}
    warnings = html_list([escape(line) for line in made.warnings])
    note = f'<div class="note">{warnings}</div>' if warnings else ""
    return html_facts(facts) + note


def _truth(scores: Mapping[str, Any]) -> str:
    import pandas as pd

    rows = [(words, scores[key]) for key, words in _SCORES.items() if scores.get(key) is not None]
    table = pd.DataFrame(rows, columns=["score", "value"])
    words = (
        f"<p>The truth has {number(scores['neurons'])} neurons. A piece with less than a twentieth of a "
        "neuron is not counted as a split or a merge. "
    )
    if "n_true" in scores:
        words += (
            f"It has {number(scores['n_true'])} synapses, matched one to one within 200 nm.</p>"
        )
    else:
        words += "True synapses were not given, so synapses and connections are not scored.</p>"
    return words + html_table(table, formats={"value": lambda value: f"{value:.3f}"})


def _how(made: Reconstruction, command: str) -> str:
    import pandas as pd

    stages = pd.DataFrame(
        {
            "stage": [stage.name for stage in made.stages],
            "seconds": [stage.seconds for stage in made.stages],
            "speed": [stage.megavoxels_per_second for stage in made.stages],
        }
    )
    speeds = html_table(
        stages,
        caption="Time",
        headings={"speed": "Mvoxel/s"},
        formats={"seconds": lambda s: f"{s:.2f}", "speed": lambda v: f"{v:.2f}"},
    )
    settings = html_facts(
        {key: escape(str(value)) for key, value in made.settings.items()}, wide=True
    )
    buckets = html_facts(
        {name.replace("_", " "): number(rows) for name, rows in made.buckets.items()}, wide=True
    )
    return (
        f"<pre><code>{escape(command)}</code></pre>{speeds}<h3>Settings</h3>{settings}"
        f"<h3>Where everything went</h3>{buckets}"
    )
