"""Reads the text of `.netpol-lint.yaml`: layers of settings, and what is wrong with the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from netpol_lsp.config.config import CONFIG_FILE, Layer, Matcher, Origin, Setting, rule_infos
from netpol_lsp.config.problem import ConfigProblem
from netpol_lsp.config.render_reader import RenderReader
from netpol_lsp.config.schema import KEYS, KEYS_BY_NAME, Key
from netpol_lsp.config.selection import did_you_mean, redirected
from netpol_lsp.config.values import parse_selector, parse_severity, parse_text
from netpol_lsp.findings.rule_info import Option, RuleInfo
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import parse_document, split
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, is_null
from netpol_lsp.yaml.nodes import Sequence as ListNode
from netpol_lsp.yaml.scalars import resolve
from netpol_lsp.yaml.to_python import to_python

MatcherFactory = Callable[[Sequence[str]], Matcher]
"""Makes a matcher of paths out of globs; given by the caller, who knows the config file's folder."""
_MAPPINGS = ("dns", "severity", "options")
_OF_WHOLE_FILE = ("overrides", "render")


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """What a config file says: its own layer first, then one for each override; `extends` as written."""

    path: str
    layers: tuple[Layer, ...]
    extends: Setting | None
    problems: tuple[ConfigProblem, ...]


def parse_config(source: Source, globs: MatcherFactory) -> ConfigFile:
    """Read a config file; never raises. What cannot be understood is a problem and has no effect."""
    reader = _Reader(source)
    layers = reader.read(globs)
    problems = tuple(sorted(reader.problems, key=lambda problem: (problem.span.start, problem.message)))
    extends = layers[0].settings.get("extends")
    return ConfigFile(source.uri, layers, extends, problems)


