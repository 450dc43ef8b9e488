"""Details as HTML: quality, hubs, communities and types of one connectome."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from .html_parts import html_list, html_table
from .number_words import number, percent

if TYPE_CHECKING:
    from .details import Details
    from .entry import Entry

_PROBLEMS = 20


def quality(entry: Entry) -> str:
    """What the check says, how complete neurons are, and which columns hold how much."""
    d = _details(entry)
    parts = ["<h3>Quality</h3>"]
    if d.problems:
        shown = [escape(text) for text in d.problems[:_PROBLEMS]]
        more = len(d.problems) - len(shown)
        shown += [f"… and {number(more)} more"] if more else []
        parts.append(
            f'<div class="note"><p><b>neuropil check finds {number(len(d.problems))} faults.</b></p>'
            f"{html_list(shown)}</div>"
        )
    else:
        parts.append(
            "<p><code>neuropil check</code> finds nothing wrong: files, hashes, keys, types, ranges.</p>"
        )
    if len(d.completeness):
        parts.append(html_table(d.completeness, formats={"mean": percent, "lowest": percent}))
    else:
        parts.append(
            "<p>The source does not say what share of each neuron's synapses is attached to it.</p>"
        )
    model = entry.connectome.manifest.error_model
    parts.append(
        "<p>Its manifest holds an error model; <code>--error-model manifest</code> takes it into account.</p>"
        if model is not None
        else "<p>No error rates are known for it.</p>"
    )
    described = d.columns[d.columns["column"] != "node_id"]
    if len(described):
        parts.append(
            html_table(
                described, caption="What is known of its neurons", formats={"share": percent}
            )
        )
    return "".join(parts)


def hubs(entry: Entry) -> str:
    """The neurons with most partners."""
    d = _details(entry)
    if d.hubs.empty:
        return "<h3>Hubs</h3><p>No neuron has a connection.</p>"
    head = (
        f"<h3>Hubs</h3><p>The {len(d.hubs)} neurons with most partners have {percent(d.hub_share)} of all "
        "connections at one end or the other.</p>"
    )
    return head + html_table(d.hubs)


def communities(entry: Entry) -> str:
    """Groups joined among themselves."""
    d = _details(entry)
    head = f"<h3>Communities</h3><p>{escape(d.communities_said)}</p>"
    if d.communities.empty:
        return head
    table = d.communities if d.group is not None else d.communities.drop(columns="mostly")
    return head + html_table(
        table,
        headings={"inside": "connections that stay inside", "mostly": f"mostly ({d.group})"},
        formats={"share": percent, "inside": percent},
    )


def types(entry: Entry) -> str:
    """Cell types and how many partners they have."""
    d = _details(entry)
    if d.group is None:
        return "<h3>Types</h3><p>The neurons have no types here.</p>"
    words = d.group.replace("_", " ")
    head = (
        f"<h3>Types</h3><p>By {escape(words)}: {number(d.n_types)}; {number(d.untyped)} neurons have none."
        + (f" The largest {len(d.types)} are shown." if d.n_types > len(d.types) else "")
        + "</p>"
    )
    means = {"receives from": "mean partners received from", "sends to": "mean partners sent to"}
    return head + html_table(d.types, headings=means, formats={"share": percent})


def _details(entry: Entry) -> Details:
    assert entry.details is not None  # the page asks only where there are some
    return entry.details
