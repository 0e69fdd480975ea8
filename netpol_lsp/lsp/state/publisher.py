"""Sends findings to clients that wait for them, and remembers what it sent."""

from __future__ import annotations

import json
import os

from lsprotocol import types

from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.lsp.state.client_port import ClientPort
from netpol_lsp.lsp.state.configuration import Configuration
from netpol_lsp.lsp.state.diagnostic_render import related_uris, render_config_problems, render_findings
from netpol_lsp.lsp.state.intent_findings import render_test_findings
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import NOTHING, RawJson
from netpol_lsp.lsp.uris import path_of_uri
from netpol_lsp.text.source import BOM


class Publisher:
    """Pushes diagnostics; does nothing for clients that pull theirs."""

    def __init__(self, client: ClientPort, configuration: Configuration, session: Session) -> None:
        self._client = client
        self._configuration = configuration
        self._session = session
        self._shown: dict[str, tuple[int | None, RawJson]] = {}
        self._config_uris: set[str] = set()
        # Which documents the findings of each lead to, and the other way round.
        self._leads_to: dict[str, frozenset[str]] = {}
        self._led: dict[str, set[str]] = {}

    def publish(self, snapshot: Snapshot) -> None:
        """Send the findings of a document; nothing for one that is not ours and never had any."""
        if self._client.capabilities.pulls_diagnostics:
            return
        self._publish(snapshot)
        # What leads to a place in this document leads to where it is now.
        for uri in tuple(self._led.get(snapshot.source.uri, ())):
            other = self._session.up_to_date(uri)
            if other is not None and other.uri != snapshot.uri and self._shown.get(uri, (None,))[0] == other.version:
                self._publish(other)
        self.publish_config_problems()

    def _publish(self, snapshot: Snapshot) -> None:
        client = self._client.capabilities
        items = render_findings(snapshot, client, self._session, render_test_findings(snapshot, self._session, client))
        self._lead(snapshot.uri, related_uris(snapshot) if client.related_information else frozenset())
        if items != NOTHING or snapshot.uri in self._shown or snapshot.is_config or snapshot.ours or snapshot.tests:
            self._send(snapshot.uri, snapshot.version, items)

    def _lead(self, uri: str, others: frozenset[str]) -> None:
        """What is shown for a document leads to places in these others."""
        before = self._leads_to.pop(uri, frozenset())
        for other in before - others:
            self._led[other].discard(uri)
            if not self._led[other]:
                del self._led[other]
        for other in others - before:
            self._led.setdefault(other, set()).add(uri)
        if others:
            self._leads_to[uri] = others

    def fall_back(self, uri: str) -> None:
        """A document was closed, or changed on disk: show the disk's text, or nothing when it is gone."""
        self._lead(uri, frozenset())
        if uri not in self._shown:
            return
        path = path_of_uri(uri)
        read = read_source(path) if path is not None and os.path.isfile(path) else None
        if read is None or isinstance(read, ReadProblem):
            self._send(uri, None, NOTHING)
            return
        text = BOM + read.text if read.has_bom else read.text
        self.publish(self._session.make(uri, text))

    def publish_config_problems(self) -> None:
        """Send what is wrong with config files that are not open."""
        if self._client.capabilities.pulls_diagnostics:
            return
        by_uri = render_config_problems(self._configuration.problems(), self._session.encoding)
        for uri in {*by_uri, *self._config_uris}:
            if self._session.get(uri) is None:
                self._send(uri, None, by_uri.get(uri, NOTHING))
        self._config_uris = set(by_uri)

    def refresh_closed(self) -> None:
        """Look again at what is shown for documents that are not open."""
        for uri in tuple(self._shown):
            if self._session.get(uri) is None and uri not in self._config_uris:
                self.fall_back(uri)

    def _send(self, uri: str, version: int | None, items: RawJson) -> None:
        if self._shown.get(uri) == (version, items):
            return
        if items != NOTHING or version is not None:
            self._shown[uri] = (version, items)
        else:
            self._shown.pop(uri, None)
        numbered = "" if version is None else f'"version":{version},'
        params = RawJson(f'{{"uri":{json.dumps(uri)},{numbered}"diagnostics":{items}}}')
        self._client.notify(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, params)
