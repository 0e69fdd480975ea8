"""Lints what the cache does not know of a run: reads what has changed, and judges again what depended on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from netpol_lsp.lint.file_facts import facts_depend_on, facts_of
from netpol_lsp.policies.kinds import may_be_ours
from netpol_lsp.project.batch_items import BatchItem, OpenedBatch, Progress, load, recall, remember
from netpol_lsp.project.context_inputs import ContextFiles
from netpol_lsp.project.dependency_cache import DependencyCache, Record
from netpol_lsp.project.disk_cache import Cache, digest
from netpol_lsp.project.executor import choose_executor
from netpol_lsp.project.finding_keys import FindingKeys
from netpol_lsp.project.in_process import Found, LintJob, needs_resources, needs_workspace, workspace_of
from netpol_lsp.workspace.index import FileFacts
from netpol_lsp.workspace.part_digests import PartDigests, content_state
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

if TYPE_CHECKING:
    from netpol_lsp.config.settings import Settings
    from netpol_lsp.project.context_manifests import ContextText
    from netpol_lsp.project.renderings import Renderings
    from netpol_lsp.workspace.part_digests import PartState


@dataclass(slots=True)
class Linting:
    """What it takes to lint the files of a run. `show` is given what is known of all files, where rules look at it."""

    cache: Cache
    keys: FindingKeys
    jobs: int | None
    progress: Progress
    context: ContextFiles
    renderings: Renderings | None
    show: Callable[[WorkspaceSnapshot], None]
    _known: DependencyCache = field(default_factory=lambda: DependencyCache(None, ""))
    _records: dict[str, Record] = field(default_factory=dict)
    _contents: dict[str, str] = field(default_factory=dict)
    _done: int = 0
    _total: int = 0

    def lint(self, todo: Sequence[BatchItem], opened: OpenedBatch) -> int:
        """Give each of the files a report, but for those that cannot be read; how many are known after all."""
        asked = set(map(id, todo))
        ours = [*todo, *(item for item in opened.ours if id(item) not in asked)]
        if self.renderings or needs_workspace(item.config for item in ours):
            return self._lint_together(todo, ours, opened)
        fresh = [item for item in todo if load(item, opened.result)]
        self._total = len(fresh)
        with choose_executor([_job(number, item) for number, item in enumerate(fresh)], self.jobs) as crew:
            for found in crew.lint(None):
                self._take(fresh[found.number], found, alone=True)
        return 0

    def _lint_together(self, todo: Sequence[BatchItem], ours: Sequence[BatchItem], opened: OpenedBatch) -> int:
        """Lint files of which each may depend on all others."""
        if self.cache.is_on:
            self._known = DependencyCache(f"{self.cache.path}.facts", self.cache.tool)
            self._contents = {item.target.path: item.content for item in opened.items}
        perhaps = [item for item in todo if self._may_hold(item)]
        waiting = set(map(id, perhaps))
        fresh = [item for item in todo if id(item) not in waiting and load(item, opened.result)]
        broken = {id(item) for item in todo if id(item) not in waiting} - set(map(id, fresh))
        has_resources = bool(self.renderings) or (
            needs_resources(item.config for item in ours) and self._have_policies(fresh, perhaps)
        )
        members = [(item, True) for item in ours if id(item) not in broken]
        members += [(item, False) for item in opened.others if has_resources]
        facts: dict[str, FileFacts] = {}
        unread = [
            (item, is_ours)
            for item, is_ours in members
            if not self._recall_facts(item, facts, is_ours=is_ours, has_resources=has_resources)
        ]
        work, jobs = _plan(fresh, unread, opened, has_resources=has_resources)
        with choose_executor(jobs, self.jobs, is_kept=self.cache.is_on) as crew:
            for said in crew.facts():
                facts[said.uri] = said.facts
                if self.cache.is_on:
                    self._records[said.uri].facts = said.line
            workspace = workspace_of(facts, self._context_facts(facts), self.renderings)
            stale = self._judge(perhaps, workspace)
            self._total = len(fresh) + len(stale)
            found = crew.lint(workspace)
            self.show(workspace)
            # Large, and other processes may have copies of their own by now.
            again = workspace if stale else None
            del workspace, facts
            for one in found:
                self._take(work[one.number], one)
        if again is not None:
            self._lint_again([item for item in stale if load(item, opened.result)], again)
        self._save(members, opened)
        return len(perhaps) - len(stale)

    def _lint_again(self, stale: Sequence[BatchItem], workspace: WorkspaceSnapshot) -> None:
        """Lint files that did not change themselves."""
        jobs = [_job(number, item) for number, item in enumerate(stale)]
        with choose_executor(jobs, self.jobs, is_kept=self.cache.is_on) as crew:
            for found in crew.lint(workspace):
                self._take(stale[found.number], found)

    def _may_hold(self, item: BatchItem) -> bool:
        """Whether the findings of an earlier run hold if what they were read from is the same."""
        entry, record = item.entry, self._known.get(item.target.absolute)
        return (
            entry is not None
            and record is not None
            and bool(entry.key)
            and entry.content == record.content == item.content
            and entry.key == record.found_for
            and record.settings == self.keys.settings(item.target)
        )

    def _have_policies(self, fresh: Iterable[BatchItem], perhaps: Iterable[BatchItem]) -> bool:
        """Whether a text really may hold a policy: only then does anybody ask about other manifests."""
        if any(item.entry is not None and item.entry.policies for item in perhaps):
            return True
        if any(record.parts for item in perhaps if (record := self._known.get(item.target.absolute)) is not None):
            return True
        return any(item.text is not None and may_be_ours(item.text.source.text) for item in fresh)

    def _recall_facts(
        self, item: BatchItem, facts: dict[str, FileFacts], *, is_ours: bool, has_resources: bool
    ) -> bool:
        """Take what a file says from the cache, if it is known."""
        if not self.cache.is_on:
            return False
        path, uri = item.target.absolute, item.target.path
        read_with = _read_with(item.config.settings, uri, is_ours=is_ours, has_resources=has_resources)
        known, record = self._known.facts(path, item.content, read_with, uri), self._known.get(path)
        if record is None or record.content != item.content:
            self._records[uri] = Record(item.content, read_with, "")
            return False
        # What its findings were read from is kept, whether or not its facts are known.
        self._records[uri] = replace(record, read_with=read_with)
        if known is not None:
            facts[uri] = known
        return known is not None

    def _context_facts(self, linted: Iterable[str]) -> dict[str, FileFacts]:
        """What the files of the context say that are not linted."""
        texts = {text.source.uri: text for text in self.context.texts}
        for uri in linted:
            texts.pop(uri, None)
        return {uri: self._facts_of_context(text) for uri, text in texts.items()}

    def _facts_of_context(self, text: ContextText) -> FileFacts:
        source, settings = text.source, text.settings
        if not self.cache.is_on:
            return facts_of(source, settings)
        content, read_with = digest(source.text), _read_with(settings, source.uri, is_ours=False, has_resources=True)
        self._contents[source.uri] = content
        path = _context_path(source.uri)
        known = self._known.facts(path, content, read_with, source.uri)
        if known is None:
            known = facts_of(source, settings)
            from netpol_lsp.workspace.fact_codec import facts_to_json  # noqa: PLC0415 - for runs with a cache

            self._known.put(path, Record(content, read_with, facts_to_json(known, source.uri)))
        return known

    def _judge(self, perhaps: Iterable[BatchItem], workspace: WorkspaceSnapshot) -> list[BatchItem]:
        """Recall the findings that were read from what is still the same; the files of the others."""
        records = [(item, self._records[item.target.path]) for item in perhaps]
        digests = PartDigests(workspace, self._contents)
        changed = self._known.stale_parts((record for _, record in records), digests)
        stale: list[BatchItem] = []
        for item, record in records:
            if not changed.isdisjoint(record.parts.split()) or not recall(item) or item.entry is None:
                stale.append(item)
                continue
            item.entry.key = record.found_for = self.keys.of(item.target, alone=False)
            self.cache.put(item.target.absolute, item.entry)
        return stale

    def _take(self, item: BatchItem, found: Found, *, alone: bool = False) -> None:
        """A report that was just made."""
        item.report = found.report
        self._done += 1
        self.progress(self._done, self._total)
        if not self.cache.is_on:
            return
        remember(self.cache, item, self.keys.of(item.target, alone=alone))
        if not alone:
            shown = {related.uri for one in found.report.diagnostics for related in one.related}
            others = [uri for uri in shown if uri is not None and uri != item.target.path]
            states = [content_state(uri, self._contents.get(uri, "")) for uri in others]
            self._note(item, (*found.parts, *states))

    def _note(self, item: BatchItem, parts: Iterable[PartState]) -> None:
        """What the findings of a file were read from."""
        record = self._records[item.target.path]
        record.found_for = self.keys.of(item.target, alone=False)
        record.settings = self.keys.settings(item.target)
        record.parts = self._known.numbers(parts)

    def _save(self, members: Iterable[tuple[BatchItem, bool]], opened: OpenedBatch) -> None:
        for item, _ in members:
            record = self._records.get(item.target.path)
            if record is not None and item.stamp is not None:
                self._known.put(item.target.absolute, record)
        context = (_context_path(text.source.uri) for text in self.context.texts)
        self._known.save((*(item.target.absolute for item in opened.items), *context))


def _plan(
    fresh: Sequence[BatchItem], unread: Iterable[tuple[BatchItem, bool]], opened: OpenedBatch, *, has_resources: bool
) -> tuple[list[BatchItem], list[LintJob]]:
    """What is to be done, and the file of each job: files to lint, then those of which only the facts are wanted."""
    kinds = {id(item): is_ours for item, is_ours in unread}
    linted = set(map(id, fresh))
    only_read = [item for item, _ in unread if id(item) not in linted and load(item, opened.result)]
    work = [*fresh, *only_read]
    jobs = [
        replace(
            _job(number, item),
            is_ours=kinds.get(id(item), True),
            wants_resources=has_resources,
            wants_facts=id(item) in kinds,
            is_linted=number < len(fresh),
        )
        for number, item in enumerate(work)
    ]
    return work, jobs


def _job(number: int, item: BatchItem) -> LintJob:
    """The job of linting a file, of which all else is known."""
    assert item.text is not None
    return LintJob(number, item.text, item.config, wants_facts=False)


def _context_path(uri: str) -> str:
    """What a file of the context is kept under: apart from the file itself, which another run may lint."""
    return f"context {uri}"


def _read_with(settings: Settings, uri: str, *, is_ours: bool, has_resources: bool) -> str:
    """The key of what the facts of a file depend on besides its content."""
    return digest(repr((facts_depend_on(settings), is_ours, has_resources)), uri)
