"""Values that are decided later: by a template, envsubst or SOPS, or by someone who fills in a placeholder.

What such a value will be is unknown; nothing may call it wrong. Before parsing, actions of templates are masked,
character for character, so that positions stay true.
"""

from __future__ import annotations

import re
from functools import lru_cache

from netpol_lsp.yaml.nodes import Node, Scalar, is_open, walk

MASK = "\ue000"
"""Stands for each character of a template action in masked text (a private-use character)."""

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
    | \A %[A-Za-z_]+% \Z | \A @{1,2}[A-Za-z_][\w.-]*@{1,2} \Z | \A __[A-Za-z_]+__ \Z
    """,
    re.VERBOSE | re.DOTALL,
)
_FIRST_SIGNS = frozenset("$[{<%@_xXE")


def is_unknown(node: Node) -> bool:
    """Whether a template or placeholder decides the value of this node."""
    return isinstance(node, Scalar) and is_placeholder(node.value)


def is_decided_later(node: Node) -> bool:
    """Whether any part of a value is filled in later, or may still be added to."""
    return any(is_placeholder(one.value) if isinstance(one, Scalar) else is_open(one) for one in walk(node))


_CAPITALS = re.compile(r"[A-Z][A-Z0-9]*(?:[-_][A-Z0-9]+)*\Z")
_WORDS_OF_YAML = frozenset({"NULL", "TRUE", "FALSE", "YES"})


def is_blank_to_fill(name: str) -> bool:
    """Whether a name, which has lower-case letters only, is a word for what belongs there: `NAMESPACE`, `(join('-', [$a]))`."""
    if name[:1] == "(" and name[-1:] == ")":
        return True
    return _CAPITALS.match(name) is not None and len({*name} - {"-", "_"}) > 2 and name not in _WORDS_OF_YAML


@lru_cache(maxsize=4096)
def is_placeholder(text: str) -> bool:
    """Whether a text is, or holds, something that is filled in later."""
    if MASK in text:
        return True
    if not text or ("$" not in text and "{" not in text and "<" not in text and text[0] not in _FIRST_SIGNS):
        return False
    return _PLACEHOLDER.search(text) is not None
