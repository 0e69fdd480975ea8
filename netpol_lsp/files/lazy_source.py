"""A source whose text is read from disk when someone asks for it."""

from __future__ import annotations

from netpol_lsp.files.reading import ReadProblem, read_file
from netpol_lsp.text.source import Source


class LazySource(Source):
    """The source of a file whose findings are known already: its text is needed only to show them."""

    _path: str

    def __init__(self, uri: str, path: str) -> None:
        """Stands for the file at `path`, named `uri` in reports."""
        object.__setattr__(self, "uri", uri)
        object.__setattr__(self, "version", None)
        object.__setattr__(self, "_path", path)

    def __getattr__(self, name: str) -> object:
        """Read the file at the first use of its text."""
        if name not in ("text", "has_bom"):
            raise AttributeError(name)
        read = read_file(self._path)
        source = Source(self.uri, "") if isinstance(read, ReadProblem) else read.source
        object.__setattr__(self, "text", source.text)
        object.__setattr__(self, "has_bom", source.has_bom)
        return getattr(source, name)
