"""Why a connection of a workspace is allowed or not, as an editor shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from netpol_lsp.config.settings import Settings
from netpol_lsp.explanations.connection import VERDICTS
from netpol_lsp.formats.ansi import Pen
from netpol_lsp.formats.reach import why_markdown, why_text
from netpol_lsp.formats.reach.places import Places, duplicate_sentences
from netpol_lsp.lint.known_cluster import cluster_and_names
from netpol_lsp.reach.question import ask_why
from netpol_lsp.text.markup import markdown_text
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class ConnectionAnswer:
    """`verdict`: allow, deny, unknown, or mixed when some of what was asked about is allowed and some denied.

    `files`: what the files are called in `text`, and their URIs.
    """

    verdict: str
    text: str
    markdown: str
    files: Mapping[str, str] = field(default_factory=dict)


class WorkspaceTexts(Mapping[str, Source]):
    """The texts of a workspace's files by URI; each is read when someone first asks for it. `read` gives None for what cannot be read."""

    def __init__(self, view: WorkspaceSnapshot, read: Callable[[str], Source | None]) -> None:
        self._view = view
        self._read = read
        self._known: dict[str, Source | None] = {}

    @property
    def asked(self) -> Iterator[str]:
        """The URIs of the texts that were found."""
        return (uri for uri, source in self._known.items() if source is not None)

    def __getitem__(self, uri: str) -> Source:
        if uri not in self._known:
            self._known[uri] = self._read(uri)
        found = self._known[uri]
        if found is None:
            raise KeyError(uri)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._view.index.files)

    def __len__(self) -> int:
        return len(self._view.index.files)


class WorkspaceStarts(Mapping[tuple[str, int], int]):
    """Where the documents of a workspace's files start, by URI and number."""

    def __init__(self, view: WorkspaceSnapshot) -> None:
        self._view = view

    def __getitem__(self, key: tuple[str, int]) -> int:
        return self._view.places.start(*key)

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return ((uri, number) for uri, facts in self._view.index.files.items() for number, _ in facts.starts)

    def __len__(self) -> int:
        return sum(len(facts.starts) for facts in self._view.index.files.values())


def answer_connection(
    view: WorkspaceSnapshot,
    settings: Settings,
    read: Callable[[str], Source | None],
    title: Callable[[str], str],
    source: str,
    destination: str,
    port: str | None = None,
) -> ConnectionAnswer:
    """The answer to `FROM TO[:PORT]`, as `netpol-lint why` gives it; raises QuestionProblem.

    `title`: what a file, named by its URI, is called.
    """
    known, names = cluster_and_names(view, settings)
    found = ask_why(known.engine, names, source, destination, port)
    texts = WorkspaceTexts(view, read)
    places = Places(texts, WorkspaceStarts(view), title, view.places.rendered)
    verdict = MIXED if found.is_mixed else VERDICTS[found.verdict]
    text, markdown = why_text.render(found, places, Pen(False)), why_markdown.render(found, places)
    notes = list(duplicate_sentences(known.duplicates, places, found.namespaces))
    if notes:
        text += "\n" + "".join(f"{note}\n" for note in notes)
        markdown += "\n" + "".join(f"- {markdown_text(note)}\n" for note in notes)
    return ConnectionAnswer(verdict, text, markdown, {title(uri): uri for uri in texts.asked})
