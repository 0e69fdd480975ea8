"""How the files are called that may hold manifests."""

from __future__ import annotations

MANIFEST_ENDINGS = (".yaml", ".yml", ".json")
TEMPLATE_ENDINGS = (".tpl", ".j2", ".jinja", ".jinja2", ".erb", ".ejs", ".tftpl", ".gotmpl")
"""Of templates of any kind of text: what is in them counts only where it is a policy."""
TAKEN_ENDINGS = (*MANIFEST_ENDINGS, *TEMPLATE_ENDINGS)
"""What is taken from folders."""
