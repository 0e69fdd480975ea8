"""Reads a whole cluster from files: what why, connectivity, diff and test stand on."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from netpol_lsp.capabilities.fact import Capability
from netpol_lsp.config.settings import Settings
from netpol_lsp.files.reading import ReadProblem, decode
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.project.config_files import ConfigFiles
from netpol_lsp.project.context_inputs import load_context
from netpol_lsp.project.inputs import (
    InputFile,
    decode_input,
    find_manifests,
    is_of_another_kind,
    make_inputs,
    read_input,
)
from netpol_lsp.project.platform_detection import detected_layer, hints_in_text
from netpol_lsp.reach.cluster import Cluster
from netpol_lsp.reach.enforcement import Enforcement, enforcement_of
from netpol_lsp.reach.from_facts import DEFAULT_NAMESPACE, ClusterBuilder, Duplicate
from netpol_lsp.reach.intent_files import may_hold_tests
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.document_places import WrittenAt
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from netpol_lsp.yaml.documents import split

if TYPE_CHECKING:
    from netpol_lsp.project.renderings import Renderings


@dataclass(frozen=True)
class ClusterInputs:
    """A cluster with the texts that it was read from.

    `starts`: where documents start, by path and number. `problems` are sentences about what could not be read. `rendered`:
    for texts that were rendered, where they were written.
    """

    cluster: Cluster
    settings: Settings
    sources: dict[str, Source] = field(default_factory=dict)
    starts: dict[tuple[str, int], int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    rendered: Mapping[str, WrittenAt] = field(default_factory=dict)

    @property
    def enforcement(self) -> Enforcement:
        """What the configured network plugin makes of policies."""
        return enforcement_of(self.settings.capabilities)


def read_cluster(paths: Sequence[str], configs: ConfigFiles, *, stdin_name: str | None = None) -> ClusterInputs:
    """The cluster that the manifests after some paths describe, with the context of their configurations."""
    discovered = find_manifests(paths, configs)
    inputs = make_inputs(discovered.paths, configs, stdin_name)
    problems = list(map(str, discovered.problems))
    sources: list[tuple[Source, InputFile]] = []
    for file in inputs:
        read = _read(file)
        if isinstance(read, ReadProblem):
            problems += [] if is_of_another_kind(file, read) else [str(read)]
        else:
            sources.append((read, file))
    context = load_context(inputs)
    problems += context.problems
    readable = (*(source for source, _ in sources), *(text.source for text in context.texts))
    configs.use_detected(detected_layer(hint for source in readable for hint in hints_in_text(source)))
    texts = [(source, file.loaded.config.for_file(file.absolute).settings) for source, file in sources]
    settings = texts[0][1] if texts else configs.for_folder(".").config.for_file().settings
    more = [(text.source, text.settings) for text in context.texts]
    renderings = None
    if configs.asks_for_rendering:
        from netpol_lsp.project.render_inputs import render_inputs  # noqa: PLC0415 - most runs render nothing

        renderings = render_inputs(inputs, configs)
        problems += renderings.refused
    return cluster_of(texts, more, settings, problems, renderings)


def cluster_of(
    texts: Iterable[tuple[Source, Settings]],
    context: Iterable[tuple[Source, Settings]] = (),
    settings: Settings | None = None,
    problems: Iterable[str] = (),
    renderings: Renderings | None = None,
) -> ClusterInputs:
    """The cluster that some texts describe, and what was rendered."""
    linted, behind = list(texts), list(context)
    facts = {source.uri: facts_of(source, own) for source, own in (*behind, *linted)}
    if renderings:
        facts = renderings.facts(facts)
    snapshot = WorkspaceSnapshot.of_files(facts, [source.uri for source, _ in behind])
    known = settings or Settings()
    ignores_types = known.capabilities.has(Capability.POLICY_TYPES) is False
    builder = ClusterBuilder(known.default_namespace or DEFAULT_NAMESPACE, ignores_types=ignores_types)
    cluster = builder.build(snapshot)
    sources = {source.uri: source for source, _ in (*behind, *linted)}
    starts = {(uri, number): start for uri, found in facts.items() for number, start in found.starts}
    for uri, source in sources.items():
        if not facts[uri].starts and "---" in source.text and may_hold_tests(source.text):
            # Files of tests hold no facts, and have places all the same.
            starts |= {(uri, chunk.index): chunk.start for chunk in split(source.text)}
    inputs = ClusterInputs(cluster, known, sources, starts, tuple(problems), tuple(builder.duplicates))
    if not renderings:
        return inputs
    return replace(
        inputs,
        sources={**renderings.sources(), **sources},
        problems=(*inputs.problems, *renderings.failures),
        rendered=renderings.written,
    )


def _read(file: InputFile) -> Source | ReadProblem:
    data = sys.stdin.buffer.read() if file.is_stdin else read_input(file)
    if isinstance(data, ReadProblem):
        return data
    text = decode(data, file.path) if file.is_stdin else decode_input(file, data)
    return text if isinstance(text, ReadProblem) else text.source
