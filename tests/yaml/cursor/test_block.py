"""Where a cursor stands: in block and flow style, finished or half typed. `|` marks the cursor."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netpol_lsp.yaml.cursor.block import CursorContext, find_cursor

POLICY = """\
kind: NetworkPolicy
spec:
  podSelector:
    matchLabels: {app: web, "tier": 'x'}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - podSelector: {}
          namespaceSelector: {matchLabels: {a: b}}
      ports:
        - {protocol: TCP, port: 80}
  egress:
  - to:
    - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}
"""


def at(text):
    """The cursor at the last `|` of a text, and the word under it."""
    offset = text.rindex("|")
    text = text[:offset] + text[offset + 1 :]
    cursor = find_cursor(text, offset)
    return cursor, text[cursor.word.start : cursor.word.end]


@pytest.mark.parametrize(
    ("text", "path", "word"),
    [
        ("|", (), ""),
        ("ki|", (), "ki"),
        ("kind |: x", (), "kind "),
        ("spec:\n  po|", ("spec",), "po"),
        ("spec:\n  |", ("spec",), ""),
        ("spec:\n  podSelector: {}\n  |", ("spec",), ""),
        ("spec:\n  podSelector: {}\n|", (), ""),
        ("spec:\r\n  podSelector: {}\r\n  po|\r\n", ("spec",), "po"),
        ("spec:\n  policyTypes:\n    - |", ("spec", "policyTypes", 0), ""),
        ("spec:\n  policyTypes:\n    - Ing|", ("spec", "policyTypes", 0), "Ing"),
        ("spec:\n  policyTypes:\n    - Ingress\n    - E|", ("spec", "policyTypes", 1), "E"),
        ("spec:\n  policyTypes:\n  - Ingress\n  - E|", ("spec", "policyTypes", 1), "E"),
        ("spec:\n  ingress:\n    - fr|", ("spec", "ingress", 0), "fr"),
        ("spec:\n  ingress:\n    - from:\n        - po|", ("spec", "ingress", 0, "from", 0), "po"),
        (
            "spec:\n  ingress:\n    - from:\n        - podSelector: {}\n          |",
            ("spec", "ingress", 0, "from", 0),
            "",
        ),
        ("spec:\n  ingress:\n    - from:\n        - podSelector: {}\n      |", ("spec", "ingress", 0), ""),
        ("spec:\n  ingress:\n  - from:\n    - podSelector: {}\n    |", ("spec", "ingress", 0), ""),
        ("spec:\n  ingress:\n    - {}\n    - |", ("spec", "ingress", 1), ""),
        ("a:\n  - - b|", ("a", 0, 0), "b"),
        ("spec: {po|}", ("spec",), "po"),
        ("spec: {podSelector: {}, |}", ("spec",), ""),
        ("spec: {podSelector: {}, |", ("spec",), ""),
        ("spec:\n  ingress:\n    - from: [{podSelector: {}}, {na|", ("spec", "ingress", 0, "from", 1), "na"),
        ("spec: {\n  podSelector: {},\n  |\n}", ("spec",), ""),
        ("spec:\n  policyTypes: [Ingress, |]", ("spec", "policyTypes", 1), ""),
        ('{"spec": {"po|": 1}}', ("spec",), '"po"'),
        ('{"spec": {"po|', ("spec",), '"po'),
        ("# note\n---\nspec:\n  po|", ("spec",), "po"),
        ("items:\n- kind: NetworkPolicy\n  spec:\n    po|", ("items", 0, "spec"), "po"),
        ("spec: &x\n  po|", ("spec",), "po"),
        ("spec: !!map\n  po|", ("spec",), "po"),
        ('"spec":\n  po|', ("spec",), "po"),
    ],
)
def test_content(text, path, word):
    cursor, found = at(text)
    assert (cursor.place, cursor.path, found) == (CursorContext.CONTENT, path, word)


@pytest.mark.parametrize(
    ("text", "path", "word"),
    [
        ("kind: |", ("kind",), ""),
        ("kind:|", ("kind",), ""),
        ("kind: Net|", ("kind",), "Net"),
        ("kind: N|et # note", ("kind",), "Net"),
        ("kind: |# note", ("kind",), ""),
        ("a: {b: |}", ("a", "b"), ""),
        ("a: {b: x|, c: d}", ("a", "b"), "x"),
        ('{"a": "x|"}', ("a",), '"x"'),
        ("a: 'x|", ("a",), "'x"),
        ("a:\n  - b: |", ("a", 0, "b"), ""),
        ("a: &x b|", ("a",), "b"),
        ("a: b c|", ("a",), "b c"),
    ],
)
def test_value(text, path, word):
    cursor, found = at(text)
    assert (cursor.place, cursor.path, found) == (CursorContext.VALUE, path, word)


@pytest.mark.parametrize(
    "text",
    [
        "a: |\n  text|",
        "a: >-\n  one\n  t|wo\n",
        "a: {}|",
        "a: {b: c} |",
        "a: b\n    |",
        "--|-",
        "a: b|  \n".replace("b|  ", "b  |"),
    ],
)
def test_nothing_can_be_offered_here(text):
    cursor, _ = at(text)
    assert cursor.place is CursorContext.NOTHING


@pytest.mark.parametrize("text", ["# no|te", "a: b # no|te", "a:\n  # netpol: ignore[|"])
def test_comment(text):
    cursor, word = at(text)
    assert cursor.place is CursorContext.COMMENT
    assert word.startswith("#")


def test_a_sign_in_quotes_is_no_comment():
    cursor, _ = at('a: "b # c|"')
    assert cursor.place is CursorContext.VALUE


@pytest.mark.parametrize(
    ("text", "siblings"),
    [
        ("a: 1\n|b: 2\nc: 3\n", ("a", "c")),
        ("x:\n  a: 1\n  b|\n  c: 3\ny: 4\n", ("a", "c")),
        ("x:\n  - a: 1\n    b|\n    c: 3\n  - d: 4\n", ("a", "c")),
        ("x:\n  a:\n    deep: 1\n  b|\n", ("a",)),
        ("x: {a: 1, b|, c: {d: 2}, e: 3}", ("a", "c", "e")),
    ],
)
def test_siblings(text, siblings):
    assert at(text)[0].siblings == siblings


@pytest.mark.parametrize(
    ("text", "has_colon"),
    [("a|b: 1", True), ("ab|", False), ("x: {a|b: 1}", True), ("x: {ab|}", False), ('{"ab|": 1}', True)],
)
def test_a_key_that_is_there_already(text, has_colon):
    assert at(text)[0].has_colon is has_colon


@pytest.mark.parametrize(
    ("text", "needs_space"),
    [("a:|", True), ("a: |", False), ("a:\n  -|", True), ("a:\n  - |", False), ('{"a":|}', True), ("a:b|", False)],
)
def test_a_blank_that_is_missing(text, needs_space):
    assert at(text)[0].needs_space is needs_space


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("spec:\n  ingress:\n    |", ("spec", "ingress")),
        ("spec:\n  ingress:\n  |", ("spec", "ingress")),
        ("spec:\n  ingress:\n    - {}\n    |", ("spec", "ingress")),
        ("spec:\n  ingress:\n  - {}\n  |", ("spec", "ingress")),
        ("spec:\n  ingress: []\n  |", None),
        ("spec:\n  ingress:\n    - |", None),
    ],
)
def test_a_list_that_can_go_on(text, items):
    assert at(text)[0].items == items


def test_an_open_bracket_does_not_swallow_the_rest():
    cursor, word = at("spec:\n  podSelector: {matchLabels: {\n  policyTypes: [Ingress]\n  in|\n")
    assert (cursor.path, word, cursor.siblings) == (("spec",), "in", ("podSelector", "policyTypes"))


def test_template_actions_are_passed_over():
    cursor, word = at(
        "spec:\n  {{- if .Values.x }}\n  podSelector: {matchLabels: {app: {{ .Values.app }}}}\n  {{- end }}\n  in|\n"
    )
    assert (cursor.path, word) == (("spec",), "in")


def test_every_place_of_a_policy_has_a_cursor():
    for offset in range(len(POLICY) + 1):
        cursor = find_cursor(POLICY, offset)
        assert 0 <= cursor.word.start <= cursor.word.end <= len(POLICY)
        if cursor.place in (CursorContext.CONTENT, CursorContext.VALUE):
            assert cursor.word.start <= offset <= cursor.word.end


@settings(max_examples=300)
@given(st.text(alphabet="ab:-{}[],\"'# \n\r\t|>&*!é🎉", max_size=60), st.data())
def test_any_text_has_a_cursor(text, data):
    offset = data.draw(st.integers(0, len(text)))
    cursor = find_cursor(text, offset)
    assert 0 <= cursor.word.start <= cursor.word.end <= len(text)
    if cursor.place in (CursorContext.CONTENT, CursorContext.VALUE):
        assert cursor.word.start <= offset <= cursor.word.end


@settings(max_examples=150)
@given(st.integers(0, len(POLICY)), st.integers(0, len(POLICY)), st.sampled_from(["", "{", "- ", "x", ":", '"', "\n"]))
def test_damaged_policies_have_a_cursor(cut, at_offset, put):
    text = POLICY[:cut] + put + POLICY[cut + 3 :]
    offset = min(at_offset, len(text))
    cursor = find_cursor(text, offset)
    if cursor.place in (CursorContext.CONTENT, CursorContext.VALUE):
        assert cursor.word.start <= offset <= cursor.word.end


@pytest.mark.parametrize("text", ['a: "x \\" # y|"', "a: 'it''s # y|'", "a: {b: 'it''s, # y|'}"])
def test_an_escaped_quote_closes_nothing(text):
    cursor, _ = at(text)
    assert cursor.place is not CursorContext.COMMENT
