"""Reading of test files: what is refused, at which word, and that the schema says the same to other tools."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from netpol_lsp.reach.intent_files import read_tests
from netpol_lsp.resources import schema
from netpol_lsp.text.source import LineIndex

HEAD = "apiVersion: netpol-lint/v1\nkind: ConnectivityTest\n"
TEST = HEAD + "tests:\n  - {}\n"
PORT = TEST.format("{{from: a, to: b, port: {}, expect: deny}}")
VALIDATOR = jsonschema.Draft202012Validator(schema("connectivitytest.v1.schema.json"))

VALID = [
    TEST.format("{from: shop/web, to: shop/db, expect: allow}"),
    TEST.format("{name: what it is about, from: world, to: '*/*', port: 443, expect: any deny}"),
    TEST.format("{name: null, from: a, to: b, port: null, expect: deny}"),
    TEST.format("{from: 'cidr:10.0.0.0/8', to: 'svc:shop/db', expect: any allow}"),
    TEST.format("&base {from: a, to: b, expect: deny}\n  - <<: *base\n    port: 80"),
    HEAD + "metadata: {name: the shop, labels: {team: a}}\ntests: []\n",
    *(
        PORT.format(port)
        for port in (
            1,
            65535,
            "5432/TCP",
            "5432/tcp",
            "8000-8010/UDP",
            "http",
            "http-2/SCTP",
            "UDP",
            "icmpv6",
            "'*'",
            "'*/UDP'",
            "''",
            "8080/",
            "065",
            "' 80 '",
        )
    ),
]
# The word that is marked stands in «»: it is what an editor underlines.
INVALID = [
    ("apiVersion: «netpol-lint/v2»\nkind: ConnectivityTest\ntests: []\n", "apiVersion has to be `netpol-lint/v1`"),
    ("kind: «ConnectivityTest»\ntests: []\n", "`apiVersion: netpol-lint/v1` is missing"),
    (HEAD.replace("ConnectivityTest", "«ConnectivityTest»"), "`tests` is missing"),
    (HEAD + "tests: «{}»\n", "`tests` has to be a list of tests"),
    (HEAD + "«tests»:\n", "`tests` has to be a list of tests"),
    (HEAD + "metadata: «5»\ntests: []\n", "`metadata` has to be a mapping"),
    (HEAD + "tests: []\n«spec»: {}\n", "`spec` is not a field of a ConnectivityTest"),
    (HEAD + "«test»: []\ntests: []\n", "`test` is not a field of a ConnectivityTest; did you mean `tests`?"),
    (TEST.format("«just text»"), "a test has to be a mapping with `from`, `to` and `expect`"),
    (TEST.format("«[a, b]»"), "a test has to be a mapping"),
    (TEST.format("{«from»: a, expect: deny}"), "`to` is missing"),
    (TEST.format("{«from»: , to: b, expect: deny}"), "`from` is missing"),
    (TEST.format("{«from»: '  ', to: b, expect: deny}"), "`from` is missing"),
    (TEST.format("{from: «[a]», to: b, expect: deny}"), "`from` has to be a string"),
    (TEST.format("{from: a, to: «5», expect: deny}"), "`to` has to be a string: write it in quotes"),
    (TEST.format("{name: «7», from: a, to: b, expect: deny}"), "`name` has to be a string: write it in quotes"),
    (TEST.format("{«form»: a, to: b, expect: deny}"), "`form` is not a field of a test; did you mean `from`?"),
    (HEAD + "«test»: []\n", "`test` is not a field of a ConnectivityTest; did you mean `tests`?"),
    (TEST.format("{from: a, to: b, «form»: c, expect: deny}"), "`form` is not a field of a test; did you mean `from`?"),
    (TEST.format("{from: a, to: b, expect: «alow»}"), "`alow` is not a valid expectation; did you mean `allow`?"),
    (TEST.format("{from: a, to: b, expect: «Allow»}"), "`Allow` is not a valid expectation; did you mean `allow`?"),
    (TEST.format("{from: a, to: b, expect: «any  deny»}"), "did you mean `any deny`?"),
    (TEST.format("{from: a, to: b, expect: «open»}"), "it is `allow` or `deny`, or `any` with one of these"),
    (TEST.format("{from: a, to: b, «expect»: }"), "`expect` is missing"),
    *(
        (PORT.format(f"«{port}»"), message)
        for port, message in (
            ("0", "`0` is not a valid port: ports go from 1 to 65535"),
            ("65536", "`65536` is not a valid port"),
            ("80-70000/TCP", "`80-70000` is not a valid port"),
            ("5432/FOO", "`FOO` is not a protocol that is known here"),
            ("80.5", "`80.5` is not a valid port"),
            ("true", "`port` has to be a number, a range or a name"),
            ("[80]", "`port` has to be a number, a range or a name"),
            ("Http", "`Http` is not a valid port: write a number, a range or a name"),
            ("80/TCP/x", "`TCP/x` is not a protocol"),
        )
    ),
]
BEYOND_A_SCHEMA = [
    (PORT.format("«90-80»"), "`90-80` is not a valid port"),
    (TEST.format("{from: a, «from»: c, to: b, expect: deny}"), "`from` is there twice"),
]


def plain(text: str) -> str:
    return text.replace("«", "").replace("»", "")


def marked(text: str, found: str) -> str:
    """The marked text again, from a span of the plain one."""
    file = read_tests(text, "tests.yaml")
    assert file is not None
    (problem,) = file.problems
    assert found in problem.message
    start, end = problem.span.start, problem.span.end
    return f"{text[:start]}«{text[start:end]}»{text[end:]}"


@pytest.mark.parametrize("text", VALID)
def test_valid_files_are_valid_for_both(text: str) -> None:
    file = read_tests(text, "tests.yaml")
    assert file is not None
    assert not file.problems
    VALIDATOR.validate(yaml.safe_load(text))


@pytest.mark.parametrize(("text", "message"), INVALID)
def test_invalid_files_are_refused_by_both(text: str, message: str) -> None:
    assert marked(plain(text), message) == text
    assert not VALIDATOR.is_valid(yaml.safe_load(plain(text)))


@pytest.mark.parametrize(("text", "message"), BEYOND_A_SCHEMA)
def test_what_a_schema_cannot_say_is_refused_too(text: str, message: str) -> None:
    assert marked(plain(text), message) == text


def test_the_schema_works_alone_and_tells_what_each_field_is() -> None:
    document = schema("connectivitytest.v1.schema.json")
    jsonschema.Draft202012Validator.check_schema(document)
    assert "$ref" not in str(document)
    fields = document["properties"]["tests"]["items"]["properties"]
    assert all(field["description"].endswith(".") for field in (*fields.values(), *document["properties"].values()))


def test_the_example_is_valid() -> None:
    path = Path(__file__).resolve().parents[2] / "examples/dubbo/netpol-tests.yaml"
    VALIDATOR.validate(yaml.safe_load(path.read_text("utf-8")))


@pytest.mark.parametrize("version", ["networkmanagement.gcp.example.org/v1beta1", "example.com/v1"])
def test_kinds_of_that_name_in_other_groups_are_left_alone(version: str) -> None:
    assert read_tests(f"apiVersion: {version}\nkind: ConnectivityTest\nspec: {{}}\n", "x.yaml") is None


@pytest.mark.parametrize("version", ["netpol-lin/v1", "netpollint/v1", "v1"])
def test_a_mistyped_group_is_ours(version: str) -> None:
    file = read_tests(f"apiVersion: {version}\nkind: ConnectivityTest\ntests: []\n", "x.yaml")
    assert file is not None
    assert [problem.message for problem in file.problems] == ["apiVersion has to be `netpol-lint/v1`"]


def test_after_a_syntax_error_it_alone_is_told() -> None:
    text = HEAD + "tests:\n  - {from: a, to: b, expect: allow}\n  - {from: a, to: [b, expect: deny}\n"
    file = read_tests(text, "tests.yaml")
    assert file is not None
    assert len(file.problems) == 1
    assert LineIndex(text).line_of(file.problems[0].span.start) == 4


@pytest.mark.parametrize(
    "text",
    [
        "- {src: a, dst: b}\n",
        "- name: copy\n  copy: {src: a, dst: k8sResource}\n",
        "- {src: {path: k8sResource}, dst: {path: b}}\n",
        "- k8sResource\n",
    ],
)
def test_lists_with_sources_of_other_tools_are_left_alone(text: str) -> None:
    assert read_tests(text, "x.yaml") is None


def test_netassert_tests_are_read_with_the_places_of_their_values() -> None:
    text = (
        "- name: a to b\n  targetPort: 80\n  exitCode: 1\n"
        "  src: {k8sResource: {kind: deployment, name: a, namespace: x}}\n  dst: {host: {name: example.org}}\n"
        "- name: no end\n  src: {k8sResource: {kind: pod, name: a}}\n"
        "- name: no port\n  targetPort: 99999\n"
        "  src: {k8sResource: {kind: pod, name: a}}\n  dst: {k8sResource: {kind: pod, name: b}}\n"
    )
    file = read_tests(text, "netassert.yaml")
    assert file is not None
    first = file.intents[0]
    assert (first.source, first.destination, first.expectation) == ("x/Deployment/a", "host:example.org", "deny")
    assert [text[first.span_of(field).start : first.span_of(field).end] for field in ("port", "expect")] == ["80", "1"]
    told = [(problem.message, text[problem.span.start : problem.span.end]) for problem in file.problems]
    assert told == [
        ("`dst` names no k8sResource and no host", "name"),
        ("`99999` is not a valid port: ports go from 1 to 65535", "99999"),
    ]
