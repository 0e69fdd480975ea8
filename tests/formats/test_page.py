"""The pages of `connectivity` and `diff`: well-formed, whole, and safe whatever is in the manifests."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netpol_lsp.formats.page.connectivity import connectivity_data
from netpol_lsp.formats.page.diff import diff_data
from netpol_lsp.formats.page.html import FOLDER, LIBRARY, SCRIPTS, page
from netpol_lsp.formats.reach.connection_lines import pairs_of_titles, whole_report
from netpol_lsp.formats.reach.diff_text import BothPlaces
from netpol_lsp.formats.reach.places import Places
from netpol_lsp.reach.diff import difference
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.exposure import ExposedConnectivity
from netpol_lsp.reach.traffic import describe
from netpol_lsp.resources import resource_path, text_resource
from tests.page_strings import HOSTILE, shown, with_strings
from tests.reach.loading import as_text, load_inputs
from tests.reach.random_clusters import Generator

ASSETS = Path(resource_path(f"{FOLDER}/page.js")).parent
SEEDS = st.integers(min_value=0, max_value=2**32)
KINDS = ("allow", "unknown", "opened", "closed", "uncertain")


class Elements(HTMLParser):
    """The elements of a page with their attributes, and what is in its scripts and styles."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.contents = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        if self.elements and self.elements[-1][0] in ("script", "style"):
            self.contents.append((*self.elements[-1], data))

    def handle_endtag(self, tag):
        self.elements.append((f"/{tag}", {}))


def report_and_data(inputs):
    """A report on a cluster, and the data of its page."""
    engine = Engine(inputs.cluster)
    report = whole_report(ExposedConnectivity(engine))
    return report, connectivity_data(report, engine, Places(inputs.sources, inputs.starts))


def random_inputs(seed):
    return load_inputs(as_text(Generator(seed).cluster()))


def difference_data(before, after):
    engines = Engine(before.cluster), Engine(after.cluster)
    places = BothPlaces(Places(before.sources, before.starts), Places(after.sources, after.starts))
    return difference(*engines), diff_data(*engines, places, ("before", "after"))


def is_rich(data):
    """Whether a difference has a line for something that opens, and for something that closes."""
    kinds = {cause["kind"] for edge in data["edges"] for cause in edge["causes"] if cause["place"] >= 0}
    return {"opened", "closed"} <= kinds


_, CONNECTIVITY = report_and_data(random_inputs(11))
DIFFERENCE = next(
    data for seed in range(100) if is_rich(data := difference_data(random_inputs(seed), random_inputs(seed + 1))[1])
)


def check(data):
    """A page has its three scripts and its style, nothing that asks for anything, and its data as they are."""
    text = page(data)
    parsed = Elements(text)
    tags = [tag for tag, _ in parsed.elements]
    assert tags.count("script") == 3
    assert (tags.count("style"), tags.count("title"), tags.count("meta")) == (1, 1, 5)
    assert not {"img", "link", "iframe", "object", "embed", "base", "b"} & set(tags)
    assert {attributes["href"] for _, attributes in parsed.elements if "href" in attributes} == {"#view-table"}
    named = [name for _, attributes in parsed.elements for name in attributes]
    assert not [name for name in named if name.startswith("on") or name in ("src", "style", "srcdoc", "action")]
    contents = {attributes.get("id"): content for _, attributes, content in parsed.contents}
    assert json.loads(contents["data"]) == shown(data)
    return parsed


@pytest.mark.parametrize("data", [CONNECTIVITY, DIFFERENCE], ids=["connectivity", "diff"])
def test_hostile_strings_stay_strings(data):
    check(with_strings(data, cycle(HOSTILE)))


@settings(max_examples=40)
@given(st.lists(st.text() | st.sampled_from(HOSTILE), min_size=1, max_size=40))
def test_any_string_stays_a_string(texts):
    check(with_strings(CONNECTIVITY, cycle(texts)))
    check(with_strings(DIFFERENCE, cycle(texts)))


