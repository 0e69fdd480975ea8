"""Makes the package's page for an index: README.md with links that lead to the repository, since an index has no files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"(?<=\]\()(?!https?://|#|mailto:)([^)\s]+)(?=\))")


class ReadmeHook(MetadataHookInterface):
    """Fills in the dynamic field `readme`."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Take README.md with absolute links."""
        text = (Path(self.root) / "README.md").read_text("utf-8")
        home = metadata["urls"]["Homepage"]
        metadata["readme"] = {"content-type": "text/markdown", "text": absolute_links(text, f"{home}/blob/main")}


def absolute_links(text: str, base: str) -> str:
    """A Markdown text whose relative links start at `base`; links within the page stay. Pictures are asked for as they are."""
    return _LINK.sub(lambda match: f"{base}/{match.group(1).removeprefix('./')}{_raw(match.group(1))}", text)


def _raw(name: str) -> str:
    return "?raw=true" if name.endswith((".png", ".svg")) else ""
