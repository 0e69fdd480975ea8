"""The command behind a menu of connections: the names that mean something, their ports, and the tests that a team has."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from netpol_lsp.ide.connection_names import KnownEnd
from netpol_lsp.lsp.features.commands import first_argument
from netpol_lsp.lsp.features.connections import still_reading
from netpol_lsp.lsp.features.intent_completion import ends_of
from netpol_lsp.lsp.features.navigation import snapshot_of_no_document
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.lsp.uris import path_of_uri, uri_of_path
from netpol_lsp.reach.intent_files import tests_in
from netpol_lsp.reach.intents import Intent

CHOICES = "netpol.connectionChoices"
TEST_FILES = ("netpol-tests.yaml", "netpol-tests.yml")
_MOST = 5000


def register(registry: Registry, services: Services) -> None:
    """Add the command. It takes `{"uri"?: ...}`, the file that someone is in.

    It answers `{"names": [{"name", "detail", "ports": [{"port", "detail"}], "isDestination"}], "tests": [{"name", "from",
    "to", "port", "expect"}]}`: the tests are those of the nearest netpol-tests.yaml upwards.
    """

    @registry.command(CHOICES)
    def choices(*arguments: Any) -> Json:
        return answer_choices(services, first_argument(arguments).get("uri"))


def answer_choices(services: Services, uri: Any) -> Json:
    """The names of the workspace, and the nearest tests of a file."""
    session = services.session
    here = session.beside_all(uri) if isinstance(uri, str) else None
    session.beside_all("")
    if not session.workspace.is_complete:
        return still_reading()
    ends = ends_of(here or snapshot_of_no_document(services))
    from netpol_lsp.formats.reach.tests import intent_data  # noqa: PLC0415 - most sessions never ask

    path = path_of_uri(uri) if isinstance(uri, str) else None
    tests = [intent_data(intent) for intent in _nearest_tests(services, path)] if path is not None else []
    return {"names": [_end(end) for end in ends[:_MOST]], "tests": tests}


def _end(end: KnownEnd) -> Json:
    ports = [{"port": port, "detail": detail} for port, detail in end.ports]
    return {"name": end.name, "detail": end.detail, "ports": ports, "isDestination": end.is_destination}


def _nearest_tests(services: Services, path: str) -> Iterator[Intent]:
    """The tests of the nearest file of the usual name, in a file's folder or above it, inside the workspace."""
    folder = posixpath.dirname(path)
    while services.configuration.is_inside(folder):
        for name in TEST_FILES:
            uri = uri_of_path(f"{folder}/{name}")
            source = services.session.source_of(uri)
            if source is not None:
                for _, file in tests_in(source.text, uri):
                    yield from file.intents
                return
        folder = posixpath.dirname(folder)
