"""The demo and its report: whole, self-contained, the same again, and odd connectomes survived."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis import tables
from connectome_analysis.tables import Manifest
from neuropil.demo import DEMO, DemoResult, run_demo
from neuropil.report import build_report

VOID = {"meta", "img", "br", "use", "polygon", "circle"}
NAMES = ("celegans-witvliet2021-1", "larva-mushroom-body-right")


class Page(HTMLParser):
    """What a page holds; an element that is not closed in its place is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.images: list[dict[str, str]] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        if "id" in values:
            self.ids.append(values["id"])
        if "href" in values:
            self.links.append(values["href"])
        if tag == "img":
            self.images.append(values)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    return run_demo(tmp_path_factory.mktemp("demo"), n_samples=30, datasets=NAMES)


@pytest.fixture(scope="module")
def page(demo: DemoResult) -> Page:
    return Page(demo.report.read_text(encoding="utf-8"))


def test_the_default_has_two_species_two_sexes_and_two_ages() -> None:
    listed = ca.datasets.list().loc[list(DEMO)]
    assert len(DEMO) >= 4
    assert listed["species"].nunique() >= 2
    assert {"male", "hermaphrodite"} <= set(listed["sex"])
    assert {"L1", "adult", "first-instar larva"} <= set(listed["stage"])


def test_the_page_is_well_formed_and_every_anchor_leads_somewhere(page: Page) -> None:
    assert len(set(page.ids)) == len(page.ids)
    inside = {link[1:] for link in page.links if link.startswith("#")}
    assert inside <= set(page.ids)
    assert {"comparison", "how", *NAMES} <= set(page.ids)


def test_the_page_needs_no_network_and_no_script(demo: DemoResult, page: Page) -> None:
    assert page.tags.isdisjoint({"script", "link", "iframe", "object", "embed"})
    assert all(image["src"].startswith("data:image/png;base64,") for image in page.images)
    beside = [link for link in page.links if not link.startswith(("#", "https://doi.org/10."))]
    assert len(beside) == 9 * len(NAMES)
    assert all((demo.report.parent / link).is_file() for link in beside)
    assert "url(" not in demo.report.read_text(encoding="utf-8")


def test_every_picture_is_there_twice_and_has_words(demo: DemoResult, page: Page) -> None:
    assert len(page.images) == 5 * len(NAMES) + 1
    assert all(len(image["alt"]) > 30 for image in page.images)
    names = {path.name for path in demo.figures.iterdir()}
    kinds = ("triads", "rich_club", "adjacency", "degrees", "types")
    assert names == {f"{n}.{k}.png" for n in NAMES for k in kinds} | {"comparison.triads.png"}
    for path in demo.figures.iterdir():
        assert path.read_bytes().startswith(b"\x89PNG")
        assert plt.imread(path).shape[1] > 1000


def test_the_page_says_source_licence_and_how_it_was_made(page: Page) -> None:
    for word in (
        "Eichler K, Li F",
        "MIT, as distributed in the package graspologic",
        "a weight is",
        f"neuropil report {' '.join(NAMES)} --samples 30 --seed 0",
        "numpy",
        "proposals per sample",
        "beside 30 random graphs",
    ):
        assert word in page.text
    assert "https://doi.org/10.1038/nature23455" in page.links


def test_the_page_names_no_folder_of_the_machine(demo: DemoResult) -> None:
    text = re.sub(r"base64,[^\"]*", "", demo.report.read_text(encoding="utf-8"))
    for folder in (demo.report.parent, Path.home(), Path(ca.__file__).parent):
        assert str(folder) not in text


def test_p_values_at_the_floor_are_bounds(page: Page) -> None:
    # 2 / 31 = 0.0645 for triads, 1 / 31 = 0.0323 for the one-sided rich club.
    assert "< 0.07" in page.text
    assert "< 0.04" in page.text


def test_the_page_shows_each_query_and_its_answer(page: Page) -> None:
    assert page.text.count("SELECT") == 6
    answer = ca.open(NAMES[1]).sql("SELECT count(*) FROM nodes WHERE cell_class = 'Kenyon cell'")
    assert answer.fetchall() == [(100,)]
    assert "Kenyon cell100" in page.text


def test_tables_are_connectomes_that_name_their_parent(demo: DemoResult) -> None:
    for name in NAMES:
        folder = demo.tables / name
        assert tables.check(folder) == []
        made_by = json.loads((folder / "connectome.json").read_text())["made_by"]
        assert made_by["parent"]["name"] == name
        with ca.open(folder) as copy, ca.open(name) as source:
            assert copy.graph().equals(source.graph())
            assert copy.manifest.citation == source.manifest.citation


def test_results_are_csv_with_the_numbers_of_the_library(demo: DemoResult) -> None:
    g = ca.open(NAMES[0]).graph()
    triads = pd.read_csv(demo.results / f"{NAMES[0]}.triads.csv", dtype={"motif": str})
    again = ca.motifs.significance(g, n_samples=30, rng=0)
    assert triads["motif"].tolist() == again.index.tolist()
    assert triads["null_mean"].to_numpy() == pytest.approx(again["null_mean"].to_numpy())
    comparison = pd.read_csv(demo.results / "comparison.csv", index_col="dataset")
    assert comparison.loc[NAMES[0], "reciprocity"] == pytest.approx(ca.measures.reciprocity(g))
    assert comparison.loc[NAMES[0], "autapses"] == g.n_self_loops_dropped


