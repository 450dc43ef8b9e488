"""HTML parts: everything escaped, ids whole, links only to DOIs."""

from __future__ import annotations

import pandas as pd
import pytest

from neuropil.report.html_parts import anchor, doi_link, html_table, linked

EVIL = "<script>alert('x')</script> & \"quotes\""


def test_a_table_escapes_cells_names_and_caption() -> None:
    page = html_table(pd.DataFrame({EVIL: [EVIL]}), caption=EVIL)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 3
    assert "&amp; &quot;quotes&quot;" in page


def test_ids_above_two_to_the_53_are_whole_and_without_commas() -> None:
    big = 720575940617749539
    for dtype in ("int64", "Int64", "object"):
        page = html_table(pd.DataFrame({"pre_id": pd.Series([big], dtype=dtype)}))
        assert f">{big}</td>" in page
    assert "<td" in html_table(pd.DataFrame({"pre_id": pd.Series([None], dtype="Int64")}))


def test_counts_have_thousands_and_nothing_is_a_dash() -> None:
    table = pd.DataFrame({"neurons": [1234, 5], "name": ["a", None], "weight": [2.0, float("nan")]})
    page = html_table(table)
    assert '<td class="n">1,234</td><td>a</td><td class="n">2</td>' in page
    assert '<td class="n">5</td><td>\N{EN DASH}</td><td class="n">\N{EN DASH}</td>' in page
    assert '<th scope="col" class="n">neurons</th>' in page


def test_an_empty_table_has_its_head() -> None:
    assert "<tbody></tbody>" in html_table(pd.DataFrame({"a": []}))


@pytest.mark.parametrize(
    "written",
    ["10.1038/nature23455", "doi:10.1038/nature23455", "https://doi.org/10.1038/nature23455"],
)
def test_a_doi_is_a_link_however_it_is_written(written: str) -> None:
    assert doi_link(written) == (
        '<a href="https://doi.org/10.1038/nature23455">doi:10.1038/nature23455</a>'
    )


def test_a_doi_cannot_leave_its_attribute() -> None:
    assert '"><' not in doi_link('10.1/"><script>').replace('">doi:', "")


def test_dois_in_text_are_linked_and_the_rest_escaped() -> None:
    text = linked("Milo <2004>, doi:10.1126/science.1089167.")
    assert text.startswith("Milo &lt;2004&gt;, <a href=")
    assert text.endswith("</a>.")


def test_anchors_are_unlike_each_other() -> None:
    taken = {"comparison"}
    assert [anchor(n, taken) for n in ("Comparison", "a b", "A-B", "!!")] == [
        "comparison-2",
        "a-b",
        "a-b-2",
        "part",
    ]
