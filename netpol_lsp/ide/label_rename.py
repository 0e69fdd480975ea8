"""Renames a label's key or value wherever it is set or asked for, and says why not where a use may be hidden."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn

from netpol_lsp.ide.hidden_uses import HiddenUse
from netpol_lsp.ide.label_uses import LabelTerm, LabelUse, Role, Subject, Word
from netpol_lsp.ide.rename_scope import PlacedUse, Reach, Scope, reach_of, together
from netpol_lsp.kube.names import label_value_problem, qualified_name_problem
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.pods import Place, is_added_later
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from netpol_lsp.yaml.style import quoted, scalar_text

# Labels that people set themselves, though others change with every release.
_SET_BY_PEOPLE = frozenset({"helm.sh/chart"})
_OF_KUBERNETES = re.compile(r"(?:[\w.-]+\.)?(?:kubernetes\.io|k8s\.io)/")


class RenameError(Exception):
    """Why a label is not renamed, as a sentence for the user."""


def refuse(message: str) -> NoReturn:
    """Say why a label is not renamed."""
    raise RenameError(message)


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be renamed: the key `key` of labels of `subject`, or its value `value`. `span`: its text in the file."""

    subject: Subject
    key: str
    value: str | None
    span: Span
    placed: PlacedUse

    @property
    def text(self) -> str:
        """What it is called now."""
        return self.key if self.value is None else self.value

    @property
    def title(self) -> str:
        """As in "the label `app`" and "`app: web`"."""
        return f"the label `{self.key}`" if self.value is None else f"`{self.key}: {self.value}`"

    def is_in(self, term: LabelTerm) -> bool:
        """Whether a term speaks of it."""
        if term.key is None or term.key.text != self.key:
            return False
        return self.value is None or any(word is not None and word.text == self.value for word in term.values)


@dataclass(frozen=True, slots=True)
class Renaming:
    """One replacement; `role` groups it with others of its kind."""

    uri: str
    span: Span
    text: str
    role: Role


def target_at(uses: Iterable[PlacedUse], offset: int) -> Target | None:
    """What can be renamed at an offset of a file; None where there is no label. Raises RenameError for one that is not ours."""
    for placed in uses:
        found = placed.use.term_at(offset - placed.start)
        if found is None or found[0].key is None:
            continue
        term, value = found
        key = term.key
        assert key is not None
        word = key if value is None else value
        if not word.text:
            return None
        _check_key(placed.use.subject, key.text)
        span = _inside(word).shift(placed.start)
        return Target(placed.use.subject, key.text, None if value is None else value.text, span, placed)
    return None


def _check_key(subject: Subject, key: str) -> None:
    """Refuse labels that people do not decide on."""
    if subject is Subject.NAMESPACES and key == METADATA_NAME:
        refuse(f"`{key}` is the name of the namespace, which the API server sets: it is no label to rename")
    is_recommended = key.startswith("app.kubernetes.io/")
    if key not in _SET_BY_PEOPLE and not is_recommended and (is_added_later(key) or _OF_KUBERNETES.match(key)):
        refuse(f"`{key}` has a meaning for the cluster, which sets or reads it: it is not renamed")


def _inside(word: Word) -> Span:
    """The place of a word's text, without quotes and prefix."""
    quotes = 1 if word.style else 0
    start, end = word.span.start + quotes + len(word.prefix), word.span.end - quotes
    return Span(start, end) if end - start == len(word.text) else word.span


def check_name(target: Target, name: str) -> None:
    """Refuse a new name that the API server refuses, or that is none."""
    problem = qualified_name_problem(name) if target.value is None else label_value_problem(name)
    if not name:
        refuse("the new name is empty")
    if problem is not None:
        what = "label key" if target.value is None else "label value"
        refuse(f"`{name}` is not a valid {what}: it {problem}")
    if target.value is None:
        _check_key(target.subject, name)


