"""Finds and loads `.netpol-lint.yaml` for files: the nearest one upwards, with what it extends."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from netpol_lsp.config.config import Config, Layer, Setting
from netpol_lsp.config.problem import ConfigProblem
from netpol_lsp.files.boundary import EVERYWHERE, HOW_TO_ALLOW, Boundary, boundary_of
from netpol_lsp.files.discovery import CONFIG_NAME
from netpol_lsp.files.gitignore import Patterns, globs_in
from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span

if TYPE_CHECKING:
    from netpol_lsp.config.config_file import ConfigFile

_LARGEST = 1_000_000
"""Bytes of a config file: a thousand times as much as people write."""


class LoadedConfig:
    """A configuration with the config file it comes from (None for defaults) and what is wrong in its files.

    `files`: absolute paths of all files it was read from, for who wants to watch them. `boundary`: where what its files
    name must lie.
    """

    def __init__(
        self,
        config: Config,
        path: str | None = None,
        files: Sequence[str] = (),
        problems: Sequence[ConfigProblem] = (),
        boundary: Boundary = EVERYWHERE,
    ) -> None:
        self.config = self._written = config
        self._detected = Layer({})
        self.path = path
        self.files = tuple(files)
        self.problems = tuple(problems)
        self.boundary = boundary
        excludes = [setting for layer in config.layers if (setting := layer.settings.get("exclude")) and setting.value]
        self._excludes = [(_folder_of(setting.origin.path) + "/", Patterns(setting.value)) for setting in excludes]

    def is_excluded(self, path: str) -> bool:
        """Whether the configuration leaves out a path (absolute, `/`-separated; a folder's ends in `/`)."""
        return any(path.startswith(base) and patterns.covers(path[len(base) :]) for base, patterns in self._excludes)

    def use_detected(self, layer: Layer) -> None:
        """Take what was found in manifests as the weakest layer, in place of what was found before; unless `detect` says no."""
        switch = self._written.setting("detect")
        if switch is not None and switch.value is False:
            layer = Layer({})
        if layer != self._detected:
            self._detected = layer
            self.config = Config((layer, *self._written.layers)) if layer.settings else self._written

    @property
    def context_settings(self) -> tuple[Setting, ...]:
        """What says `context`: the config files, of which the strongest counts, and the user beside them."""
        layers = [layer for layer in self.config.layers if layer.matches is None]
        said = [setting for layer in layers if (setting := layer.settings.get("context")) is not None]
        written = [setting for setting in said if setting.origin.path is not None]
        return (*written[-1:], *(setting for setting in said if setting.origin.path is None))

    @property
    def context_paths(self) -> tuple[str, ...]:
        """The paths of `context`; those of a config file are relative to it."""
        return tuple(path for setting in self.context_settings for path in paths_of(setting))


def paths_of(setting: Setting) -> tuple[str, ...]:
    """The paths that a setting lists; those of a config file are relative to it."""
    if setting.origin.path is None:
        return tuple(setting.value)
    folder = os.path.dirname(setting.origin.path)
    return tuple(os.path.normpath(os.path.join(folder, path)) for path in setting.value)


class ConfigFiles:
    """The configurations of a run or a workspace, each file read once.

    `extra` are layers on top of every configuration, such as the command line's. `only`: use this config
    file for everything; `ignore_files`: use none. `allow_outside`: config files may name what is outside their
    repository, on the user's word.
    """

    def __init__(
        self,
        extra: Sequence[Layer] = (),
        *,
        only: str | None = None,
        ignore_files: bool = False,
        allow_outside: bool = False,
    ) -> None:
        self._extra = tuple(extra)
        self._allow_outside = allow_outside
        self._detected = Layer({})
        self._by_path: dict[str, LoadedConfig] = {}
        self._by_folder: dict[str, LoadedConfig] = {}
        self._default = LoadedConfig(Config(self._extra))
        self._fixed = self._default if ignore_files else None
        if only is not None:
            # Whatever it is and wherever it lies: the user names it.
            self._by_path[only] = self._fixed = load_config(only, extra, allow_outside=allow_outside, is_named=True)

    def for_path(self, path: str) -> LoadedConfig:
        """The configuration for a file or folder (absolute, `/`-separated), which is that of the folder it is in."""
        if self._fixed is not None:
            return self._fixed
        folder = path[: path.rfind("/", 0, -1)]
        return self._by_folder.get(folder) or self.for_folder(folder or "/")

    def for_folder(self, folder: str) -> LoadedConfig:
        """The configuration for the files in a folder (absolute): the nearest config file upwards."""
        if self._fixed is not None:
            return self._fixed
        found = self._by_folder.get(folder)
        if found is None:
            path = os.path.join(folder, CONFIG_NAME)
            above = os.path.dirname(folder)
            if os.path.lexists(path) and not os.path.isdir(path):
                found = self.load(path)
            else:
                found = self._default if above == folder else self.for_folder(above)
            self._by_folder[folder] = found
        return found

    def load(self, path: str) -> LoadedConfig:
        """The configuration of one config file."""
        if path not in self._by_path:
            loaded = load_config(path, self._extra, allow_outside=self._allow_outside)
            loaded.use_detected(self._detected)
            self._by_path[path] = loaded
        return self._by_path[path]

    def use_detected(self, layer: Layer) -> None:
        """Take what was found in manifests as the weakest layer of every configuration, those that are read later, too."""
        self._detected = layer
        for loaded in (self._default, *self._by_path.values()):
            loaded.use_detected(layer)

    @property
    def asks_for_rendering(self) -> bool:
        """Whether a configuration that was read asks for a rendering."""
        settings = (loaded.config.setting("render") for loaded in {self._default, *self._by_path.values()})
        return any(setting is not None and not setting.value.is_empty for setting in settings)

    @property
    def default(self) -> LoadedConfig:
        """The configuration where there is no config file."""
        return self._default

    def loaded(self) -> tuple[LoadedConfig, ...]:
        """The configurations read so far, by path."""
        return tuple(self._by_path[path] for path in sorted(self._by_path))


def load_config(
    path: str, extra: Sequence[Layer] = (), *, allow_outside: bool = False, is_named: bool = False
) -> LoadedConfig:
    """Read a config file and those that it extends; never raises.

    What is outside its repository is read with `allow_outside` only, and never quoted. `is_named`: the user names
    the file itself.
    """
    boundary = boundary_of(path)
    layers: list[Layer] = []
    problems: list[ConfigProblem] = []
    files: list[str] = []
    asked_by: Setting | None = None
    current = path
    while True:
        absolute = os.path.abspath(current)
        if absolute in files:
            problems.append(_at(asked_by, f"`{asked_by.value if asked_by else path}` extends itself in a circle"))
            break
        is_outside = not (is_named and asked_by is None) and not boundary.holds(absolute)
        if is_outside and not allow_outside:
            problems.append(_outside(path, asked_by))
            break
        read = read_source(current, most=_LARGEST)
        if isinstance(read, ReadProblem):
            problems.append(_unreadable(read, asked_by))
            break
        files.append(absolute)
        parsed = _parse(read)
        if is_outside and parsed.problems:
            problems.append(_wrong_outside(path, asked_by))
        else:
            problems += parsed.problems
        layers[:0] = parsed.layers
        if parsed.extends is None:
            break
        asked_by = parsed.extends
        current = os.path.join(os.path.dirname(current), parsed.extends.value)
    return LoadedConfig(Config((*layers, *extra)), path, files, problems, EVERYWHERE if allow_outside else boundary)


def _outside(path: str, asked_by: Setting | None) -> ConfigProblem:
    if asked_by is None:
        return ConfigProblem(path, Span(0, 0), 1, 1, f"leads out of the repository: {HOW_TO_ALLOW}")
    return _at(asked_by, f"`{asked_by.value}` is outside the repository: {HOW_TO_ALLOW}")


def _wrong_outside(path: str, asked_by: Setting | None) -> ConfigProblem:
    """That something is wrong in a file outside of the repository, without a word of it."""
    message = "is not a valid config file; run netpol-lint in its folder to see why"
    if asked_by is None:
        return ConfigProblem(path, Span(0, 0), 1, 1, message)
    return _at(asked_by, f"`{asked_by.value}` {message}")


def _parse(source: Source) -> ConfigFile:
    from netpol_lsp.config.config_file import parse_config  # noqa: PLC0415 - brings YAML and all rules with it

    return parse_config(source, lambda globs: globs_in(_folder_of(source.uri), globs))


def _folder_of(path: str | None) -> str:
    """The absolute folder of a config file, without a `/` at its end."""
    return os.path.dirname(os.path.abspath(path or "")).replace(os.sep, "/").rstrip("/")


def _unreadable(read: ReadProblem, asked_by: Setting | None) -> ConfigProblem:
    if asked_by is None:
        return ConfigProblem(read.path, Span(0, 0), read.line or 1, 1, read.message)
    return _at(asked_by, f"`{asked_by.value}` {read.message}")


def _at(setting: Setting | None, message: str) -> ConfigProblem:
    origin = setting.origin if setting else None
    return ConfigProblem((origin and origin.path) or "", Span(0, 0), (origin and origin.line) or 1, 1, message)
