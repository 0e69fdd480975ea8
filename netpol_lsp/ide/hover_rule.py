"""A finding explained in Markdown: what, why and how to fix it."""

from __future__ import annotations

import re

from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.findings.rule_info import RuleInfo
from netpol_lsp.text.edits import Applicability
from netpol_lsp.text.markup import markdown_text

_SECTION = re.compile(r"^## +(.+)$", re.MULTILINE)
_BLOCK = re.compile(r"[-*+] |\d+[.)] |#+ |\||>")
_FENCE = re.compile(r"^```.*?^```[ \t]*$\n?", re.MULTILINE | re.DOTALL)


def explain_finding(diagnostic: Diagnostic, info: RuleInfo | None, page: str | None) -> str:
    """What a finding's rule is about, its reasons, and the fixes; `page` is the address of the rule's page.

    Editors show the message itself right beside it.
    """
    lines = [
        f"**{diagnostic.severity.value} {_linked(diagnostic.code, page)} {diagnostic.name}**"
        + (f": {info.summary}." if info else f": {markdown_text(diagnostic.message)}")
    ]
    why = section(info, "Why") if info else ""
    if why:
        lines += ["", why]
    for fix in diagnostic.fixes:
        note = "" if fix.applicability is Applicability.SAFE else " (unsafe)"
        lines += ["", f"Fix: {markdown_text(fix.title)}{note}"]
    return "\n".join(lines)


def explain_rule(info: RuleInfo, page: str | None) -> str:
    """A rule by itself, for its code in a suppression comment."""
    parts = [
        f"**{_linked(info.code, page)} {info.name}** ({info.severity.value}): {info.summary}.",
        section(info, "Why"),
    ]
    return "\n\n".join(part for part in parts if part)


def section(info: RuleInfo, title: str) -> str:
    """A section of a rule's page without its examples; empty when there is none."""
    found = list(_SECTION.finditer(info.doc))
    for number, match in enumerate(found):
        if match.group(1).strip() == title:
            end = found[number + 1].start() if number + 1 < len(found) else len(info.doc)
            return unwrapped(_FENCE.sub("", info.doc[match.end() : end]).strip())
    return ""


def unwrapped(text: str) -> str:
    """Markdown whose paragraphs and list items are one line each: how wide a line is, the client knows."""
    lines: list[str] = []
    is_open = False
    for line in text.splitlines():
        written = line.strip()
        starts = _BLOCK.match(written) is not None
        if is_open and written and not starts:
            lines[-1] += f" {written}"
        else:
            lines.append(line.rstrip())
        # After a heading, a table's row or an empty line nothing goes on.
        is_open = bool(written) and not written.startswith(("#", "|"))
    return "\n".join(lines)


def _linked(code: str, page: str | None) -> str:
    return f"[{code}]({page})" if page else code
