"""What is known of all open documents together, kept document by document, so that a change costs by what it changes."""

from __future__ import annotations

from collections.abc import Collection, Hashable

from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.project.config_files import LoadedConfig

_EVERYTHING: Hashable = "everything"
"""Tests of connections depend on all manifests."""


class ConfigsInUse:
    """The configurations that hold for open documents, and for how many of them each does."""

    def __init__(self) -> None:
        self._by_uri: dict[str, LoadedConfig] = {}
        self._users: dict[int, tuple[LoadedConfig, int]] = {}

    @property
    def all(self) -> tuple[LoadedConfig, ...]:
        """The configurations, each once."""
        return tuple(config for config, _ in self._users.values())

    def put(self, uri: str, config: LoadedConfig | None) -> None:
        """A document has this configuration now; None: it is closed, or excluded."""
        old = self._by_uri.get(uri)
        if old is config:
            return
        if old is not None:
            del self._by_uri[uri]
            count = self._users[id(old)][1] - 1
            if count:
                self._users[id(old)] = (old, count)
            else:
                del self._users[id(old)]
        if config is not None:
            self._by_uri[uri] = config
            self._users[id(config)] = (config, self._users.get(id(config), (config, 0))[1] + 1)


class Dependents:
    """Which open documents depend on which policies, by the keys of the workspace's index."""

    def __init__(self) -> None:
        self._by_key: dict[Hashable, set[str]] = {}
        self._keys: dict[str, frozenset[Hashable]] = {}
        # What these keys were put together from.
        self._read: dict[str, tuple[list[frozenset[Hashable]], bool]] = {}

    def put(self, uri: str, snapshot: Snapshot) -> None:
        """A document says this now, and was last judged by what it was read from."""
        parts = snapshot.ours if snapshot.is_wanted else ()
        known = snapshot.known
        read = ([known[part.text].shelves for part in parts], bool(snapshot.tests))
        # Most requests come after a check: the same values, which takes a large file no time to see.
        if self._read.get(uri) == read:
            return
        found = frozenset[Hashable]().union(*read[0], {_EVERYTHING} if read[1] else ())
        if self._keys.get(uri) != found:
            self.forget(uri)
            self._keys[uri] = found
            for key in found:
                self._by_key.setdefault(key, set()).add(uri)
        self._read[uri] = read

    def forget(self, uri: str) -> None:
        """A document was closed."""
        self._read.pop(uri, None)
        for key in self._keys.pop(uri, ()):
            some = self._by_key[key]
            some.discard(uri)
            if not some:
                del self._by_key[key]

    def on(self, keys: Collection[Hashable]) -> set[str]:
        """The documents that depend on one of these groups of policies."""
        found = {uri for key in keys for uri in self._by_key.get(key, ())}
        return found | self.on_everything if keys else found

    @property
    def on_everything(self) -> frozenset[str]:
        """The documents that depend on all manifests."""
        return frozenset(self._by_key.get(_EVERYTHING, ()))
