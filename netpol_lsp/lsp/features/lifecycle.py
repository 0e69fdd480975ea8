"""From initialize to exit: capabilities, workspace folders, settings, watchers, trace."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any

from lsprotocol import types

from netpol_lsp.files.discovery import CONFIG_NAME, GITIGNORE
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.lsp.features import diagnostics
from netpol_lsp.lsp.state.client import Client
from netpol_lsp.lsp.state.configuration import SECTION, parse_settings
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.transport.movable_json import plain_data
from netpol_lsp.lsp.transport.watchdog import leave_with
from netpol_lsp.lsp.uris import path_of_uri
from netpol_lsp.policies.kinds import API_VERSION, NETWORK_POLICY
from netpol_lsp.text.source import Encoding

logger = logging.getLogger(__name__)

WATCHED = (f"**/{CONFIG_NAME}", f"**/{GITIGNORE}", "**/*.{yaml,yml,json,tpl,j2,jinja,jinja2,erb,ejs,tftpl,gotmpl}")
_PARENT_CHECK = 5.0
_ENCODINGS: dict[str, Encoding] = {"utf-8": "utf-8", "utf-16": "utf-16", "utf-32": "utf-32"}


def register(registry: Registry, services: Services) -> None:
    """Add the handlers."""

    @registry.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        start(registry, services, params)

    @registry.feature(types.INITIALIZED)
    def initialized(_params: types.InitializedParams) -> None:
        services.log.connect()
        register_with_client(services)
        fetch_settings(services)
        services.sync.index.start()
        threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
        if services.host.process_id:
            loop = asyncio.get_running_loop()
            leave_with(services.host.process_id, lambda: loop.call_soon_threadsafe(services.host.stop))

    @registry.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        if services.client.capabilities.configuration:
            fetch_settings(services)
        else:
            use_settings(services, params.settings)

    @registry.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_folders(_params: types.DidChangeWorkspaceFoldersParams) -> None:
        set_roots(services)
        services.refresher.reload_configuration()
        services.sync.index.start()

    @registry.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def cancel_progress(params: types.WorkDoneProgressCancelParams) -> None:
        services.sync.index.cancel(params.token)
        services.background.cancel(params.token)

    @registry.feature(types.SET_TRACE)
    def set_trace(params: types.SetTraceParams) -> None:
        services.log.trace(params.value)


def start(registry: Registry, services: Services, params: types.InitializeParams) -> None:
    """Take over what the client tells of itself."""
    services.client.capabilities = Client.of(params.capabilities)
    services.session.encoding = chosen_encoding(services, params.initialization_options)
    services.log.trace(params.trace or types.TraceValue.Off)
    services.configuration.initial = parse_settings(params.initialization_options)
    services.configuration.settings = services.configuration.initial
    set_roots(services)
    if not services.host.folders and (path := path_of_uri(services.host.root_uri or "")):
        services.configuration.roots = (path.rstrip("/") or "/",)
    if services.client.capabilities.pulls_diagnostics:
        diagnostics.register_pull(registry, services)


def chosen_encoding(services: Services, options: Any) -> Encoding:
    """What columns count, as agreed with the client.

    Some clients count bytes and know no way to say so, as ALE for Vim does: they set `positionEncoding` in their
    initialization options, which outweighs what was agreed. Without it their fixes would cut characters apart.
    """
    wanted = options.get("positionEncoding") if isinstance(options, dict) else None
    if isinstance(wanted, str) and wanted in _ENCODINGS:
        return _ENCODINGS[wanted]
    return _ENCODINGS.get(services.host.position_encoding, "utf-16")


def set_roots(services: Services) -> None:
    """The workspace folders that are on this machine."""
    uris = services.host.folders
    services.configuration.roots = tuple(path.rstrip("/") or "/" for uri in uris if (path := path_of_uri(uri)))


def register_with_client(services: Services) -> None:
    """Ask to be told of changed files and settings, where the client takes such wishes."""
    registrations = []
    if services.client.capabilities.watches_files:
        watchers = [types.FileSystemWatcher(glob_pattern=pattern) for pattern in WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers)
        registrations.append(
            types.Registration("netpol-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, register_options=options)
        )
    if services.client.capabilities.configuration_registration:
        section = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
        registrations.append(
            types.Registration("netpol-settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, register_options=section)
        )
    if registrations:
        services.client.request(types.CLIENT_REGISTER_CAPABILITY, types.RegistrationParams(registrations))


def fetch_settings(services: Services) -> None:
    """Ask the client for its settings."""
    if services.client.capabilities.configuration:
        wanted = types.ConfigurationParams(items=[types.ConfigurationItem(section=SECTION)])
        services.client.request(
            types.WORKSPACE_CONFIGURATION, wanted, lambda answer: use_settings(services, answer[0] if answer else None)
        )


def use_settings(services: Services, data: Any) -> None:
    """Take over settings, and have drawn again what depends on them."""
    settings = parse_settings(plain_data(data), services.configuration.initial)
    if settings == services.configuration.settings:
        return
    may_render = services.configuration.may_render
    services.configuration.settings = settings
    if services.configuration.may_render is not may_render:
        services.sync.rendering.refresh()
    if services.client.capabilities.refreshes_hints:
        services.client.request(types.WORKSPACE_INLAY_HINT_REFRESH, None)
    if services.client.capabilities.refreshes_lenses:
        services.client.request(types.WORKSPACE_CODE_LENS_REFRESH, None)


def warm_up() -> None:
    """Load now what the first mistake would have to wait for: rules, schemas and their libraries."""
    text = f"apiVersion: {API_VERSION}\nkind: {NETWORK_POLICY}\nmetadata: {{name: A_}}\nspec: {{policyTypes: [x]}}\n"
    try:
        for sample in (text, f"{text}half\n"):
            lint_text(sample)
    except Exception:
        logger.exception("the rules could not be loaded")
