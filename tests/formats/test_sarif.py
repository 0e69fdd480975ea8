"""SARIF 2.1.0: what its specification asks for beyond the shape."""

import json

import pytest

from netpol_lsp.findings.diagnostic import Category, ObjectRef, Suppression
from netpol_lsp.formats import FORMATS, RenderOptions
from netpol_lsp.lint.registry import all_rules
from netpol_lsp.text.source import make_source
from netpol_lsp.text.span import Span

MAY_BE_EMPTY = {"suppressions", "results", "rules", "tags"}


def run_of(report, **options):
    log = json.loads(FORMATS["sarif"](report, RenderOptions(**options)))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return run


@pytest.fixture(scope="module")
def run(report, rules):
    return run_of(report, rules=rules, root="/repo")


def find(run, code):
    return next(result for result in run["results"] if result["ruleId"] == code)


def check_region(region):
    assert region["startLine"] >= 1
    assert region["startColumn"] >= 1
    assert (region["endLine"], region["endColumn"]) >= (region["startLine"], region["startColumn"])
    assert region["charLength"] >= 0


def check_artifact(run, location):
    uri = location["uri"]
    assert uri.isascii()
    assert not set(uri) & set(' %<>"\\') - {"%"}
    if "uriBaseId" in location:
        assert location["uriBaseId"] in run["originalUriBaseIds"]
        assert not uri.startswith("/")
        assert ":" not in uri.split("/")[0]


def test_shape(run):
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["originalUriBaseIds"]["SRCROOT"]["uri"] == "file:///repo/"
    assert run["invocations"] == [{"executionSuccessful": True}]
    for result in run["results"]:
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        assert result["partialFingerprints"]["netpolLint/v1"]
        for place in [*result["locations"], *result.get("relatedLocations", [])]:
            check_artifact(run, place["physicalLocation"]["artifactLocation"])
            if "region" in place["physicalLocation"]:
                check_region(place["physicalLocation"]["region"])
        for fix in result.get("fixes", []):
            assert fix["description"]["text"]
            for change in fix["artifactChanges"]:
                check_artifact(run, change["artifactLocation"])
                assert change["replacements"]
                for replacement in change["replacements"]:
                    check_region(replacement["deletedRegion"])


def test_rules_are_described_once(run):
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert rule["properties"]["category"] in rule["properties"]["tags"]
        assert "helpUri" not in rule


def test_page_of_a_rule(run):
    rule = run["tool"]["driver"]["rules"][0]
    assert rule["fullDescription"]["text"] == "YAML reads `true` as a boolean."
    assert "# <- NP103" not in rule["help"]["markdown"]
    assert "```yaml bad\napp: true\n```" in rule["help"]["markdown"]
    assert "```" not in rule["help"]["text"]
    assert "##" not in rule["help"]["text"]


def test_all_rules_by_default(one):
    run = run_of(one("a: 1\n", "1"))
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.info.code for rule in all_rules()]
    for rule, known in zip(rules, all_rules(), strict=True):
        assert rule["shortDescription"]["text"] == known.info.summary
        assert "# <-" not in rule["help"]["markdown"]


def test_positions(run):
    region = find(run, "NP202")["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"], region["endLine"], region["endColumn"]) == (9, 9, 10, 32)
    emoji = [result for result in run["results"] if result["ruleId"] == "NP103"][1]["locations"][0]["physicalLocation"]
    assert emoji["region"]["startColumn"] == 45
    assert emoji["region"]["charLength"] == 4


def test_logical_locations(run):
    where, field = find(run, "NP111")["locations"][0]["logicalLocations"]
    assert where == {"name": "web", "fullyQualifiedName": "shop/NetworkPolicy/web", "kind": "object"}
    assert field["name"] == "endPort"
    assert field["fullyQualifiedName"] == "shop/NetworkPolicy/web/spec.ingress[0].ports[0].endPort"


