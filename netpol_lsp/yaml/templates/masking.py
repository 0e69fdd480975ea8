"""Values that a template engine decides later: Helm, Jinja, envsubst, SOPS, and written placeholders.

A template's text is masked before parsing, character for character, so that positions stay true. What
a template produces is unknown; nothing may call it wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Node, Scalar

MASK = "\ue000"
"""Stands for each character of a template action in masked text (a private-use character)."""

_ACTION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_ACTIONS_ALONE = re.compile(
    r"^[ \t]*(?:(?:\{\{(?:(?!\}\}).)*\}\}|\{%(?:(?!%\}).)*%\})[ \t]*)+(?:#[^\n\r]*)?$",
    re.DOTALL | re.MULTILINE,
)
_IS_END = re.compile(r"\s*(?:\{\{-?\s*end\s*-?\}\}|\{%-?\s*end\w+\s*-?%\})\s*\Z")
_PLACEHOLDER = re.compile(
    r"""
    \$\{[^}\n]*\}            # ${APP}, ${APP:=x}
    | \$\([^)\n]*\)          # $(APP)
    | \$[A-Za-z_]            # $APP
    | \{\{ | \}\} | \{%      # an action that was not closed, or quoted
    | \A ENC\[.*\] \Z        # SOPS
    | \A (?:[xX]{1,3}\.){3}[xX]{1,3}  # x.x.x.x/16
    | \A \[[A-Za-z][^\]]*\]  # [target]/32
    | <[A-Za-z][A-Za-z0-9 _.-]*>    # <namespace>
    | \A <[^<>\n]+> \Z       # <put your address here>
    | \A %[A-Za-z_]+% \Z | \A @[A-Za-z_]+@ \Z | \A __[A-Za-z_]+__ \Z
    """,
    re.VERBOSE | re.DOTALL,
)
_FIRST_SIGNS = frozenset("$[{<%@_xXE")


@dataclass(frozen=True, slots=True)
class Masked:
    """A template's text without its actions. `holes`: where actions alone on their lines may put in, or leave out, anything."""

    text: str
    holes: tuple[Span, ...]


def mask(text: str) -> Masked | None:
    """The text with every template action masked, or None when it has none.

    An action alone on its line (control flow, an include) becomes a hole of blanks; others become one unknown word.
    """
    if "{{" not in text and "{%" not in text:
        return None
    holes = tuple(Span(*match.span()) for match in _ACTIONS_ALONE.finditer(text) if not _IS_END.match(match.group()))
    masked = _ACTIONS_ALONE.sub(lambda match: _blank(match.group()), text)
    masked = _ACTION.sub(lambda match: _keep_lines(match.group()), masked)
    return None if masked == text else Masked(masked, holes)


def is_unknown(node: Node) -> bool:
    """Whether a template or placeholder decides the value of this node."""
    return isinstance(node, Scalar) and is_placeholder(node.value)


@lru_cache(maxsize=4096)
def is_placeholder(text: str) -> bool:
    """Whether a text is, or holds, something that is filled in later."""
    if MASK in text:
        return True
    if not text or ("$" not in text and "{" not in text and "<" not in text and text[0] not in _FIRST_SIGNS):
        return False
    return _PLACEHOLDER.search(text) is not None


def _blank(text: str) -> str:
    return re.sub(r"[^\n\r]", " ", text)


def _keep_lines(text: str) -> str:
    return re.sub(r"[^\n\r]", MASK, text) if "\n" not in text and "\r" not in text else _mask_lines(text)


def _mask_lines(text: str) -> str:
    """An action over several lines: the first line is the unknown word, the rest is blank."""
    first = re.match(r"[^\n\r]*", text)
    length = first.end() if first else 0
    return MASK * length + _blank(text[length:])