def uses_together(view: WorkspaceSnapshot, target: Target, every: Sequence[PlacedUse]) -> tuple[list[PlacedUse], Scope]:
    """The uses that a rename is about, and where these are. Raises RenameError where some would be missed."""
    asked = [placed for placed in every if any(map(target.is_in, placed.use.terms))]
    found, scope = together(view, target.placed, asked)
    _check_fixed(target, found)
    if not any(placed.use.sets for placed in found):
        refuse(
            f"no manifest here sets {target.title} on {target.subject}: they are made elsewhere, and would no longer be selected"
        )
    for placed in found:
        scope_of = view.index.delivery.scope_of(placed.uri)
        if scope_of.pod_labels.get(target.key) == (target.value or scope_of.pod_labels.get(target.key, "\0")):
            refuse(f"a kustomization adds {target.title} to what is in {_name(placed.uri)}: rename it there")
    return [placed for placed in found if not placed.why_fixed and not placed.use.is_owned], scope


def _check_fixed(target: Target, found: Sequence[PlacedUse]) -> None:
    """Refuse where a use is in a file that is not edited, unless another file has the same object."""
    edited = {(one.use.owner, one.use.namespace) for one in found if not one.why_fixed}
    for placed in found:
        use = placed.use
        if placed.why_fixed and not use.is_owned and (use.owner, use.namespace) not in edited:
            refuse(f"{use.owner} in {_name(placed.uri)} uses {target.title}, and this file {placed.why_fixed}")


def check_elsewhere(target: Target, scope: Scope, uri: str, hidden: Iterable[HiddenUse]) -> None:
    """Refuse where something in a file may speak of the label in a way that no one reads as one."""
    for one in hidden:
        reach = Reach(frozenset({Place(one.namespace, uri, one.is_namespace_unknown)}), is_everywhere=one.is_everywhere)
        is_about = one.is_kustomization and scope.is_taken_in_by(uri.rpartition("/")[0])
        if is_about or scope.meets(reach):
            refuse(
                f"{one.what} in {_name(uri)} may use {target.title} in a way that cannot be renamed: change it by hand"
            )


def check_hidden(view: WorkspaceSnapshot, target: Target, scope: Scope, uses: Iterable[PlacedUse]) -> None:
    """Refuse where a template or a placeholder in the scope may hide a use."""
    for placed in uses:
        use = placed.use
        if use.subject is target.subject and _may_hide(use, target) and scope.meets(reach_of(view, placed)):
            refuse(
                f"{use.owner} in {_name(placed.uri)} may use {target.title}, too: a template or a placeholder hides it"
            )


def _may_hide(use: LabelUse, target: Target) -> bool:
    """Whether a use may speak of the target in a part that no one can read."""
    named = [term for term in use.terms if term.key is not None and term.key.text == target.key]
    if named:
        return target.value is not None and any(None in term.values for term in named)
    return use.is_open or any(term.key is None for term in use.terms)


def check_free(view: WorkspaceSnapshot, target: Target, name: str, scope: Scope, uses: Iterable[PlacedUse]) -> None:
    """Refuse a name that is in use where the rename is about: what is told apart now would become one."""
    if name == target.text:
        return
    for placed in uses:
        use = placed.use
        if use.subject is not target.subject or use.is_owned or not scope.meets(reach_of(view, placed)):
            continue
        for term in use.terms:
            if term.key is None:
                continue
            is_taken = (
                term.key.text == name
                if target.value is None
                else term.key.text == target.key and any(word is not None and word.text == name for word in term.values)
            )
            if is_taken:
                new = f"the label `{name}`" if target.value is None else f"`{target.key}: {name}`"
                refuse(f"{use.owner} in {_name(placed.uri)} uses {new} already: the two could no longer be told apart")


def renamings(target: Target, name: str, uses: Iterable[PlacedUse]) -> Iterator[Renaming]:
    """The replacements, each place once."""
    done: set[tuple[str, Span]] = set()
    for placed in uses:
        for term in placed.use.terms:
            for word in _words(target, term):
                span = word.span.shift(placed.start)
                if (placed.uri, span) not in done:
                    done.add((placed.uri, span))
                    yield Renaming(placed.uri, span, _written(word, name), placed.use.role)


def _words(target: Target, term: LabelTerm) -> Iterator[Word]:
    if term.key is None or not target.is_in(term):
        return
    if target.value is None:
        yield term.key
    else:
        yield from (word for word in term.values if word is not None and word.text == target.value)


def _written(word: Word, name: str) -> str:
    """A new word, quoted as the old one; one that was plain is quoted where it has to be."""
    new = f"{word.prefix}{name}"
    return quoted(new, word.style) if word.style else scalar_text(new)


def _name(uri: str) -> str:
    return f"`{uri.rpartition('/')[2]}`"