def test_the_same_seed_writes_the_same_report_in_place_of_the_last(
    demo: DemoResult, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    (tmp_path / "mine.txt").write_text("kept")
    first = run_demo(tmp_path, n_samples=5, datasets=NAMES[:1]).report.read_bytes()
    second = run_demo(tmp_path, n_samples=5, datasets=NAMES[:1]).report.read_bytes()
    assert first == second
    alone = Page(first.decode())
    assert "Triads of all connectomes" not in alone.text
    for part in ("quality", "hubs", "communities", "types"):
        assert f"#{NAMES[0]}-{part}" in alone.links
        assert f"{NAMES[0]}-{part}" in alone.ids
    assert b"2023-11-14" in first
    assert (tmp_path / "mine.txt").read_text() == "kept"
    assert list(tmp_path.rglob(".*")) == []


def test_progress_never_goes_back_and_ends_at_the_end(tmp_path: Path) -> None:
    calls: list[tuple[str, int, int]] = []
    run_demo(tmp_path, n_samples=5, datasets=NAMES[:1], progress=lambda *call: calls.append(call))
    done = [call[1] for call in calls]
    assert done == sorted(done)
    assert calls[-1][0] == "done"
    assert calls[-1][1] == calls[-1][2]
    assert {call[2] for call in calls} == {calls[0][2]}


def test_no_figure_is_left_open_and_nothing_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = plt.get_fignums()
    run_demo(tmp_path, n_samples=2, datasets=NAMES[:1])
    assert plt.get_fignums() == before
    assert capsys.readouterr() == ("", "")


def written(path: Path, name: str, nodes: dict[str, list[object]], **edges: list[object]) -> str:
    n = len(edges.get("pre_id", []))
    table = pd.DataFrame(
        {
            "pre_id": pd.Series(edges.get("pre_id", []), dtype="int64"),
            "post_id": pd.Series(edges.get("post_id", []), dtype="int64"),
            "edge_type": pd.Series(edges.get("edge_type", ["chemical"] * n), dtype="str"),
            "weight": pd.Series(edges.get("weight", [1.0] * n), dtype="float64"),
        }
    )
    made = tables.write(path, {"nodes": pd.DataFrame(nodes), "edges": table}, Manifest(name=name))
    return str(made)


def test_odd_connectomes_have_their_report(tmp_path: Path) -> None:
    evil = "<b>$x$ & 'y'"
    folders = [
        written(
            tmp_path / "a",
            evil,
            {"node_id": [1, 2, 3], "cell_class": [evil, None, evil]},
            pre_id=[1, 2],
            post_id=[2, 3],
        ),
        written(tmp_path / "b", evil, {"node_id": [1, 2]}),
        written(
            tmp_path / "c",
            "electrical",
            {"node_id": [1, 2]},
            pre_id=[1, 2],
            post_id=[2, 1],
            edge_type=["electrical"] * 2,
        ),
        written(tmp_path / "d", "one", {"node_id": [2**60], "name": ["only"]}),
    ]
    result = run_demo(tmp_path / "out", n_samples=3, datasets=folders)
    text = result.report.read_text(encoding="utf-8")
    found = Page(text)
    assert "<b>$x$" not in text
    assert "of these accepted" in found.text
    # Two connectomes of one name are kept apart, and a name cannot leave its folder.
    assert len(list(result.tables.iterdir())) == 4
    # What cannot be has no picture but a line: nothing in so few neurons differs from the null.
    kinds = sorted(path.name.split(".")[-2] for path in result.figures.iterdir())
    assert kinds == ["adjacency"] * 2 + ["degrees"] * 2 + ["rich_club"] * 2
    assert found.text.count("Nothing can be said of triads") == 4
    assert found.text.count("There is no connection, and so no wiring to draw.") == 2
    assert str(tmp_path) not in re.sub(r"base64,[^\"]*", "", text)


def test_mistakes_are_met_in_words_before_anything_is_written(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(ValueError, match="list of at least one name or folder"):
        run_demo(out, datasets=())
    with pytest.raises(ValueError, match="list of at least one name or folder, got 'celegans'"):
        run_demo(out, datasets="celegans")
    with pytest.raises(ValueError, match="n_samples must be a whole number of at least 2, got 1"):
        run_demo(out, n_samples=1)
    with pytest.raises(ValueError, match="neither a folder nor a bundled dataset"):
        run_demo(out, datasets=("celegans-nobody",))
    assert not out.exists()
    out.write_text("a file")
    with pytest.raises(ValueError, match="a file is in its place"):
        run_demo(out, n_samples=2, datasets=NAMES[:1])
    assert out.read_text() == "a file"


def test_a_report_needs_entries_of_different_names(tmp_path: Path) -> None:
    from neuropil.report import HowMade, analyse

    made = HowMade(command="", n_samples=2, seed=0)
    with pytest.raises(ValueError, match="at least one entry, got none"):
        build_report([], tmp_path, made=made)
    entry = analyse(ca.open(NAMES[0]), n_samples=2)
    with pytest.raises(ValueError, match=f"got '{NAMES[0]}' twice"):
        build_report([entry, entry], tmp_path, made=made)
    assert list(tmp_path.iterdir()) == []
