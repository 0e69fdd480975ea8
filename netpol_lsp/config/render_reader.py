"""Reads the key `render` of a config file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from netpol_lsp.config.render_settings import AUTO, NOTHING, ChartRequest, RenderSettings
from netpol_lsp.config.values import parse_namespace, parse_text
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, is_null
from netpol_lsp.yaml.nodes import Sequence as ListNode

RENDER_HELP = (
    "What to render: `auto`, `off`, or charts and kustomizations by their folders, relative to this file. Rendering runs Helm "
    "or kustomize on what the repository says."
)
_CHART_KEYS = ("chart", "values", "name", "namespace")
_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_LIST: dict[str, Any] = {"type": "array", "items": _TEXT}
RENDER_SCHEMA: dict[str, Any] = {
    "description": RENDER_HELP,
    "anyOf": [
        {"enum": ["auto", "off"]},
        {
            "type": "object",
            "properties": {
                "helm": {
                    "type": "array",
                    "description": "Charts, each with values files of which a later one wins, and the release's name and namespace.",
                    "items": {
                        "type": "object",
                        "properties": {
                            "chart": {**_TEXT, "description": "The chart's folder."},
                            "values": {**_LIST, "description": "Values files, relative to this file or to the chart."},
                            "name": {**_TEXT, "description": "The release's name."},
                            "namespace": {**_TEXT, "description": "The release's namespace."},
                        },
                        "required": ["chart"],
                        "additionalProperties": False,
                    },
                },
                "kustomize": {**_LIST, "description": "Folders of kustomizations, or globs of them."},
            },
            "additionalProperties": False,
        },
    ],
}


class RenderReader:
    """Turns the value of `render` into settings.

    `problem` is called with what is wrong, `text` reads a scalar, `unknown_key` complains about a key.
    """

    def __init__(
        self,
        problem: Callable[[Span, str], None],
        text: Callable[[Node, Callable[[str], Any], str], Any],
        unknown_key: Callable[[Entry, Sequence[str]], None],
    ) -> None:
        self._problem = problem
        self._text = text
        self._unknown_key = unknown_key

    def read(self, entry: Entry) -> RenderSettings | None:
        """The settings; None where nothing can be read."""
        node = entry.value
        if isinstance(node, Scalar) and not is_null(node):
            # YAML reads a plain `off` as false.
            word = node.value.lower()
            if word in ("auto", "off", "false"):
                return AUTO if word == "auto" else NOTHING
            self._problem(
                node.span, f"`{node.value}` is not a way to render: write `auto`, `off`, or `helm` and `kustomize`"
            )
            return None
        if not isinstance(node, Mapping):
            if not is_null(node):
                self._problem(node.span, "`render` must be `auto`, `off`, or a mapping with `helm` and `kustomize`")
            return None
        charts: list[ChartRequest] = []
        kustomize: list[str] = []
        for inner in node.all_entries():
            if inner.name == "helm":
                charts += self._charts(inner)
            elif inner.name == "kustomize":
                kustomize += self._texts(inner)
            else:
                self._unknown_key(inner, ("helm", "kustomize"))
        return RenderSettings(tuple(charts), tuple(kustomize))

    def _charts(self, entry: Entry) -> Iterator[ChartRequest]:
        if not isinstance(entry.value, ListNode):
            self._problem(entry.value.span, "`helm` must be a list of charts, as in `helm: [{chart: .}]`")
            return
        for item in entry.value.items:
            if isinstance(item, Scalar) and not is_null(item):
                yield ChartRequest(item.value)
            elif isinstance(item, Mapping) and item.get("chart") is not None:
                request = self._chart(item)
                if request is not None:
                    yield request
            else:
                self._problem(
                    item.span, "a chart is a mapping with `chart`, and with `values`, `name`, `namespace` where needed"
                )

    def _chart(self, item: Mapping) -> ChartRequest | None:
        found: dict[str, Any] = {}
        for inner in item.all_entries():
            if inner.name == "values":
                found["values"] = tuple(self._texts(inner))
            elif inner.name in _CHART_KEYS:
                parse = parse_namespace if inner.name == "namespace" else parse_text
                found[inner.name] = self._text(inner.value, parse, inner.name)
            else:
                self._unknown_key(inner, _CHART_KEYS)
        return ChartRequest(**found) if found.get("chart") else None

    def _texts(self, entry: Entry) -> list[str]:
        name = entry.name or ""
        if isinstance(entry.value, ListNode):
            read = [self._text(item, parse_text, name) for item in entry.value.items]
            return [one for one in read if one is not None]
        one = self._text(entry.value, parse_text, name)
        return [] if one is None else [one]
