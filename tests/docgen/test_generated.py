"""What is generated is fresh, and the generator notices when it is not."""

import json

import jsonschema
import pytest

from netpol_lsp.config.config import rule_infos
from netpol_lsp.docgen import generate
from netpol_lsp.docgen.rule_pages import first_profile, rule_index, rule_page, rule_table
from netpol_lsp.findings.diagnostic import Category, Severity
from netpol_lsp.findings.rule_info import Option, RuleInfo

INFO = RuleInfo(
    "NP999",
    "made-up",
    Category.STYLE,
    Severity.HINT,
    """It is made up.

## Why
Because | of this.

```yaml bad unsafe
kind: x  # <- NP999
```

```yaml fixed
kind: y
```

```yaml good
kind: z
```
""",
    (Option("ports", list[int], [53, 5353], "Ports | that count."), Option("pattern", str, "^a", "A pattern.")),
    opt_in=True,
)


def test_everything_is_fresh() -> None:
    assert generate.stale(generate.generate()) == [], "run: python -m netpol_lsp.docgen.generate"


def test_page() -> None:
    assert (
        rule_page(INFO)
        == """\
# NP999 made-up

It is made up.

| severity | category | profile | fix | since |
|---|---|---|---|---|
| hint | style | strict | yes | 0.1.0 |

## Why
Because | of this.

This is reported:

```yaml
kind: x
```

Fixed:

```yaml
kind: y
```

This is fine:

```yaml
kind: z
```

## Options

| option | value | default | meaning |
|---|---|---|---|
| `ports` | list of integers | `[53, 5353]` | Ports \\| that count. |
| `pattern` | text | `"^a"` | A pattern. |

In `.netpol-lint.yaml`:

```yaml
options:
  NP999:
    ports: [53, 5353]
    pattern: "^a"
```

## When it is wanted as it is

Say so, with the reason: `# netpol: ignore[NP999] reason` on the line, or on the line above it. \
For rendered manifests there is the annotation `netpol-lint/ignore: NP999`.
"""
    )


def test_index_has_every_rule_once_under_its_category() -> None:
    index = rule_index(rule_infos())
    for info in rule_infos():
        assert index.count(f"[{info.code}]({info.code}.md)") == 1
    assert index.index("## syntax" if "## syntax" in index else "## api") < index.index("## intent")


def test_table_links_where_it_is_told() -> None:
    row = rule_table([INFO], "docs/{code}.md").splitlines()[-1]
    assert row == "| [NP999](docs/NP999.md) made-up | hint | strict | yes | It is made up |"


@pytest.mark.parametrize(
    ("details", "profile"),
    [({}, "recommended"), ({"opt_in": True}, "strict"), ({"opt_in": True, "audit_only": True}, "audit")],
)
def test_first_profile(details: dict[str, bool], profile: str) -> None:
    assert first_profile(RuleInfo("NP1", "n", Category.API, Severity.ERROR, "d", **details)) == profile


def test_stale_files_are_noticed(tmp_path) -> None:
    files = {"docs/rules/NP1.md": "one\n", "schemas/x.json": "{}\n"}
    assert generate.stale(files, tmp_path) == sorted(files)
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert generate.stale(files, tmp_path) == []
    (tmp_path / "docs/rules/NP2.md").write_text("of a rule that is gone\n")
    (tmp_path / "schemas/x.json").write_bytes(b"{}\r\n")
    assert generate.stale(files, tmp_path) == ["docs/rules/NP2.md", "schemas/x.json"]


def test_check_changes_nothing_and_writing_mends(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    monkeypatch.setattr(generate, "GENERATORS", (lambda: {"docs/rules/NP1.md": "one\n"},))
    monkeypatch.setattr(generate.stale, "__defaults__", (tmp_path,))
    (tmp_path / "docs/rules").mkdir(parents=True)
    (tmp_path / "docs/rules/NP2.md").write_text("gone\n")
    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().out == "stale: docs/rules/NP1.md\nstale: docs/rules/NP2.md\n"
    assert generate.main([]) == 0
    assert (tmp_path / "docs/rules/NP1.md").read_text() == "one\n"
    assert not (tmp_path / "docs/rules/NP2.md").exists()
    assert generate.main(["--check"]) == 0


def test_readme_keeps_what_is_around_the_table(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    assert generate.readme_table() == {}
    (tmp_path / "README.md").write_text(f"before\n{generate.README_START}\nold\n{generate.README_END}\nafter\n")
    text = generate.readme_table()["README.md"]
    assert text.startswith(f"before\n{generate.README_START}\n\n| rule |")
    assert text.endswith(f"\n\n{generate.README_END}\nafter\n")
    assert "\nold\n" not in text


SCHEMA = json.loads(generate.config_file_schema()["schemas/config.schema.json"])


@pytest.mark.parametrize(
    ("config", "valid"),
    [
        ({}, True),
        ({"profile": "strict", "select": ["NP1", "NP105", "api"], "severity": {"NP105": "off"}}, True),
        ({"kubernetes-version": 1.3, "dns": {"ports": [53]}, "overrides": [{"files": ["a"], "ignore": ["NP2"]}]}, True),
        ({"profil": "strict"}, False),
        ({"select": ["NP1055"]}, False),
        ({"severity": {"NP105": "fatal"}}, False),
        ({"dns": {"ports": [0]}}, False),
        ({"overrides": [{"ignore": ["NP2"]}]}, False),
        ({"overrides": [{"files": ["a"], "exclude": ["b"]}]}, False),
        ({"options": {"NP105": {"x": 1}}}, False),
    ],
)
def test_config_schema_says_what_the_reader_says(config: dict[str, object], valid: bool) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert validator.is_valid(config) is valid
