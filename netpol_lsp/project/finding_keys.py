"""What the findings of a file depend on besides its text."""

from __future__ import annotations

from netpol_lsp.project.disk_cache import digest
from netpol_lsp.project.inputs import InputFile


class FindingKeys:
    """Keys of what is kept of files: one that is the same says that all is the same that it stands for.

    `workspace`: stands for all manifests that are known. `run`: for the configurations of all files, as they decide whether any
    rule looks at other manifests.
    """

    def __init__(self, workspace: str = "", run: str = "") -> None:
        self._workspace = workspace
        self._run = run
        self._known: dict[tuple[str, str], tuple[str, str]] = {}

    def of(self, target: InputFile, *, alone: bool) -> str:
        """The key of a file's findings; `alone`: no rule looked at the other manifests."""
        return self._both(target)[not alone]

    def settings(self, target: InputFile) -> str:
        """The key of what a file's findings depend on besides the manifests."""
        return self._both(target)[0]

    def fits(self, target: InputFile, key: str) -> bool:
        """Whether findings with this key still hold."""
        return key in self._both(target)

    def _both(self, target: InputFile) -> tuple[str, str]:
        # A path is shown, and judged, as it is named: from another folder it is another one.
        start = target.absolute.removesuffix(target.path)
        key = (target.config_key, start)
        known = self._known.get(key)
        if known is None:
            alone = digest(*key, self._run)
            known = self._known[key] = (alone, digest(alone, self._workspace))
        return known
