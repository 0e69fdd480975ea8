"""Errors explained: the place of the mistake, a sentence, and the change that mends it."""

import pytest

from netpol_lsp.lint.schema import shape
from netpol_lsp.text.edits import Applicability, apply_edits
from netpol_lsp.yaml.parser import parse
from netpol_lsp.yaml.problems import ProblemKind
from netpol_lsp.yaml.recovery.diagnose import Explained, explain, in_plain_words
from tests.builders import BLOCK_HEAD as HEAD


def explained(text: str) -> Explained:
    error = parse(text).error
    assert error is not None
    return explain(text, error, shape())


def place(text: str, found: Explained) -> str:
    """The marked text with its line number."""
    span = found.problem.span
    return f"{text.count(chr(10), 0, span.start) + 1}: {text[span.start : span.end]}"


def mended(text: str, found: Explained) -> str:
    [fix] = found.problem.fixes
    return apply_edits(text, fix.edits)


CASES = {
    "equals sign": (
        "spec:\n  podSelector = {}\n  policyTypes: [Ingress]\n",
        "7:  = ",
        "`podSelector` has `=` after it, not a colon",
        "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n",
    ),
    "comment of another language": (
        "spec:\n  podSelector: {} // all of them\n  policyTypes: [Ingress]\n",
        "7: //",
        "`//` does not start a comment in YAML",
        "spec:\n  podSelector: {} # all of them\n  policyTypes: [Ingress]\n",
    ),
    "comment of another language, on its own line": (
        "spec:\n  podSelector: {}\n  //all of them\n  policyTypes: [Ingress]\n",
        "8: //",
        "`//` does not start a comment in YAML",
        "spec:\n  podSelector: {}\n  # all of them\n  policyTypes: [Ingress]\n",
    ),
    "something left out": (
        "spec:\n  podSelector: {}\n  ingress:\n  - from:\n    ...\n",
        "10: ...",
        "`...` stands for something that was left out, and is not YAML",
        "spec:\n  podSelector: {}\n  ingress:\n  - from:\n#     ...\n",
    ),
    "line breaks that are escaped": (
        'spec:\\n  podSelector: {}\\n  # who: "web"\\n  ingress:\\n    - from:\\n      - podSelector: {}\\n',
        "6: \\n",
        "line breaks are written as `\\n` here, so that many lines are one",
        'spec:\n  podSelector: {}\n  # who: "web"\n  ingress:\n    - from:\n      - podSelector: {}\n',
    ),
    "colon": ("spec\n  podSelector: {}\n", "6: spec", "`spec` has no colon after it", "spec:\n  podSelector: {}\n"),
    "colon before a value": (
        "spec:\n  podSelector {}\n  policyTypes: [Ingress]\n",
        "7: podSelector",
        "`podSelector` has no colon after it",
        "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n",
    ),
    "blank behind a colon": (
        "spec:\n  podSelector:{}\n  policyTypes: [Ingress]\n",
        "7: podSelector:",
        "a space is missing after the colon of `podSelector`",
        "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n",
    ),
    "blank behind a dash": (
        "spec:\n  podSelector: {}\n  policyTypes:\n    - Egress\n    -Ingress\n  egress: []\n",
        "10: -",
        "a space is missing after the dash of `-Ingress`",
        "spec:\n  podSelector: {}\n  policyTypes:\n    - Egress\n    - Ingress\n  egress: []\n",
    ),
    "quote": (
        'spec:\n  podSelector:\n    matchLabels:\n      app: "web\n  policyTypes: [Ingress]\n',
        '9: "',
        "the quote that opens here is not closed",
        'spec:\n  podSelector:\n    matchLabels:\n      app: "web"\n  policyTypes: [Ingress]\n',
    ),
    "quote closed by a later one": (
        'spec:\n  podSelector:\n    matchLabels:\n      app: "web\n      tier: "db"\n  policyTypes: [Ingress]\n',
        '9: "',
        "the quote that opens here is not closed",
        'spec:\n  podSelector:\n    matchLabels:\n      app: "web"\n      tier: "db"\n  policyTypes: [Ingress]\n',
    ),
    "quote too many": (
        'spec:\n  podSelector: {}"\n  policyTypes: [Ingress]\n',
        '7: "',
        "this double quote opens or closes nothing",
        "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n",
    ),
    "apostrophe": (
        "spec:\n  podSelector:\n    matchLabels:\n      app: 'it's'\n",
        "9: '",
        "an apostrophe inside single quotes ends them",
        'spec:\n  podSelector:\n    matchLabels:\n      app: "it\'s"\n',
    ),
    "bracket": (
        "spec:\n  podSelector: {}\n  policyTypes: [Ingress, Egress\n  egress: []\n",
        "8: [",
        "the bracket `[` is not closed",
        "spec:\n  podSelector: {}\n  policyTypes: [Ingress, Egress]\n  egress: []\n",
    ),
    "brace": (
        "spec:\n  podSelector: {matchLabels: {app: web}\n  policyTypes: [Ingress]\n",
        "7: {",
        "the bracket `{` is not closed",
        "spec:\n  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n",
    ),
    "closing bracket": (
        "spec:\n  podSelector: }\n",
        "7: }",
        "`}` does not belong here",
        "spec:\n  podSelector: \n",
    ),
    "comma": (
        "spec:\n  podSelector: {}\n  policyTypes: ['Ingress' 'Egress']\n",
        "8: '",
        "a comma is missing before the next item",
        "spec:\n  podSelector: {}\n  policyTypes: ['Ingress', 'Egress']\n",
    ),
    "too far right": (
        "spec:\n  podSelector: {}\n    policyTypes: [Ingress]\n",
        "8: policyTypes",
        "`policyTypes` is indented further than `podSelector` above it, which has a value already",
        "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n",
    ),
    "too far left": (
        "spec:\n  podSelector:\n    matchLabels:\n      app: web\n     tier: db\n",
        "10: tier",
        "`tier` is indented too little: by 5 spaces instead of 6",
        "spec:\n  podSelector:\n    matchLabels:\n      app: web\n      tier: db\n",
    ),
    "the line before is wrong": (
        "spec:\n    podSelector: {}\n  policyTypes:\n    - Ingress\n  ingress: []\n",
        "7: podSelector",
        "`podSelector` is indented too far: by 4 spaces instead of 2",
        "spec:\n  podSelector: {}\n  policyTypes:\n    - Ingress\n  ingress: []\n",
    ),
    "a key far above is wrong": (
        "spec:\n  podSelector: {}\ningress:\n    - from:\n        - podSelector: {}\n  policyTypes:\n    - Ingress\n",
        "8: ingress",
        "`ingress` is indented too little: by 0 spaces instead of 2",
        "spec:\n  podSelector: {}\n  ingress:\n    - from:\n        - podSelector: {}\n  policyTypes:\n    - Ingress\n",
    ),
    "dash too many": (
        "spec:\n  podSelector: {}\n  - policyTypes:\n    - Ingress\n",
        "8: -",
        "`- policyTypes` starts a list item among the keys of `spec`",
        "spec:\n  podSelector: {}\n  policyTypes:\n    - Ingress\n",
    ),
    "dash missing": (
        "spec:\n  podSelector: {}\n  policyTypes:\n    Ingress\n  - Egress\n",
        "9: Ingress",
        "`Ingress` is in a list but has no dash before it",
        "spec:\n  podSelector: {}\n  policyTypes:\n  - Ingress\n  - Egress\n",
    ),
    "list on the line of its key": (
        "spec:\n  podSelector: {}\n  policyTypes: - Ingress\n",
        "8: -",
        "a list item cannot be on the line of its key `policyTypes`",
        "spec:\n  podSelector: {}\n  policyTypes:\n    - Ingress\n",
    ),
    "sign in front": (
        "spec:\n  podSelector:\n    matchLabels:\n      app: @web\n",
        "9: @",
        "a value cannot start with `@`",
        'spec:\n  podSelector:\n    matchLabels:\n      app: "@web"\n',
    ),
    "star": (
        "spec:\n  podSelector:\n    matchLabels:\n      app: *\n",
        "9: *",
        "`*` starts an alias, but no name follows it",
        'spec:\n  podSelector:\n    matchLabels:\n      app: "*"\n',
    ),
    "two keys on a line": (
        "spec:\n  podSelector: {}\n  policyTypes: [Ingress] ingress: []\n",
        "8: ingress",
        "`ingress` needs a line of its own",
        "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n  ingress: []\n",
    ),
    "value with a colon": (
        "spec:\n  podSelector:\n    matchLabels:\n      app: web: 2\n",
        "9: web: 2",
        "the value of `app` has a colon of its own",
        'spec:\n  podSelector:\n    matchLabels:\n      app: "web: 2"\n',
    ),
    "prose": (
        "spec:\n  podSelector: {}\nand now the rules of this policy\n  policyTypes: [Ingress]\n",
        "8: and now the rules of this policy",
        "this line is neither a key with its colon nor a list item",
        "spec:\n  podSelector: {}\n# and now the rules of this policy\n  policyTypes: [Ingress]\n",
    ),
    "swapped": (
        "spec:\n  podSelector:\n  policyTypes: [Ingress]\n    matchLabels:\n      app: web\n",
        "8: policyTypes",
        "`policyTypes` is between `podSelector` and its fields",
        "spec:\n  policyTypes: [Ingress]\n  podSelector:\n    matchLabels:\n      app: web\n",
    ),
    "conflict": (
        "spec:\n<<<<<<< HEAD\n  podSelector: {}\n=======\n  podSelector: {matchLabels: {}}\n>>>>>>> other\n",
        "7: <<<<<<< HEAD",
        "a merge conflict is not resolved",
        "spec:\n# <<<<<<< HEAD\n  podSelector: {}\n# =======\n  podSelector: {matchLabels: {}}\n# >>>>>>> other\n",
    ),
    "bracket above a block": (
        "spec:\n  podSelector: {\n  policyTypes:\n    - Ingress\n",
        "7: {",
        "the bracket `{` is not closed",
        "spec:\n  podSelector: {}\n  policyTypes:\n    - Ingress\n",
    ),
    "bracket above a list of mappings": (
        "spec:\n  podSelector: {}\n  policyTypes: [\n  ingress:\n    - from:\n        - podSelector: {}\n",
        "8: [",
        "the bracket `[` is not closed",
        "spec:\n  podSelector: {}\n  policyTypes: []\n  ingress:\n    - from:\n        - podSelector: {}\n",
    ),
    "bracket in front of what it should hold": (
        "spec:\n  podSelector: {\n    matchLabels:\n      app: web\n  policyTypes: [Ingress]\n",
        "7: {",
        "the bracket `{` is not closed",
        "spec:\n  podSelector:  \n    matchLabels:\n      app: web\n  policyTypes: [Ingress]\n",
    ),
    "bracket closed lines below": (
        "spec:\n  policyTypes: [\n    Ingress,\n    Egress\n  podSelector: {}\n",
        "7: [",
        "the bracket `[` is not closed",
        "spec:\n  policyTypes: [\n    Ingress,\n    Egress]\n  podSelector: {}\n",
    ),
    "brackets of several lines": (
        'spec: {\n  "podSelector": {},\n  "ingress": [{\n    "ports": [{"port": 80}',
        "6: {",
        "the bracket `{` is not closed",
        'spec: {\n  "podSelector": {},\n  "ingress": [{\n    "ports": [{"port": 80}]}]}',
    ),
    "bracket behind a colon": (
        "spec:\n  podSelector: {}\n  ingress:\n    - ports:\n        - {protocol: TCP, port:\n",
        "10: {",
        "the bracket `{` is not closed",
        "spec:\n  podSelector: {}\n  ingress:\n    - ports:\n        - {protocol: TCP, port: }\n",
    ),
    "quote inside a bracket": (
        'spec:\n  policyTypes: ["Ing\n  podSelector: {matchLabels: {app: "web"}}\n',
        '7: "',
        "the quote that opens here is not closed",
        'spec:\n  policyTypes: ["Ing"]\n  podSelector: {matchLabels: {app: "web"}}\n',
    ),
    "quote in front of the next item": (
        'spec: {\n  "podSelector": {},\n  "policyT\n  "ingress": []\n}\n',
        '8: "',
        "the quote that opens here is not closed",
        'spec: {\n  "podSelector": {},\n  "policyT",\n  "ingress": []\n}\n',
    ),
    "quote and brackets at the end": (
        'spec: {\n  "podSelector": {},\n  "policyTypes": [\n    "Ing',
        '9: "',
        "the quote that opens here is not closed",
        'spec: {\n  "podSelector": {},\n  "policyTypes": [\n    "Ing"]}',
    ),
    "colon behind a key in quotes": (
        'spec: {\n  "podSelector" {"matchLabels": {"app": "web"}}\n}\n',
        '7: "podSelector"',
        '`"podSelector"` has no colon after it',
        'spec: {\n  "podSelector": {"matchLabels": {"app": "web"}}\n}\n',
    ),
    "bracket that was not opened": (
        "spec:\n  podSelector: {}\n  ingress:\n    - ports:\n        - protocol: TCP, port: 80}\n",
        "10: }",
        "`}` closes a bracket that was not opened",
        "spec:\n  podSelector: {}\n  ingress:\n    - ports:\n        - {protocol: TCP, port: 80}\n",
    ),
    "colon in a bracket": (
        "spec:\n  podSelector: {matchLabels {app: web}}\n",
        "7: matchLabels",
        "`matchLabels` has no colon after it",
        "spec:\n  podSelector: {matchLabels: {app: web}}\n",
    ),
    "template action": (
        "spec:\n  podSelector:\n    matchLabels:\n      app: {{ .Values.app\n  policyTypes: [Ingress]\n",
        "9: {{",
        "the template action that starts with `{{` is not closed",
        'spec:\n  podSelector:\n    matchLabels:\n      app: "{{ .Values.app"\n  policyTypes: [Ingress]\n',
    ),
    "half a separator": (
        "spec:\n  podSelector: {}\n--\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\n",
        "8: --",
        "`--` separates no documents: `---` does",
        "spec:\n  podSelector: {}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\n",
    ),
    "half a separator in front of another policy": (
        "spec:\n  ingress:\n  - from:\n    - podSelector: {}\n--\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        "metadata:\n  name: b\nspec:\n  podSelector:\n    matchLabels: {}\n  policyTypes:\n  - Egress\n",
        "10: --",
        "`--` separates no documents: `---` does",
        "spec:\n  ingress:\n  - from:\n    - podSelector: {}\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        "metadata:\n  name: b\nspec:\n  podSelector:\n    matchLabels: {}\n  policyTypes:\n  - Egress\n",
    ),
    "half a key behind a list": (
        "spec:\n  podSelector: {}\n  policyTypes:\n  - Ingress\n  - Egress\n  ingr\n",
        "11: ingr",
        "`ingr` has no colon after it",
        "spec:\n  podSelector: {}\n  policyTypes:\n  - Ingress\n  - Egress\n  ingr:\n",
    ),
    "half a key behind a condition": (
        "spec:\n  podSelector:\n    matchExpressions:\n      - key: app\n        operat\n  policyTypes: [Ingress]\n",
        "10: operat",
        "`operat` has no colon after it",
        "spec:\n  podSelector:\n    matchExpressions:\n      - key: app\n        operat:\n  policyTypes: [Ingress]\n",
    ),
    "half a key in quotes": (
        'spec:\n  podSelector:\n    matchLabels:\n      app: web\n      "tier"\n  policyTypes: [Ingress]\n',
        '10: "tier"',
        '`"tier"` has no colon after it',
        'spec:\n  podSelector:\n    matchLabels:\n      app: web\n      "tier":\n  policyTypes: [Ingress]\n',
    ),
    "half an item among keys": (
        "spec:\n  podSelector: {}\n  - protocol\n",
        "8: - protocol",
        "`- protocol` is a list item without the key that its list belongs to",
        "spec:\n  podSelector: {}\n#   - protocol\n",
    ),
    "dash deleted": (
        "spec:\n  ingress:\n     from:\n        - podSelector: {}\n      ports:\n        - port: 80\n",
        "8: from",
        "`from` is in a list but has no dash before it",
        "spec:\n  ingress:\n    - from:\n        - podSelector: {}\n      ports:\n        - port: 80\n",
    ),
    "dash deleted above a list in its column": (
        "spec:\n  ingress:\n   from:\n    - podSelector: {}\n    ports:\n    - port: 80\n",
        "8: from",
        "`from` is in a list but has no dash before it",
        "spec:\n  ingress:\n  - from:\n    - podSelector: {}\n    ports:\n    - port: 80\n",
    ),
    "dash of the second item deleted": (
        "spec:\n  ingress:\n    - from:\n        - ipBlock: {cidr: 10.0.0.0/8}\n         podSelector:\n            matchLabels: {}\n",
        "10: podSelector",
        "`podSelector` is in a list but has no dash before it",
        "spec:\n  ingress:\n    - from:\n        - ipBlock: {cidr: 10.0.0.0/8}\n        - podSelector:\n            matchLabels: {}\n",
    ),
    "a key of the item above, a space short": (
        "spec:\n  egress:\n  - ports:\n    - port: 53\n   to:\n    - podSelector: {}\n",
        "10: to",
        "`to` is indented too little: by 3 spaces instead of 4",
        "spec:\n  egress:\n  - ports:\n    - port: 53\n    to:\n    - podSelector: {}\n",
    ),
    "a key of the port above, a space short": (
        "spec:\n  ingress:\n  - ports:\n    - protocol: TCP\n     port: 80\n",
        "10: port",
        "`port` is indented too little: by 5 spaces instead of 6",
        "spec:\n  ingress:\n  - ports:\n    - protocol: TCP\n      port: 80\n",
    ),
    "the same key again, a space short": (
        "spec:\n  ingress:\n  - ports:\n    - port: 80\n     port: 443\n",
        "10: port",
        "`port` is in a list but has no dash before it",
        "spec:\n  ingress:\n  - ports:\n    - port: 80\n    - port: 443\n",
    ),
    "peers after ports": (
        "spec:\n  egress:\n  - to:\n    - podSelector: {}\n    # the database\n    ports:\n    - port: 53\n    - ipBlock:\n        cidr: 10.0.0.0/8\n".replace(
            "    - port: 53", "      - port: 53"
        ),
        "13: ipBlock",
        "this item of `to` comes after `ports`: all items of a list must follow one another",
        "spec:\n  egress:\n  - to:\n    - podSelector: {}\n    - ipBlock:\n        cidr: 10.0.0.0/8\n    # the database\n    ports:\n      - port: 53\n",
    ),
    "a type after the selector": (
        "spec:\n  policyTypes:\n  - Ingress\n  podSelector:\n    matchLabels: {a: b}\n  - Egress\n  egress: []\n",
        "11: Egress",
        "this item of `policyTypes` comes after `podSelector`: all items of a list must follow one another",
        "spec:\n  policyTypes:\n  - Ingress\n  - Egress\n  podSelector:\n    matchLabels: {a: b}\n  egress: []\n",
    ),
    "first dash missing": (
        "spec:\n  podSelector: {}\n  ingress:\n    - from:\n          podSelector:\n            matchLabels: {}\n        - ipBlock: {cidr: 10.0.0.0/8}\n",
        "10: podSelector",
        "`podSelector` is in a list but has no dash before it",
        "spec:\n  podSelector: {}\n  ingress:\n    - from:\n        - podSelector:\n            matchLabels: {}\n        - ipBlock: {cidr: 10.0.0.0/8}\n",
    ),
    "half a key": (
        "spec:\n  podSelector: {}\n  policyT",
        "8: policyT",
        "`policyT` has no colon after it",
        "spec:\n  podSelector: {}\n  policyT:",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_explanation(name: str) -> None:
    body, where, message, wanted = CASES[name]
    text = HEAD + body
    found = explained(text)
    assert found.problem.message == message
    assert place(text, found) == where
    assert mended(text, found) == HEAD + wanted
    assert found.text == HEAD + wanted


@pytest.mark.parametrize("name", CASES)
def test_explanation_with_other_line_ends(name: str) -> None:
    body, where, message, _ = CASES[name]
    text = (HEAD + body).replace("\n", "\r\n")
    found = explained(text)
    assert found.problem.message == message
    assert place(text, found) == where


@pytest.mark.parametrize("name", CASES)
def test_the_lines_that_were_guessed(name: str) -> None:
    body, _, _, wanted = CASES[name]
    text, mended = (HEAD + body).split("\n"), (HEAD + wanted).split("\n")
    guessed = explained(HEAD + body).problem.guessed
    starts = [span.start for span in guessed]
    assert starts == sorted(set(starts))
    if len(text) == len(mended):
        touched = [line for line, other in zip(text, mended, strict=True) if line != other]
        assert [(HEAD + body)[span.start : span.end] for span in guessed] == touched


def test_tabs_are_of_another_kind() -> None:
    text = HEAD + "spec:\n\tpodSelector: {}\n\tpolicyTypes:\n\t\t- Ingress\n"
    found = explained(text)
    assert found.problem.kind is ProblemKind.TAB
    assert found.problem.guessed == ()
    assert found.problem.fixes[0].applicability is Applicability.SAFE
    assert mended(text, found) == HEAD + "spec:\n  podSelector: {}\n  policyTypes:\n    - Ingress\n"


def test_tabs_before_comments_and_on_empty_lines_are_replaced_too() -> None:
    text = HEAD + "spec:\n\t# all of them\n\tpodSelector: {}\n\t\n\tpolicyTypes:\n\t\t# in\n\t\t- Ingress\n"
    found = explained(text)
    assert found.problem.kind is ProblemKind.TAB
    assert found.problem.fixes[0].applicability is Applicability.SAFE
    wanted = "spec:\n  # all of them\n  podSelector: {}\n  \n  policyTypes:\n    # in\n    - Ingress\n"
    assert mended(text, found) == HEAD + wanted


def test_a_tab_behind_a_dash_becomes_one_blank() -> None:
    text = HEAD + "spec:\n  policyTypes:\n  -\tIngress: a\n\t  b: c\n"
    found = explained(text)
    assert found.problem.kind is ProblemKind.TAB


def test_unindented_text_of_a_block() -> None:
    text = HEAD + "  annotations:\n    note: |\nsome text: that\nstands too far left\nspec:\n  podSelector: {}\n"
    found = explained(text)
    assert found.problem.message == "the text of `note` is not indented"
    assert place(text, found) == "8: some"


def test_the_first_line_too_far_right() -> None:
    text = "  " + HEAD
    found = explained(text)
    assert found.problem.message == "the first line is indented further than the rest"
    assert mended(text, found) == HEAD


def test_known_fields_make_a_safe_fix() -> None:
    def applicability(body: str) -> Applicability:
        [fix] = explained(HEAD + body).problem.fixes
        return fix.applicability

    assert applicability("spec:\n  podSelector:{}\n  ingress: []\n") is Applicability.SAFE
    assert applicability("spec:\n  podSelectors:{}\n  ingress: []\n") is Applicability.UNSAFE


def test_without_a_shape() -> None:
    text = "a:\n  b: c\n d: e\n"
    error = parse(text).error
    assert error is not None
    assert explain(text, error).text is not None


def test_where_no_small_change_helps_the_words_are_plain() -> None:
    text = '{"a": [1, 2\n"b": {"c" "d": 3]}\n'
    error = parse(text).error
    assert error is not None
    problem = in_plain_words(error, text)
    assert "while parsing" not in problem.message
    assert problem.span.end > problem.span.start


@pytest.mark.parametrize(
    "text",
    [
        "a: [b\n",
        'a: "b\n',
        "a: b: c\n",
        "a:\n- b\nc\n",
        "- a\nb: c\n",
        "%x y\n",
        "a: &\n",
        "a: !<\n",
        "? [\n",
        "\ta: b\n",
    ],
)
def test_plain_words_point_at_something(text: str) -> None:
    error = parse(text).error
    assert error is not None
    problem = in_plain_words(error, text)
    assert 0 <= problem.span.start < problem.span.end <= len(text)
    assert problem.message[0].islower() or problem.message[0] == "`"
    assert "expected" not in problem.message
