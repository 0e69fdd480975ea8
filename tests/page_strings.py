"""Puts other strings into the data of a page: whatever a manifest could bring along."""

import re
from collections.abc import Iterator
from typing import Any

from netpol_lsp.text.visible import stand_in

HOSTILE = [
    "</script><script>document.title = 'run'</script>",
    "<img src=x onerror=\"document.title = 'run'\">",
    "`${document.title = 'run'}`",
    '\'"><b id="smuggled">',
    "<!--<script>",
    "--><script>document.title = 'run'</script>",
    "]]>&lt;b&gt;&amp;",
    "\\u003cb\\u003e\\",
    "a\u202eb\u2028c\u200bd\x00\x1b[31m",
    "javascript:document.title='run'",
    "{{constructor.constructor('document.title = 1')()}}",
    "名前🎉",
    "__proto__",
    "",
]
READ_BY_THE_PAGE = ("kind", "version", "direction", "verdict", "state", "effect", "classes", "key")


def with_strings(value: Any, texts: Iterator[str], key: str = "") -> Any:
    """Data with its strings (keys of labels, too) replaced by others, one after the other, but for what the page reads itself."""
    if key == "labels":
        return {next(texts): next(texts) for _ in value}
    if isinstance(value, dict):
        return {name: with_strings(item, texts, name) for name, item in value.items()}
    if isinstance(value, list):
        return [with_strings(item, texts, key) for item in value]
    return next(texts) if isinstance(value, str) and key not in READ_BY_THE_PAGE else value


def shown(value: Any) -> Any:
    """Data as the page has it: what could not be seen is shown by its number."""
    if isinstance(value, dict):
        return {shown(name): shown(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, str):
        return re.sub("[^\x00-\x7e]", lambda match: stand_in(match.group()) or match.group(), value)
    return value
