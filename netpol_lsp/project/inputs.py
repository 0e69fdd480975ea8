"""The files of a run: which they are, what holds for them, and their bytes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from netpol_lsp.files.discovery import STDIN, Discovered, discover
from netpol_lsp.files.reading import ReadProblem, TextFile, decode, read_bytes
from netpol_lsp.project.config_files import ConfigFiles, LoadedConfig
from netpol_lsp.text.endings import TEMPLATE_ENDINGS
from netpol_lsp.text.source import Source

STDIN_NAME = "<stdin>"
_WORDS = (b"network", b"polic", b"podselector")


@dataclass(slots=True)
class InputFile:
    """A file to lint: `path` as it is reported, `absolute` where it is, and its configuration.

    Not frozen, which would make it three times as slow to make: there are ten thousands of them.
    """

    path: str
    absolute: str
    loaded: LoadedConfig
    is_stdin: bool = False

    @property
    def config_key(self) -> str:
        """What tells the settings of this file from those of others."""
        return self.loaded.config.key_for(self.absolute)


class StdinOverlay:
    """Texts that stand for files: standard input, and files that are fixed but not yet written."""

    def __init__(self) -> None:
        self._texts: dict[str, TextFile] = {}

    def get(self, target: InputFile) -> TextFile | None:
        """The text that stands for a file, if any."""
        return self._texts.get(target.absolute)

    def drop(self, target: InputFile) -> None:
        """Let a file stand for itself again."""
        self._texts.pop(target.absolute, None)

    def put(self, target: InputFile, text: TextFile) -> None:
        """Let a text stand for a file from now on."""
        self._texts[target.absolute] = text


def find_manifests(
    paths: Sequence[str], configs: ConfigFiles, *, force_exclude: bool = False, seen: list[str] | None = None
) -> Discovered:
    """The manifests behind the paths of a command line, by default those of the current folder.

    What was looked at on the way goes into `seen`: absolute paths, a folder's ends in `/`.
    """
    here = os.getcwd().replace(os.sep, "/").rstrip("/") + "/"

    def is_excluded(path: str) -> bool:
        full = absolute(path, here)
        if seen is not None:
            seen.append(full)
        return configs.for_path(full).is_excluded(full)

    # A broken config file is said even where there is nothing to lint.
    for path in paths or ["."]:
        if os.path.isdir(path):
            configs.for_folder(os.path.abspath(path).replace(os.sep, "/"))
    return discover(paths or ["."], is_excluded, force_exclude=force_exclude)


def make_inputs(paths: Iterable[str], configs: ConfigFiles, stdin_name: str | None) -> list[InputFile]:
    """The targets for discovered paths."""
    here = os.getcwd().replace(os.sep, "/").rstrip("/") + "/"
    targets: list[InputFile] = []
    for path in paths:
        is_stdin = path == STDIN
        shown = (stdin_name or STDIN_NAME) if is_stdin else path
        full = absolute(shown, here)
        targets.append(InputFile(shown, full, configs.for_path(full), is_stdin))
    return targets


def absolute(path: str, here: str) -> str:
    """The path from the root, `/`-separated; `here` is the current folder with a `/` after. A folder's path keeps its `/`."""
    plain = path.replace(os.sep, "/") if os.sep != "/" else path
    if "./" not in plain and not os.path.isabs(plain):
        return here + plain
    full = os.path.abspath(plain).replace(os.sep, "/")
    return full + "/" if plain.endswith("/") else full


def read_input(target: InputFile, most: int | None = None) -> bytes | ReadProblem:
    """The bytes of a file; `most` is how many it may have."""
    read = read_bytes(target.absolute, most=most)
    return replace(read, path=target.path) if isinstance(read, ReadProblem) else read


def decode_input(target: InputFile, data: bytes) -> TextFile | ReadProblem:
    """The text of a file's bytes."""
    return decode(data, target.path)


def may_hold_policies(data: bytes) -> bool:
    """Whether bytes can be a manifest of ours in any encoding: a quick look before anything else is done with them."""
    plain = data.replace(b"\0", b"") if b"\0" in data else data
    lowered = plain.lower()
    return any(word in lowered for word in _WORDS)


def is_of_another_kind(file: InputFile, problem: ReadProblem) -> bool:
    """Whether what cannot be read as text is no loss: a template, going by its name, of something that is no manifest."""
    return problem.offset is not None and file.path.endswith(TEMPLATE_ENDINGS)


def is_template_without_policy(source: Source) -> bool:
    """Whether a file is a template of any kind of text, going by its name, that holds no policy."""
    if not source.uri.endswith(TEMPLATE_ENDINGS):
        return False
    from netpol_lsp.policies.kinds import looks_like_ours  # noqa: PLC0415 - most files are called otherwise

    return not looks_like_ours(source.text)


def may_hold_facts(data: bytes, path: str) -> bool:
    """Whether bytes can hold an object that policies depend on: a quick look, for texts in UTF-8."""
    if path.endswith(TEMPLATE_ENDINGS):
        return False
    from netpol_lsp.workspace.resource_kinds import may_hold_resources  # noqa: PLC0415 - not needed where the cache knows

    return may_hold_resources(data.decode("utf-8", "replace"), path)


def count_documents(data: bytes) -> int:
    """How many YAML documents bytes are that hold nothing of ours."""
    if b"---" not in data:
        return 1
    from netpol_lsp.yaml.documents import split  # noqa: PLC0415 - not needed where the cache knows

    return len(split(data.decode("utf-8", "replace")))
