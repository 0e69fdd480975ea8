"""The page itself: one file with its data, its program and the graph library in it, and no way out.

A policy in the page (Content-Security-Policy) lets run the scripts and styles that are in it, known by their hashes, and
nothing else: neither what a hostile name could smuggle in, nor a request to anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re

from netpol_lsp import __version__
from netpol_lsp.formats.page.fallback import fallback
from netpol_lsp.formats.page.tables import Data
from netpol_lsp.resources import text_resource
from netpol_lsp.text.visible import stand_in

FOLDER = "formats/page/assets"
LIBRARY = "cytoscape.min.js"
SCRIPTS = ("model.js", "dom.js", "layout.js", "graph.js", "details.js", "tables.js", "page.js")
"""Ours, in the order in which they are put together."""
STYLE_ID = "__________cytoscape_stylesheet"
"""The library puts a style of its own into the page unless it finds one of this name; ours has what is in it."""
TITLES = {"connectivity": "Who may talk to whom", "diff": "What the change opens and closes"}
# What could end the element that holds the data, or begin another one.
_TAGS = re.compile("[<>&]")
_FOREIGN = re.compile("[^\x00-\x7e]")


def page(data: Data) -> str:
    """The page that shows what `connectivity_data` or `diff_data` made."""
    library = text_resource(f"{FOLDER}/{LIBRARY}")
    program = "\n".join(text_resource(f"{FOLDER}/{name}") for name in SCRIPTS)
    style = text_resource(f"{FOLDER}/page.css")
    title = html.escape(": ".join(filter(None, (TITLES[data["kind"]], data["subject"]))))
    policy = (
        f"default-src 'none'; script-src {_hash(library)} {_hash(program)}; style-src {_hash(style)}; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="netpol-lint {__version__}">
<title>{title}</title>
<style id="{STYLE_ID}">{style}</style>
</head>
<body>
{text_resource(f"{FOLDER}/page.html")}
<noscript>
{fallback(data)}
</noscript>
<script type="application/json" id="data">{as_json(data)}</script>
<script>{library}</script>
<script>{program}</script>
</body>
</html>
"""


def as_json(data: Data) -> str:
    """Data as JSON that may be inside a script element: it holds nothing that HTML could take for a tag."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    text = _TAGS.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
    return _FOREIGN.sub(lambda match: _shown(match.group()), text)


def _shown(char: str) -> str:
    """A character of a JSON string; one that could not be seen, or would turn the text around it, is shown by its number."""
    return (stand_in(char) or char).replace("\\", "\\\\")


def _hash(text: str) -> str:
    """How a policy names an inline script or style."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
