"""Repairs of suppression comments: brackets that are missing, and comments that no one needs any more.

What someone wrote beyond the code is theirs: no fix removes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.comments import Comment

# Both are tried on a comment's text from its start. In the first, the word after `netpol` has to be followed by a code.
_OPENING = re.compile(r"netpol(?:-lint)?\s*+:?+\s*+ignore(?P<file>-file)?(?![\w-])[\s:=]*+", re.IGNORECASE)
_PROPER = re.compile(r"netpol:\s*ignore(?:-file)?\s*\[(?P<codes>[^\]]*)\]")
_CODE_SHAPED = re.compile(r"NP\d+\Z", re.IGNORECASE)
_TOKEN = re.compile(r"[\s,;+&]*(?P<word>[\w-]+)")

IsCode = Callable[[str], bool]
"""Whether a word is the code or the name of a rule that can be suppressed."""


def rewritten(text: str, is_code: IsCode) -> str | None:
    """A comment's text (without its `#`) as a suppression should be written; None when it is written so, or is none.

    `netpol: ignore NP210 because X` becomes `netpol: ignore[NP210] because X`. Only a comment that names a rule right
    after `ignore` is taken for a suppression.
    """
    opening = _OPENING.match(text)
    if opening is None:
        return None
    proper = _PROPER.match(text)
    if proper is not None and not _has_words(proper["codes"], is_code):
        return None
    rest = text[opening.end() :]
    bracket = rest[:1] if rest[:1] in ("[", "(", "{", "<") else ""
    rest = rest[len(bracket) :]
    codes: list[str] = []
    end = 0
    while token := _TOKEN.match(rest, end):
        # A name of a rule is often a common word: only the first may be a name, unless commas go on.
        word = token["word"]
        goes_on = not codes or _CODE_SHAPED.match(word) or "," in token.group()
        if not (is_code(word) and goes_on):
            break
        codes.append(word)
        end = token.end()
    if not codes:
        return None
    reason = rest[end:].strip()
    if bracket:
        # The bracket that closes: right after the codes, or after the words that were put into it.
        closing = {"[": "]", "(": ")", "{": "}", "<": ">"}[bracket]
        inner, _, after = reason.partition(closing)
        reason = f"{inner.strip()} {after.strip()}".strip()
    reason = reason.lstrip(",;:").lstrip() if reason[:1] in (",", ";", ":") else reason
    kind = "ignore-file" if opening["file"] else "ignore"
    return f"netpol: {kind}[{', '.join(codes)}]" + (f" {reason}" if reason else "")


def _has_words(codes: str, is_code: IsCode) -> bool:
    """Whether someone put the reason into the brackets: words after a code, without a comma between."""
    for item in codes.split(","):
        first, *others = item.split() or [""]
        if is_code(first) and any(not is_code(word) and not _CODE_SHAPED.match(word) for word in others):
            return True
    return False


def bracket_fix(comment: Comment, text: str, is_code: IsCode) -> Fix | None:
    """Write a malformed suppression as it should be; spans count from the start of `text`, the comment's document.

    Safe: it says what was meant, word by word, and the manifest stays as it is.
    """
    proper = rewritten(comment.text, is_code)
    if proper is None:
        return None
    start = text.index(comment.text, comment.span.start, comment.span.end)
    span = Span(start, start + len(comment.text))
    return Fix("Write the codes in brackets", (TextEdit(span, proper),))


def removal_fix(comment: Comment, text: str) -> Fix:
    """Delete a comment: its whole line, or what follows the YAML on its line. Spans count from the start of `text`."""
    start, end = comment.span.start, comment.span.end
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    if comment.is_alone:
        if text.startswith("\r\n", end):
            end += 2
        elif text[end : end + 1] in ("\n", "\r"):
            end += 1
        elif start > 0 and text[start - 1] in "\n\r":
            # The last line of a file without a line break at its end.
            start -= 2 if text[:start].endswith("\r\n") else 1
    return Fix("Delete the suppression comment", (TextEdit(Span(start, end), ""),), Applicability.UNSAFE)
