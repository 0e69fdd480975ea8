"""What one file says, as the workspace knows it: its policies, and the facts of all other objects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from netpol_lsp.config.settings import Settings
from netpol_lsp.lint.analysis import Analysis, DocumentAnalysis, Part, analyse
from netpol_lsp.lint.locate import located_policies
from netpol_lsp.policies.kinds import looks_like_ours, may_be_ours
from netpol_lsp.text.endings import TEMPLATE_ENDINGS
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.file_resources import NO_RESOURCES, ResourceFacts, joined
from netpol_lsp.workspace.index import NO_FACTS, FileFacts
from netpol_lsp.workspace.resource_kinds import is_delivery_file, is_values_file, may_hold_resources
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.manifests import parse_manifest, split_manifest
from netpol_lsp.yaml.templates.languages import Language, language_of

if TYPE_CHECKING:
    from netpol_lsp.workspace.resources import DeliveryFacts

_SEPARATOR = len("---\r\n")
"""Documents that are no longer hold nothing; a file may have a million of them."""


def facts_depend_on(settings: Settings) -> tuple[str | None, str | None]:
    """All that this module asks the settings: facts that were kept hold as long as it is the same."""
    return settings.default_namespace, settings.workspace_cni


def file_facts(analysis: Analysis, settings: Settings, *, with_resources: bool = True) -> FileFacts:
    """The facts of a file that may hold policies."""
    parts = [part for part in analysis.parts if len(part.text) > _SEPARATOR]
    resources = (part_resources(part, analysis.source.uri, settings) for part in parts) if with_resources else ()
    starts = tuple((part.index, part.start) for part in parts if part.start)
    return FileFacts(located_policies(analysis, settings), joined(resources), starts)


def part_resources(part: Part, uri: str, settings: Settings) -> ResourceFacts:
    """The facts of one document of a file."""
    policies = (
        tuple(_chart_policies(part.analysis, uri)) if part.analysis is not None and "/templates/" in f"/{uri}" else ()
    )
    more = ResourceFacts(deliveries=policies) if policies else NO_RESOURCES
    if _is_policy_alone(part, uri) or not may_hold_resources(part.text, uri):
        return more
    document = (
        part.analysis.document if part.analysis is not None else _read(part.text, uri, language_of(part.text, uri))
    )
    from netpol_lsp.workspace.extract import resources_of  # noqa: PLC0415 - most files hold policies only

    return joined((resources_of(document, part.index, settings.default_namespace), more))


def _is_policy_alone(part: Part, uri: str) -> bool:
    """Whether a document is one policy that can be read, so that it holds no facts of other kinds."""
    if part.analysis is None or len(part.analysis.objects) != 1:
        return False
    document = part.analysis.document
    return (
        part.analysis.objects[0].node is document.root
        and document.error is None
        and not document.holes
        and "containers" not in part.text
        and not is_delivery_file(uri)
        and not is_values_file(uri)
    )


_VALUE = re.compile(r"\$?\.Values\.(?P<path>[\w.]+)\Z")


def _chart_policies(analysis: DocumentAnalysis, uri: str) -> Iterator[DeliveryFacts]:
    """For each policy of a chart's template the values that have to be true for it to be rendered."""
    from netpol_lsp.workspace.resources import DeliveryFacts  # noqa: PLC0415 - for charts only
    from netpol_lsp.yaml.templates.conditions import Operator  # noqa: PLC0415

    template = analysis.document.template
    for kube_object in analysis.objects:
        switches: list[str] = []
        for chain, number in template.chains_around(kube_object.node.start) if template is not None else ():
            condition = chain.branches[number].condition
            asked = condition.operands if condition.operator is Operator.ALL else (condition,)
            for one in asked if not number else ():
                found = _VALUE.match(one.name) if one.operator is Operator.ATOM else None
                switches += [found["path"]] if found is not None else []
        yield DeliveryFacts("policy", uri, switches=tuple(switches))


def _read(text: str, uri: str, language: Language | None) -> Document:
    """A document of which nothing but facts is wanted."""
    if language is None and not is_delivery_file(uri) and not is_values_file(uri):
        from netpol_lsp.workspace.prune import prune  # noqa: PLC0415 - most files hold policies only

        pruned = parse_manifest(prune(text), uri)
        if pruned.error is None:
            return pruned
    return parse_manifest(text, uri, language=language)


def counts(text: str, uri: str) -> bool:
    """Whether a text counts as a manifest: templates are made of any kind of text, and count where they hold a policy."""
    return not uri.endswith(TEMPLATE_ENDINGS) or looks_like_ours(text)


def facts_of(source: Source, settings: Settings) -> FileFacts:
    """The facts of a text."""
    if not counts(source.text, source.uri):
        return NO_FACTS
    if may_be_ours(source.text):
        return file_facts(analyse(source), settings)
    if not may_hold_resources(source.text, source.uri):
        return NO_FACTS
    from netpol_lsp.workspace.extract import resources_of  # noqa: PLC0415 - most files hold policies only

    language = language_of(source.text, source.uri)
    chunks = split_manifest(source.text, language)
    resources = joined(
        resources_of(_read(chunk.text, source.uri, language), chunk.index, settings.default_namespace)
        for chunk in chunks
        if may_hold_resources(chunk.text, source.uri)
    )
    starts = tuple((chunk.index, chunk.start) for chunk in chunks if chunk.start)
    return NO_FACTS if resources is NO_RESOURCES else FileFacts((), resources, starts)