def test_the_policy_names_what_is_in_the_page_and_nothing_else():
    parsed = check(CONNECTIVITY)
    (policy,) = [one["content"] for tag, one in parsed.elements if one.get("http-equiv") == "Content-Security-Policy"]
    directives = {
        name: values.split() for name, _, values in (part.strip().partition(" ") for part in policy.split(";"))
    }

    def named(kind):
        return [
            f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
            for tag, attributes, text in parsed.contents
            if tag == kind and attributes.get("type") != "application/json"
        ]

    assert directives == {
        "default-src": ["'none'"],
        "script-src": named("script"),
        "style-src": named("style"),
        "img-src": ["data:", "blob:"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }


def test_the_program_makes_no_html_from_texts_and_no_code():
    for name in SCRIPTS:
        text = text_resource(f"{FOLDER}/{name}")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|fetch\(|XMLHttp|import\(",
            text,
        )
    assert {path.name for path in ASSETS.glob("*.js")} == {*SCRIPTS, LIBRARY}
    library = text_resource(f"{FOLDER}/{LIBRARY}")
    assert not re.search(r"</script|<!--|\beval\(|new Function\(|fetch\(|XMLHttpRequest", library)


def test_the_graph_library_is_the_one_that_is_named():
    known = json.loads((ASSETS / "cytoscape.json").read_text("utf-8"))
    assert hashlib.sha256((ASSETS / LIBRARY).read_bytes()).hexdigest() == known["files"][LIBRARY]["sha256"]
    assert known["licence"] == "MIT"
    assert "Permission is hereby granted, free of charge" in (ASSETS / "cytoscape.LICENSE").read_text("utf-8")
    assert "The Cytoscape Consortium" in text_resource(f"{FOLDER}/{LIBRARY}")[:200]
    assert known["version"] in text_resource(f"{FOLDER}/{LIBRARY}")


def titles(data):
    return [
        [node["title"]]
        if node["kind"] == "addresses"
        else list(dict.fromkeys(one["title"] for one in node["workloads"]))
        for node in data["nodes"]
    ]


def text_of(data, number):
    return None if number == -1 else data["traffic"][number]["text"]


@settings(max_examples=60)
@given(SEEDS)
def test_it_has_what_the_other_formats_have(seed):
    report, data = report_and_data(random_inputs(seed))
    names = titles(data)
    in_page = [
        (source, destination, text_of(data, edge["allow"]), text_of(data, edge["unknown"]))
        for edge in data["edges"]
        for source in names[edge["from"]]
        for destination in names[edge["to"]]
    ]
    said = [
        (
            source,
            destination,
            describe(item.allow) if item.allow else None,
            describe(item.unknown) if item.unknown else None,
        )
        for source, destination, item in pairs_of_titles(report.connections)
    ]
    assert in_page == said
    for edge in data["edges"]:
        assert edge["why"]
        for segment in edge["why"]:
            assert segment["verdict"] in ("allow", "unknown", "deny")
            for number in (segment["egress"], segment["ingress"]):
                if number != -1:
                    assert data["sides"][number]["text"]


@settings(max_examples=60)
@given(SEEDS, SEEDS)
def test_a_difference_is_that_of_the_other_formats(first, second):
    found, data = difference_data(random_inputs(first), random_inputs(second))
    names = titles(data)
    in_page = {}
    for edge in data["edges"]:
        changed = tuple(text_of(data, edge[key]) for key in ("opened", "closed", "uncertain"))
        ends = [
            (source, destination)
            for source in names[edge["from"]]
            for destination in names[edge["to"]]
            if edge["from"] != edge["to"] or source != destination or len(names[edge["from"]]) == 1
        ]
        in_page |= {pair: changed for pair in ends if any(changed)}
    said = {}
    for change in found.changes:
        texts = tuple(describe(part) if part else None for part in (change.opened, change.closed, change.uncertain))
        said[title_of(change.source), title_of(change.destination)] = texts
    assert in_page == said
    for key in ("opened", "closed", "uncertain"):
        assert sum(edge["pairs"] for edge in data["edges"] if edge[key] != -1) == sum(
            bool(getattr(change, key)) for change in found.changes
        )


def title_of(end):
    from netpol_lsp.explanations.connection import end_title

    return end_title(end)


def test_two_runs_give_the_same_page():
    assert page(report_and_data(random_inputs(5))[1]) == page(report_and_data(random_inputs(5))[1])


def test_of_very_many_connections_some_have_their_lines(monkeypatch):
    for name in ("connectivity", "diff", "tables"):
        monkeypatch.setattr(f"netpol_lsp.formats.page.{name}.MOST_EXPLAINED", 1)
    _, data = report_and_data(random_inputs(11))
    assert [bool(edge["why"]) for edge in data["edges"]] == [number < 1 for number in range(len(data["edges"]))]
    assert data["notes"] == [
        f"of {len(data['edges'])} connections the lines that decide are here for the first 1; `netpol-lint why` tells them of all"
    ]
    _, changed = difference_data(random_inputs(11), random_inputs(12))
    assert not any(edge["why"] for edge in changed["edges"][1:])
