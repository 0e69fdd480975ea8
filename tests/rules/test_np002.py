"""NP002: duplicate keys, both places, and a missing `---`."""

import pytest

from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.text.edits import Applicability, apply_edits
from tests.builders import BLOCK_HEAD as HEAD


def found(text: str) -> list[Diagnostic]:
    return [d for d in lint_text(text).diagnostics if d.code == "NP002"]


def words(text: str, diagnostic: Diagnostic) -> list[str]:
    spans = [diagnostic.span, *(related.span for related in diagnostic.related)]
    return [f"{text.count(chr(10), 0, span.start) + 1} {text[span.start : span.end]}" for span in spans]


def test_both_places() -> None:
    text = HEAD + "spec:\n  podSelector: {}\n  podSelector: {matchLabels: {app: web}}\n"
    [diagnostic] = found(text)
    assert words(text, diagnostic) == ["8 podSelector", "7 podSelector"]
    assert "silently keeps the last one" in diagnostic.message
    [fix] = diagnostic.fixes
    assert fix.applicability is Applicability.UNSAFE
    assert apply_edits(text, fix.edits) == HEAD + "spec:\n  podSelector: {matchLabels: {app: web}}\n"


def test_the_same_value_twice_is_removed_safely() -> None:
    text = HEAD + "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n  policyTypes:\n    - Ingress\n"
    [diagnostic] = found(text)
    assert diagnostic.fixes[0].applicability is Applicability.SAFE
    assert "with the same value" in diagnostic.message


def test_three_times() -> None:
    text = HEAD + "spec:\n  podSelector: {}\n  ingress: []\n  ingress: []\n  ingress: []\n"
    assert [words(text, diagnostic) for diagnostic in found(text)] == [
        ["9 ingress", "8 ingress"],
        ["10 ingress", "8 ingress"],
    ]


@pytest.mark.parametrize("keys", [("yes", "on"), ("1", "0x1"), ("a", '"a"')])
def test_keys_that_yaml_reads_alike(keys: tuple[str, str]) -> None:
    text = HEAD + f"spec:\n  podSelector:\n    matchLabels:\n      {keys[0]}: x\n      {keys[1]}: x\n"
    assert len(found(text)) == 1


def test_keys_that_collide_only_as_json_are_accepted() -> None:
    assert found(HEAD + 'spec:\n  podSelector:\n    matchLabels:\n      yes: x\n      "true": x\n') == []


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_missing_separator_is_one_finding(newline: str) -> None:
    second = HEAD.replace("web", "db") + "spec:\n  podSelector: {}\n"
    text = (HEAD + "spec:\n  podSelector: {}\n# the second\n" + second).replace("\n", newline)
    [diagnostic] = found(text)
    [fix] = diagnostic.fixes
    assert fix.applicability is Applicability.SAFE
    mended = apply_edits(text, fix.edits)
    assert mended == text.replace("# the second", f"---{newline}# the second")
    report = lint_text(mended)
    assert report.policies == 2
    assert not any(d.is_refused for d in report.diagnostics)


def test_two_missing_separators() -> None:
    assert len(found(HEAD * 3)) == 2


def test_duplicates_inside_glued_objects_stay() -> None:
    text = HEAD + HEAD + "spec:\n  ingress: []\n  ingress: []\n"
    assert [diagnostic.field for diagnostic in found(text)] == ["apiVersion", "spec.ingress"]


def test_only_one_head_twice_is_an_ordinary_duplicate() -> None:
    text = "apiVersion: networking.k8s.io/v1\n" + HEAD
    [diagnostic] = found(text)
    assert "twice" in diagnostic.message


def test_overrides_through_a_merge() -> None:
    text = HEAD + (
        "spec:\n  podSelector: &x\n    matchLabels: {app: web}\n  ingress:\n    - from:\n"
        "        - podSelector:\n            <<: *x\n            matchLabels: {app: db}\n"
    )
    [diagnostic] = found(text)
    assert diagnostic.field == "spec.ingress[0].from[0].podSelector.matchLabels"
    assert words(text, diagnostic) == ["12 <<", "13 matchLabels"]


def test_branches_of_a_template_may_each_have_the_key() -> None:
    text = (
        HEAD
        + "spec:\n  {{- if .a }}\n  podSelector: {}\n  {{- else }}\n  podSelector: {matchLabels: {a: b}}\n  {{- end }}\n"
    )
    assert found(text) == []


def test_the_earlier_one_is_not_removed_where_an_alias_needs_it() -> None:
    text = HEAD + "spec:\n  podSelector: &x {matchLabels: {app: a}}\n  podSelector: *x\n"
    [diagnostic] = found(text)
    assert diagnostic.fixes == ()


@pytest.mark.parametrize(
    ("spec", "title", "wanted"),
    [
        (
            "podSelector: {}\negress:\n  - to:\n      - ipBlock:\n          cidr: 192.0.2.1/32\n          cidr: 192.0.2.2/32\n",
            "Make two items of them",
            "podSelector: {}\negress:\n  - to:\n      - ipBlock:\n          cidr: 192.0.2.1/32\n      - ipBlock:\n          cidr: 192.0.2.2/32\n",
        ),
        (
            "podSelector: {}\ningress:\n  - ports:\n      - protocol: UDP\n        port: 53  # old\n        port: 5353\n",
            "",
            None,
        ),
        (
            "podSelector: {}\ningress:\n  - ports:\n      - protocol: UDP\n        port: 53\n        port: 5353\n",
            "Make two items of them",
            "podSelector: {}\ningress:\n  - ports:\n      - protocol: UDP\n        port: 53\n      - protocol: UDP\n        port: 5353\n",
        ),
        (
            "podSelector: {}\ningress:\n  - ports:\n      - port: 53\n        protocol: UDP\n        # and\n        port: 80\n        protocol: TCP\n",
            "Make two items of them",
            "podSelector: {}\ningress:\n  - ports:\n      - port: 53\n        protocol: UDP\n      # and\n      - port: 80\n        protocol: TCP\n",
        ),
        (
            "podSelector: {}\ningress:\n  - from:\n      - podSelector: {matchLabels: {app: a}}\n    from:\n      - podSelector: {matchLabels: {app: b}}  # b\n",
            "Make one `from` of both lists",
            "podSelector: {}\ningress:\n  - from:\n      - podSelector: {matchLabels: {app: a}}\n      - podSelector: {matchLabels: {app: b}}  # b\n",
        ),
        (
            "podSelector:\n  matchLabels:\n    app: a\n  matchLabels:\n    tier: front\n",
            "Make one `matchLabels` of both",
            "podSelector:\n  matchLabels:\n    app: a\n    tier: front\n",
        ),
        (
            "podSelector:\n  matchLabels: {app: a, app: b, tier: front}\n",
            "Let one of the values be enough: `In`",
            "podSelector:\n  matchLabels: {tier: front}\n  matchExpressions:\n    - key: app\n      operator: In\n      values: [a, b]\n",
        ),
    ],
)  # fmt: skip
def test_both_can_be_kept(spec: str, title: str, wanted: str | None) -> None:
    def policy(text: str) -> str:
        return HEAD + "spec:\n" + "".join(f"  {line}\n" for line in text.splitlines())

    first = found(policy(spec))[0]
    assert {fix.applicability for fix in first.fixes} == {Applicability.UNSAFE}
    titles = [fix.title for fix in first.fixes]
    if wanted is None:
        assert titles == ["Remove the earlier one"]
        return
    fix = next(fix for fix in first.fixes if fix.title == title)
    assert apply_edits(policy(spec), fix.edits) == policy(wanted)