def test_object_without_anything(one):
    run = run_of(one("a: 1\n", "1", object=ObjectRef(None, None, None)))
    assert run["results"][0]["locations"][0]["logicalLocations"] == [
        {"fullyQualifiedName": "object (no name)", "kind": "object"}
    ]


def test_related_locations(run):
    known, unknown = find(run, "NP202")["relatedLocations"]
    assert (known["id"], unknown["id"]) == (1, 2)
    assert known["physicalLocation"]["artifactLocation"]["uri"] == "shop/namespace.yaml"
    assert known["physicalLocation"]["region"]["startLine"] == 4
    assert "region" not in unknown["physicalLocation"]


def test_fixes(run):
    (fix,) = find(run, "NP202")["fixes"]
    assert fix["properties"]["applicability"] == "unsafe"
    (replacement,) = fix["artifactChanges"][0]["replacements"]
    assert replacement["insertedContent"] == {"text": "  "}
    assert replacement["deletedRegion"]["startColumn"] == 9


@pytest.mark.parametrize(
    ("by", "kind"), [("comment", "inSource"), ("annotation", "inSource"), ("baseline", "external")]
)
def test_suppressions(one, by, kind):
    (result,) = run_of(one("a: 1\n", "1", suppressed=Suppression(by, "wanted")))["results"]
    (suppression,) = result["suppressions"]
    assert suppression["kind"] == kind
    assert suppression["justification"] == "wanted"
    assert suppression["properties"]["by"] == by


def test_all_results_say_whether_they_are_suppressed(run):
    assert [bool(result["suppressions"]) for result in run["results"]].count(True) == 1
    assert all("suppressions" in result for result in run["results"])


@pytest.mark.parametrize(
    ("uri", "location"),
    [
        ("a b.yaml", {"uri": "a%20b.yaml", "uriBaseId": "SRCROOT"}),
        ("./中.yaml", {"uri": "%E4%B8%AD.yaml", "uriBaseId": "SRCROOT"}),
        ("a:b.yaml", {"uri": "a%3Ab.yaml", "uriBaseId": "SRCROOT"}),
        ("<stdin>", {"uri": "%3Cstdin%3E", "uriBaseId": "SRCROOT"}),
        ("/repo/a.yaml", {"uri": "a.yaml", "uriBaseId": "SRCROOT"}),
        ("/else/a b.yaml", {"uri": "file:///else/a%20b.yaml"}),
        ("C:/a.yaml", {"uri": "file:///C:/a.yaml"}),
        ("file:///x/a.yaml", {"uri": "file:///x/a.yaml"}),
    ],
)
def test_uris(one, uri, location):
    (result,) = run_of(one("a: 1\n", "1", uri=uri), root="/repo")["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == location


def test_without_a_root(one):
    base = run_of(one("a: 1\n", "1"))["originalUriBaseIds"]["SRCROOT"]
    assert list(base) == ["description"]


def test_internal_errors_are_told(one):
    broken = one("a: 1\n", "1", code="NP990", name="internal-error", category=Category.TOOL)
    assert run_of(broken)["invocations"] == [{"executionSuccessful": False}]
    rules = run_of(broken)["tool"]["driver"]["rules"]
    assert rules[-1]["id"] == "NP990" or any(rule["id"] == "NP990" for rule in rules)


def test_byte_order_mark_does_not_count(one):
    assert make_source("a.yaml", "\ufeffa: 1").has_bom
    (result,) = run_of(one("\ufeffa: 1\n", Span(3, 4)))["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startColumn"], region["charOffset"]) == (4, 3)


def test_no_empty_lists_where_they_say_nothing(run):
    def walk(data):
        if isinstance(data, dict):
            for key, value in data.items():
                assert value not in ([], {}, None) or key in MAY_BE_EMPTY, key
                walk(value)
        elif isinstance(data, list):
            for item in data:
                walk(item)

    walk(run)
