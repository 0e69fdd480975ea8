"""What one file says, as the workspace knows it: its policies, and the facts of all other objects."""

from __future__ import annotations

from netpol_lsp.config.settings import Settings
from netpol_lsp.lint.analysis import Analysis, Part, analyse
from netpol_lsp.lint.locate import located_policies
from netpol_lsp.policies.kinds import may_be_ours
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.extract import resources_of
from netpol_lsp.workspace.index import NO_FACTS, FileFacts
from netpol_lsp.workspace.prune import prune
from netpol_lsp.workspace.resource_kinds import is_delivery_file, may_hold_resources
from netpol_lsp.workspace.resources import NO_RESOURCES, ResourceFacts, joined
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.manifests import parse_manifest, split_manifest
from netpol_lsp.yaml.templates.languages import Language, language_of


def file_facts(analysis: Analysis, settings: Settings, *, with_resources: bool = True) -> FileFacts:
    """The facts of a file that may hold policies."""
    parts = analysis.parts if with_resources else ()
    resources = (part_resources(part, analysis.source.uri, settings) for part in parts)
    starts = tuple((part.index, part.start) for part in analysis.parts if part.start)
    return FileFacts(located_policies(analysis, settings), joined(resources), starts)


def part_resources(part: Part, uri: str, settings: Settings) -> ResourceFacts:
    """The facts of one document of a file."""
    if not may_hold_resources(part.text, uri):
        return NO_RESOURCES
    document = (
        part.analysis.document if part.analysis is not None else _read(part.text, uri, language_of(part.text, uri))
    )
    return resources_of(document, part.index, settings.default_namespace)


def _read(text: str, uri: str, language: Language | None) -> Document:
    """A document of which nothing but facts is wanted."""
    if language is None and not is_delivery_file(uri):
        pruned = parse_manifest(prune(text), uri)
        if pruned.error is None:
            return pruned
    return parse_manifest(text, uri, language=language)


def facts_of(source: Source, settings: Settings) -> FileFacts:
    """The facts of a text."""
    if may_be_ours(source.text):
        return file_facts(analyse(source), settings)
    if not may_hold_resources(source.text, source.uri):
        return NO_FACTS
    language = language_of(source.text, source.uri)
    chunks = split_manifest(source.text, language)
    resources = joined(
        resources_of(_read(chunk.text, source.uri, language), chunk.index, settings.default_namespace)
        for chunk in chunks
        if may_hold_resources(chunk.text, source.uri)
    )
    starts = tuple((chunk.index, chunk.start) for chunk in chunks if chunk.start)
    return NO_FACTS if resources is NO_RESOURCES else FileFacts((), resources, starts)
