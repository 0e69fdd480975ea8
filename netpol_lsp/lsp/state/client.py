"""What the client at the other end can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lsprotocol import types


def capability(capabilities: types.ClientCapabilities, path: str) -> Any:
    """A capability by its dotted path, as in `text_document.hover.content_format`; None when it is not offered."""
    value: Any = capabilities
    for name in path.split("."):
        value = getattr(value, name, None)
        if value is None:
            return None
    return value


@dataclass(frozen=True, slots=True)
class Client:
    """The capabilities that decide what we send."""

    pulls_diagnostics: bool = False
    refreshes_diagnostics: bool = False
    refreshes_hints: bool = False
    refreshes_lenses: bool = False
    related_information: bool = False
    code_description: bool = False
    diagnostic_data: bool = False
    diagnostic_tags: frozenset[int] = frozenset()
    markdown: bool = True
    document_changes: bool = False
    annotates_changes: bool = False
    creates_files: bool = False
    resolves_edits: bool = False
    action_data: bool = False
    preferred_actions: bool = False
    snippets: bool = False
    insert_replace: bool = False
    inserts_as_is: bool = False
    markdown_completion: bool = True
    symbol_tree: bool = False
    link_tooltips: bool = False
    configuration: bool = False
    watches_files: bool = False
    watches_other_folders: bool = False
    configuration_registration: bool = False
    work_done_progress: bool = False

    @classmethod
    def of(cls, capabilities: types.ClientCapabilities) -> Client:
        """The capabilities that a client sent with `initialize`."""

        def offers(path: str) -> bool:
            return bool(capability(capabilities, path))

        tags = capability(capabilities, "text_document.publish_diagnostics.tag_support.value_set") or ()
        pull_tags = capability(capabilities, "text_document.diagnostic.tag_support.value_set") or ()
        pulls = capability(capabilities, "text_document.diagnostic") is not None
        modes = capability(capabilities, "text_document.completion.completion_item.insert_text_mode_support.value_set")
        default_mode = capability(capabilities, "text_document.completion.insert_text_mode")
        resolvable = capability(capabilities, "text_document.code_action.resolve_support.properties") or ()
        return cls(
            pulls_diagnostics=pulls,
            refreshes_diagnostics=offers("workspace.diagnostics.refresh_support"),
            refreshes_hints=offers("workspace.inlay_hint.refresh_support"),
            refreshes_lenses=offers("workspace.code_lens.refresh_support"),
            related_information=_either(capabilities, "related_information", pulls=pulls),
            code_description=_either(capabilities, "code_description_support", pulls=pulls),
            diagnostic_data=_either(capabilities, "data_support", pulls=pulls),
            diagnostic_tags=frozenset(tag.value for tag in (*tags, *pull_tags)),
            markdown=_prefers_markdown(capability(capabilities, "text_document.hover.content_format")),
            document_changes=offers("workspace.workspace_edit.document_changes"),
            annotates_changes=capability(capabilities, "workspace.workspace_edit.change_annotation_support")
            is not None,
            creates_files=types.ResourceOperationKind.Create
            in (capability(capabilities, "workspace.workspace_edit.resource_operations") or ()),
            resolves_edits="edit" in resolvable,
            action_data=offers("text_document.code_action.data_support"),
            preferred_actions=offers("text_document.code_action.is_preferred_support"),
            snippets=offers("text_document.completion.completion_item.snippet_support"),
            insert_replace=offers("text_document.completion.completion_item.insert_replace_support"),
            inserts_as_is=types.InsertTextMode.AsIs in (*(modes or ()), default_mode),
            markdown_completion=_prefers_markdown(
                capability(capabilities, "text_document.completion.completion_item.documentation_format")
            ),
            symbol_tree=offers("text_document.document_symbol.hierarchical_document_symbol_support"),
            link_tooltips=offers("text_document.document_link.tooltip_support"),
            configuration=offers("workspace.configuration"),
            watches_files=offers("workspace.did_change_watched_files.dynamic_registration"),
            watches_other_folders=offers("workspace.did_change_watched_files.relative_pattern_support"),
            configuration_registration=offers("workspace.did_change_configuration.dynamic_registration"),
            work_done_progress=offers("window.work_done_progress"),
        )


def _either(capabilities: types.ClientCapabilities, name: str, *, pulls: bool) -> bool:
    """A capability of diagnostics: older clients tell it for pushed ones only."""
    pushed = capability(capabilities, f"text_document.publish_diagnostics.{name}")
    pulled = capability(capabilities, f"text_document.diagnostic.{name}") if pulls else None
    return bool(pushed or pulled)


def _prefers_markdown(formats: Any) -> bool:
    """Whether Markdown is understood; who does not tell gets plain text."""
    return bool(formats) and types.MarkupKind.Markdown in formats