class _Reader:
    """Turns the nodes of one config file into settings, and collects problems on the way."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[ConfigProblem] = []

    def read(self, globs: MatcherFactory) -> tuple[Layer, ...]:
        """The file's layers, its own first."""
        chunks = split(self.source.text)
        if len(chunks) > 1:
            start = chunks[1].start
            self.problem(Span(start, start + 3), "a config file is a single YAML document")
        document = parse_document(chunks[0].text, self.source.uri)
        for problem in (*document.problems, *to_python(document.root).problems):
            self.problem(problem.span, problem.message)
        root = document.root
        if root is None or is_null(root):
            return (Layer({}),)
        if not isinstance(root, Mapping):
            self.problem(root.span, "a config file is a mapping such as `profile: strict`")
            return (Layer({}),)
        overrides = root.get("overrides")
        own = Layer(self.settings(root, whole_file=True))
        return (own, *(self.overrides(overrides.value, globs) if overrides else ()))

    def problem(self, span: Span, message: str, *, is_note: bool = False) -> None:
        """Add a problem."""
        line, column = self.source.lines.position(span.start)
        self.problems.append(ConfigProblem(self.source.uri, span, line + 1, column + 1, message, is_note=is_note))

    def note_redirect(self, node: Node, selector: str) -> None:
        """Say that a rule has another name by now; the old one still works."""
        rule = redirected(selector, rule_infos())
        if rule is not None:
            self.problem(node.span, f"rule `{selector}` is now called `{rule.name}` ({rule.code})", is_note=True)

    def origin(self, node: Node) -> Origin:
        """The file and line of a node."""
        return Origin(CONFIG_FILE, self.source.uri, self.source.lines.position(node.start)[0] + 1)

    def settings(self, root: Mapping, *, whole_file: bool) -> dict[str, Setting]:
        """The settings of the file or of an override, by dotted key."""
        found: dict[str, Setting] = {}
        known = [key.name for key in KEYS if (whole_file or not key.whole_file) and "." not in key.name]
        names = [*known, *_MAPPINGS, *(_OF_WHOLE_FILE if whole_file else ("files",))]
        for entry in root.all_entries():
            name = entry.name or ""
            if name not in names:
                self.unknown_key(entry, names, within_override=not whole_file)
            elif name == "dns":
                inner = [key.name for key in KEYS if key.name.startswith("dns.")]
                found.update(self.nested(entry, "dns", inner))
            elif name == "render":
                settings = RenderReader(self.problem, self.text, self.unknown_key).read(entry)
                if settings is not None:
                    found["render"] = Setting(settings, self.origin(entry.key))
            elif name == "severity":
                found.update(self.severities(entry))
            elif name == "options":
                found.update(self.options(entry))
            elif name in KEYS_BY_NAME:
                found.update(self.plain(entry, KEYS_BY_NAME[name]))
        return found

    def unknown_key(self, entry: Entry, names: Sequence[str], *, within_override: bool = False) -> None:
        """Say that a key is not known here."""
        name = entry.name or ""
        if within_override and (name in KEYS_BY_NAME or name in _OF_WHOLE_FILE):
            self.problem(entry.key.span, f"`{name}` applies to the whole file and cannot be set in an override")
        else:
            near = did_you_mean(name, names) or ": known are " + ", ".join(f"`{known}`" for known in sorted(names))
            self.problem(entry.key.span, f"unknown key `{name}`{near}")

    def plain(self, entry: Entry, key: Key) -> Iterator[tuple[str, Setting]]:
        """The setting of a key that is a text or a list of texts."""
        if is_null(entry.value):
            return
        origin = self.origin(entry.key)
        if key.is_list:
            items = self.items(entry, key.parse)
            if items is not None:
                yield key.name, Setting(items, origin)
        else:
            value = self.text(entry.value, key.parse, entry.name or "")
            if value is not None:
                yield key.name, Setting(value, origin)

    def items(self, entry: Entry, parse: Callable[[str], Any]) -> tuple[Any, ...] | None:
        """The items of a list that can be read."""
        if not isinstance(entry.value, ListNode):
            shown = f"[{entry.value.value}]" if isinstance(entry.value, Scalar) else "[...]"
            self.problem(entry.value.span, f"`{entry.name}` must be a list, as in `{entry.name}: {shown}`")
            return None
        read = [(item, self.text(item, parse, entry.name or "")) for item in entry.value.items]
        if entry.name in ("select", "ignore"):
            for item, value in read:
                self.note_redirect(item, str(value))
        return tuple(value for _, value in read if value is not None)

    def text(self, node: Node, parse: Callable[[str], Any], name: str) -> Any:
        """The value of a scalar; None when it cannot be read."""
        if not isinstance(node, Scalar) or is_null(node):
            what = "a list" if isinstance(node, ListNode) else "a mapping" if isinstance(node, Mapping) else "empty"
            self.problem(node.span, f"a value of `{name}` must be a single word or number, but it is {what}")
            return None
        try:
            return parse(node.value)
        except ValueError as error:
            self.problem(node.span, str(error))
            return None

    def mapping(self, entry: Entry) -> Iterator[Entry]:
        """The entries of a key that must be a mapping."""
        if isinstance(entry.value, Mapping):
            yield from entry.value.all_entries()
        elif not is_null(entry.value):
            self.problem(entry.value.span, f"`{entry.name}` must be a mapping")

    def nested(self, entry: Entry, prefix: str, names: Sequence[str]) -> Iterator[tuple[str, Setting]]:
        """The settings inside a mapping whose keys are in the table as `prefix.name`."""
        for inner in self.mapping(entry):
            dotted = f"{prefix}.{inner.name}"
            if dotted in names:
                yield from self.plain(inner, KEYS_BY_NAME[dotted])
            else:
                self.unknown_key(inner, [name.removeprefix(f"{prefix}.") for name in names])

    def severities(self, entry: Entry) -> Iterator[tuple[str, Setting]]:
        """`severity.<selector>` for each entry."""
        for inner in self.mapping(entry):
            try:
                selector = parse_selector(inner.name or "", rule_infos())
            except ValueError as error:
                self.problem(inner.key.span, str(error))
                continue
            self.note_redirect(inner.key, selector)
            value = self.text(inner.value, parse_severity, "severity")
            if value is not None:
                yield f"severity.{selector}", Setting(value, self.origin(inner.key))

    def options(self, entry: Entry) -> Iterator[tuple[str, Setting]]:
        """`options.<code>.<option>` for each option."""
        rules = {word: rule for rule in rule_infos() for word in (rule.code, rule.name, *rule.redirects)}
        for by_rule in self.mapping(entry):
            name = by_rule.name or ""
            self.note_redirect(by_rule.key, name)
            if name not in rules:
                self.problem(by_rule.key.span, f"unknown rule `{name}`{did_you_mean(name, rules)}")
            elif rules[name].options:
                yield from self.rule_options(by_rule, rules[name])
            else:
                self.problem(by_rule.key.span, f"rule `{name}` has no options")

    def rule_options(self, entry: Entry, rule: RuleInfo) -> Iterator[tuple[str, Setting]]:
        """The options of one rule."""
        options = {option.name: option for option in rule.options}
        for inner in self.mapping(entry):
            option = options.get(inner.name or "")
            if option is None:
                self.unknown_key(inner, list(options))
                continue
            value = self.option(inner, option)
            if value is not None and self.is_usable(inner, option, value):
                yield f"options.{rule.code}.{option.name}", Setting(value, self.origin(inner.key))

    def option(self, entry: Entry, option: Option) -> Any:
        """The value of an option in its type; None when it is of another."""
        node = entry.value
        if option.kind in (list[str], list[int]):
            kind: type = str if option.kind == list[str] else int
            if isinstance(node, ListNode):
                values = [_typed(item, kind) for item in node.items]
                if all(value is not None for value in values):
                    return values
        else:
            value = _typed(node, option.kind)
            if value is not None:
                return value
        self.problem(node.span if len(node.span) else entry.key.span, f"`{option.name}` must be {_NAMES[option.kind]}")
        return None

    def is_usable(self, entry: Entry, option: Option, value: object) -> bool:
        """Whether the rule can use a value of an option."""
        try:
            if option.check is not None:
                option.check(value)
        except ValueError as error:
            self.problem(entry.value.span, f"`{option.name}` {error}")
            return False
        return True

    def overrides(self, node: Node, globs: MatcherFactory) -> Iterator[Layer]:
        """A layer for each override."""
        if not isinstance(node, ListNode):
            if not is_null(node):
                self.problem(node.span, "`overrides` must be a list of mappings, each with `files`")
            return
        for item in node.items:
            files = item.get("files") if isinstance(item, Mapping) else None
            if not isinstance(item, Mapping) or files is None:
                self.problem(item.span, "an override is a mapping with `files` and the settings for them")
                continue
            patterns = self.items(files, parse_text)
            settings = self.settings(item, whole_file=False)
            if patterns:
                yield Layer(settings, patterns, globs(patterns))


_NAMES: dict[Any, str] = {
    bool: "true or false",
    int: "an integer",
    str: "a string",
    list[str]: "a list of strings",
    list[int]: "a list of integers",
}


def _typed(node: Node, kind: Any) -> Any:
    """A scalar's value if it is of exactly this type."""
    value = resolve(node) if isinstance(node, Scalar) else None
    return value if type(value) is kind else None
