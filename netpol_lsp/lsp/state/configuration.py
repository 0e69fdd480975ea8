"""Which configuration holds for a document, and the client's own few settings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from netpol_lsp.config.config import FileConfig, Layer, default_file_config
from netpol_lsp.config.problem import ConfigProblem
from netpol_lsp.files.discovery import would_discover
from netpol_lsp.project.config_files import ConfigFiles, LoadedConfig
from netpol_lsp.project.context_manifests import ContextProblem, problems_of_config
from netpol_lsp.project.platform_detection import NO_LAYER

SECTION = "netpol"
"""The section of the client's settings that is ours."""


@dataclass(frozen=True, slots=True)
class InlayHintSettings:
    """Which inlay hints are drawn."""

    peers: bool = True
    """AND and OR between and inside peers."""
    meaning: bool = True
    """What empty things mean: allows everyone, allows nothing, every pod."""
    types: bool = True
    """The policyTypes that the API server fills in."""
    protocol: bool = True
    """TCP where no protocol is written."""
    namespace: bool = True
    """The configuration's default-namespace where none is written."""
    verdicts: bool = True
    """Whether each test of a ConnectivityTest file holds."""


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """What the editor may set. Rules are not among it: they belong to the project, so that CI agrees."""

    inlay_hints: InlayHintSettings = InlayHintSettings()
    code_lens: bool = True
    show_results: bool = True
    """Whether the server shows what a command found; a client that does it itself says no."""
    code_action_menu: bool = False
    """Whether the client lets the user choose among code actions: it then gets all, not only fixes of what it names."""
    suggest_command: str = ""
    """The client's own command that opens completion: it is run after a key was accepted, for the key's values."""
    why_command: str = ""
    """The client's own command that asks about a connection, `{"to": NAME}`: a lens over workloads runs it."""
    render: bool = False
    """Whether what config files name under `render` is rendered: that runs Helm and kustomize on it."""
    cluster_status: bool = False
    """Whether the client wants to be told what is known of the cluster (`netpol/cluster`), as for a status bar."""


def parse_settings(data: Any, initial: ClientSettings = ClientSettings()) -> ClientSettings:
    """The client's settings; what is missing or of another shape is as in `initial`, what the client started with."""
    section: dict[str, Any] = data if isinstance(data, dict) else {}
    inner = section.get(SECTION)
    if isinstance(inner, dict):
        section = inner
    hints = section.get("inlayHints")
    names = [field.name for field in fields(InlayHintSettings)]
    if isinstance(hints, bool):
        switches = dict.fromkeys(names, hints)
    else:
        written = hints if isinstance(hints, dict) else {}
        switches = {name: written[name] for name in names if isinstance(written.get(name), bool)}

    def switch(name: str, default: bool) -> bool:  # noqa: FBT001 - a value, not a choice of behaviour
        value = section.get(name)
        return value if isinstance(value, bool) else default

    def word(name: str, default: str) -> str:
        value = section.get(name)
        return value if isinstance(value, str) else default

    return ClientSettings(
        replace(initial.inlay_hints, **switches),
        switch("codeLens", initial.code_lens),
        switch("showResults", initial.show_results),
        switch("codeActionMenu", initial.code_action_menu),
        word("suggestCommand", initial.suggest_command),
        word("whyCommand", initial.why_command),
        switch("render", initial.render),
        switch("clusterStatus", initial.cluster_status),
    )


class Configuration:
    """The project's config files, read when a document needs them."""

    def __init__(self) -> None:
        self._allow_outside = False
        self._allow_rendering = False
        self.roots: tuple[str, ...] = ()
        self.initial = ClientSettings()
        """What the client said with `initialize`; its settings are laid over it."""
        self.settings = self.initial
        self._files = ConfigFiles()
        self.detected = NO_LAYER
        self._found: dict[str, bool] = {}
        self.context_problems: tuple[ContextProblem, ...] = ()

    @property
    def may_render(self) -> bool:
        """Whether the user, by an option or a setting of their own, allows that programs run on what config files name."""
        return self._allow_rendering or self.settings.render

    def allow_rendering(self) -> None:
        """Let what config files name be rendered, on the user's word."""
        self._allow_rendering = True

    def allow_outside(self) -> None:
        """Let config files name what is outside their repository, on the user's word."""
        self._allow_outside = True
        self.reload()

    @property
    def folders(self) -> tuple[str, ...]:
        """The workspace's folders whose files are read: no one means all of a disk or of a home by opening it."""
        home = os.path.expanduser("~").replace(os.sep, "/")
        return tuple(root for root in self.roots if os.path.dirname(root) != root and root != home)

    def for_path(self, path: str | None) -> LoadedConfig:
        """The configuration of a file; an unsaved one has that of the first workspace folder."""
        if path is not None:
            return self._files.for_path(path)
        if self.roots:
            return self._files.for_folder(self.roots[0])
        return self._files.default

    def for_document(self, path: str | None) -> tuple[FileConfig, bool]:
        """What the engine needs for a document, and whether it is wanted at all."""
        if path is None and not self.roots:
            return default_file_config(), True
        loaded = self.for_path(path)
        return loaded.config.for_file(path), path is None or not loaded.is_excluded(path)

    def is_excluded(self, path: str) -> bool:
        """Whether the configuration leaves out a file or folder (a folder's path ends in `/`)."""
        return self.for_path(path.rstrip("/")).is_excluded(path)

    def is_inside(self, path: str) -> bool:
        """Whether a path lies in a folder of the workspace, or is one."""
        plain = path.rstrip("/")
        return any(plain == root or plain.startswith(f"{root.rstrip('/')}/") for root in self.roots)

    def finds(self, path: str) -> bool:
        """Whether `netpol-lint`, run over the workspace's folders, takes a file."""
        return any(would_discover(folder, path, self.is_excluded) for folder in self.folders)

    def counts(self, path: str | None) -> bool:
        """Whether other files are judged by the policies of an open document: those that CI does not see do not count.

        An unsaved document will be saved; without folders the open documents are all there is.
        """
        if path is None or not self.folders:
            return True
        if path not in self._found:
            self._found[path] = self.finds(path)
        return self._found[path]

    def loaded(self) -> tuple[LoadedConfig, ...]:
        """The config files in use."""
        return self._files.loaded()

    def problems(self) -> Iterator[ConfigProblem]:
        """What is wrong in the config files in use, and with the manifests that these name."""
        for loaded in self.loaded():
            yield from loaded.problems
            yield from problems_of_config(loaded, self.context_problems)

    def reload(self) -> None:
        """Forget the config files: they are read again when needed."""
        self._files = ConfigFiles(allow_outside=self._allow_outside)
        self._files.use_detected(self.detected)
        self._found = {}

    def use_detected(self, layer: Layer) -> bool:
        """Take what the workspace's manifests tell of the cluster; whether that is something else than before."""
        if layer == self.detected:
            return False
        self.detected = layer
        self._files.use_detected(layer)
        return True

    def concerns(self, paths: Iterable[str]) -> bool:
        """Whether one of the paths is a config file that is in use."""
        used = {path.replace("\\", "/") for loaded in self.loaded() for path in loaded.files}
        return any(path in used for path in paths)
