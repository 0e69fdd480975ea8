import json
from importlib import import_module
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError

from netpol_lsp.findings.diagnostic import Related
from netpol_lsp.formats import FORMATS, RenderOptions
from netpol_lsp.formats.json_writer import dump
from netpol_lsp.resources import resource_path
from netpol_lsp.text.source import make_source
from netpol_lsp.text.span import Span

SCHEMA = json.loads(Path(resource_path("schemas/report.schema.json")).read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


def rendered(report):
    return json.loads(FORMATS["json"](report, RenderOptions()))


def test_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


def test_output_is_what_the_schema_says(report):
    VALIDATOR.validate(rendered(report))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("summary"),
        lambda data: data["findings"][0].pop("fingerprint"),
        lambda data: data["findings"][0]["start"].update(line=0),
        lambda data: data["findings"][0].update(severity="fatal"),
        lambda data: data["findings"][0].update(more=1),
    ],
)
def test_schema_refuses_other_data(report, change):
    data = rendered(report)
    change(data)
    with pytest.raises(ValidationError):
        VALIDATOR.validate(data)


def test_everything_is_described():
    def walk(schema, path):
        if "$ref" not in schema and "const" not in schema:
            assert path == "items" or schema.get("description"), path
        for name, part in schema.get("properties", {}).items():
            assert part.get("description"), (path, name)
            walk(part, name)

    for name, part in {"": SCHEMA, **SCHEMA["$defs"]}.items():
        walk(part, name)


def test_lines_hold_the_same_findings(report):
    lines = FORMATS["jsonl"](report, RenderOptions()).splitlines()
    assert [json.loads(line) for line in lines] == rendered(report)["findings"]


def test_positions_are_code_points(report):
    found = next(item for item in rendered(report)["findings"] if item["path"] == "shop/web.yaml")
    assert found["code"] == "NP103"
    assert found["start"]["line"] == 6
    assert found["start"]["column"] == len('  podSelector: {matchLabels: {"🚀": 中文, app: ') + 1
    assert found["end"]["column"] == found["start"]["column"] + 4
    assert found["end"]["offset"] == found["start"]["offset"] + 4
    edit = found["fixes"][0]["edits"][0]
    assert (edit["start"], edit["end"]) == (found["start"], found["end"])
    assert edit["text"] == '"true"'


def test_related_places(report):
    found = next(item for item in rendered(report)["findings"] if item["code"] == "NP202")
    here, unknown = found["related"]
    assert here["path"] == "shop/namespace.yaml"
    assert here["start"] == {"line": 4, "column": 9, "offset": 49}
    assert unknown == {"path": "elsewhere/policy.yaml", "start": None, "end": None, "message": "not at hand"}


def test_related_places_in_context(one):
    from dataclasses import replace

    report = one("a: true\n", "true", related=(Related(Span(4, 5), "there", "ctx.yaml"),))
    report = replace(report, context=(make_source("ctx.yaml", "x:\n\ny: 1\n"),))
    start = rendered(report)["findings"][0]["related"][0]["start"]
    assert start == {"line": 3, "column": 1, "offset": 4}


def test_summary(report):
    data = rendered(report)
    assert data["summary"] == {"error": 4, "warning": 1, "info": 1, "hint": 1, "suppressed": 1, "fixable": 3}
    assert (data["files"], data["documents"], data["policies"]) == (5, 4, 3)


def test_keys_stand_in_the_order_of_the_contract(report):
    data = rendered(report)
    assert list(data) == ["version", "files", "documents", "policies", "findings", "summary"]
    assert list(data["findings"][0]) == [
        "path", "document", "code", "name", "category", "severity", "message", "start", "end", "object", "field",
        "related", "fixes", "suppressed", "fingerprint",
    ]  # fmt: skip


def test_dump_writes_what_json_reads():
    data = {"a": [1, {"b": [None, True]}, [], {}, "x\n"], "c": "é🚀"}
    for depth in range(5):
        assert json.loads(dump(data, depth)) == data
    assert dump({"a": [1, 2]}, 2) == '{\n  "a": [\n    1,\n    2\n  ]\n}'


@pytest.mark.parametrize("char", ["\ud800", "\u2028", "\u2029", "\x85", "\x9b", "\x7f"])
def test_dump_escapes_what_readers_stumble_over(char):
    text = dump([f"a{char}b"])
    assert text.isascii()
    assert json.loads(text) == [f"a{char}b"]


def test_formats_are_loaded_late():
    import subprocess
    import sys

    code = "import sys, netpol_lsp.formats; print([m for m in sys.modules if m.startswith(('rich', 'jsonschema', 'netpol_lsp.formats.'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['netpol_lsp.formats.options']"


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_its_module(name):
    assert FORMATS[name].__module__ == "netpol_lsp.formats"
    module = {"json": "json_document", "jsonl": "json_lines"}.get(name, name)
    assert callable(import_module(f"netpol_lsp.formats.{module}").render)


def test_command_line_offers_all_formats():
    from netpol_lsp.cli import options

    assert set(options.FORMATS) == {"auto", *FORMATS}
