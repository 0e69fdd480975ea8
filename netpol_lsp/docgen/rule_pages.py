"""The page of each rule, from its docstring: for docs/rules/, hover, SARIF help and `netpol-lint rule`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from netpol_lsp.findings.diagnostic import Category
from netpol_lsp.findings.rule_info import RuleInfo
from netpol_lsp.lint.examples import without_marks

CATEGORY_HELP = {
    Category.SYNTAX: "The file is not the YAML that it seems to be.",
    Category.API: "The API server refuses the manifest.",
    Category.INTENT: "Accepted, but it does not do what it seems to say.",
    Category.WORKSPACE: "Judged together with the other manifests.",
    Category.SECURITY: "More is open than one may think.",
    Category.PLATFORM: "Depends on the network plugin or the Kubernetes version; silent until these are configured.",
    Category.STYLE: "How manifests are written.",
    Category.TOOL: "About netpol-lint itself.",
}
_INDEX_HELP = (
    "Generated from the rules by `python -m netpol_lsp.docgen.generate`. In the column *profile* stands the first "
    "profile that has the rule: `recommended` is the default, `strict` adds to it, `audit` has everything."
)
_FENCE = re.compile(r"^```yaml (bad|good|fixed)[^\n]*$", re.MULTILINE)
_TITLES = {"bad": "This is reported:", "good": "This is fine:", "fixed": "Fixed:"}
_KINDS: dict[Any, str] = {
    bool: "true or false",
    int: "integer",
    str: "text",
    list[str]: "list of strings",
    list[int]: "list of integers",
}


def rule_page(info: RuleInfo) -> str:
    """The Markdown page of a rule, with a line feed at its end."""
    _, _, body = info.doc.partition("\n")
    sections = [
        f"# {info.code} {info.name}",
        info.summary + ".",
        _facts(info),
        _FENCE.sub(lambda fence: f"{_TITLES[fence[1]]}\n\n```yaml", without_marks(body)).strip(),
        _options(info),
        _suppressing(info),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def rule_index(infos: Iterable[RuleInfo]) -> str:
    """The page that lists all rules by category."""
    sections = [
        "# Rules",
        _INDEX_HELP,
    ]
    for category, members in groupby(sorted(infos, key=_by_category), key=lambda info: info.category):
        sections += [f"## {category}", CATEGORY_HELP[category], rule_table(members)]
    return "\n\n".join(sections) + "\n"


def rule_table(infos: Iterable[RuleInfo], link: str = "{code}.md") -> str:
    """A Markdown table of rules; `link` makes the address of a rule's page."""
    rows = ["| rule | severity | profile | fix | what it says |", "|---|---|---|---|---|"]
    for info in infos:
        name = f"[{info.code}]({link.format(code=info.code)}) {info.name}"
        fix = "yes" if info.is_fixable else ""
        rows.append(f"| {name} | {info.severity} | {first_profile(info)} | {fix} | {_cell(info.summary)} |")
    return "\n".join(rows)


def first_profile(info: RuleInfo) -> str:
    """The smallest profile that has the rule, and the one that has its facts."""
    if info.audit_only:
        return "audit"
    if info.opt_in:
        return "strict"
    return "recommended, facts: strict" if info.has_facts else "recommended"


def _facts(info: RuleInfo) -> str:
    fix = "yes" if info.is_fixable else "no"
    return "\n".join(
        (
            "| severity | category | profile | fix | since |",
            "|---|---|---|---|---|",
            f"| {info.severity} | {info.category} | {first_profile(info)} | {fix} | {info.since} |",
        )
    )


def _options(info: RuleInfo) -> str:
    if not info.options:
        return ""
    rows = ["## Options", "| option | value | default | meaning |\n|---|---|---|---|"]
    rows[1] += "".join(
        f"\n| `{option.name}` | {_KINDS[option.kind]} | `{_yaml(option.default)}` | {_cell(option.help)} |"
        for option in info.options
    )
    lines = "\n".join(f"    {option.name}: {_yaml(option.default)}" for option in info.options)
    rows.append(f"In `.netpol-lint.yaml`:\n\n```yaml\noptions:\n  {info.code}:\n{lines}\n```")
    return "\n\n".join(rows)


def _suppressing(info: RuleInfo) -> str:
    if info.category in (Category.SYNTAX, Category.API, Category.TOOL):
        return ""
    return (
        "## When it is wanted as it is\n\n"
        f"Say so, with the reason: `# netpol: ignore[{info.code}] reason` on the line, or on the line above it. "
        f"For rendered manifests there is the annotation `netpol-lint/ignore: {info.code}`."
    )


def _yaml(value: Any) -> str:
    """A default as YAML's flow style writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_yaml(item) for item in value) + "]"
    text = str(value)
    return text if text and (isinstance(value, int) or re.fullmatch(r"[A-Za-z][\w./-]*", text)) else f'"{text}"'


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _by_category(info: RuleInfo) -> tuple[int, str]:
    return list(Category).index(info.category), info.code
