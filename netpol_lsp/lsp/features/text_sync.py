"""Keeps the session in step with the client's documents and the files on disk."""

from __future__ import annotations

from functools import partial

from lsprotocol import types

from netpol_lsp.files.discovery import CONFIG_NAME, GITIGNORE
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.uris import name_of_uri, path_of_uri

_MANY = 100
"""Files changed at once, as by another branch, from which a scan costs less."""
_DECIDING = (f"/{CONFIG_NAME}", f"/{GITIGNORE}")
"""Files that say what else is read."""
_ANY_MANIFEST = types.FileOperationRegistrationOptions(
    filters=[types.FileOperationFilter(pattern=types.FileOperationPattern(glob="**/*"), scheme="file")]
)


def register(registry: Registry, services: Services) -> None:
    """Add the handlers."""

    def told(uris: list[str]) -> None:
        services.files.tell(uris, partial(files_changed, services))

    @registry.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        with services.urgent.waiting():
            services.session.open(document.uri, document.version, document.text)
            services.sync.document_opened()
        services.scheduler.schedule(document.uri)

    @registry.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        with services.urgent.waiting():
            changed = services.session.change(document.uri, document.version, params.content_changes)
        if changed is not None:
            services.scheduler.schedule(document.uri, hurried=True)

    @registry.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        closed(services, params.text_document.uri)

    @registry.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        saved(services, params.text_document.uri)

    @registry.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_files(params: types.DidChangeWatchedFilesParams) -> None:
        told([change.uri for change in params.changes])

    @registry.feature(types.WORKSPACE_DID_RENAME_FILES, _ANY_MANIFEST)
    def did_rename(params: types.RenameFilesParams) -> None:
        told([uri for file in params.files for uri in (file.old_uri, file.new_uri)])

    @registry.feature(types.WORKSPACE_DID_DELETE_FILES, _ANY_MANIFEST)
    def did_delete(params: types.DeleteFilesParams) -> None:
        told([file.uri for file in params.files])


def closed(services: Services, uri: str) -> None:
    """A document was closed: what its file says on disk counts again."""
    view = services.session.workspace.view
    services.scheduler.forget(uri)
    snapshot = services.session.close(uri)
    if snapshot is not None:
        services.sync.document_closed(uri, snapshot.source.uri)
    services.publisher.fall_back(uri)
    if services.session.workspace.view is not view:
        services.refresher.check_affected()


def saved(services: Services, uri: str) -> None:
    """A document was saved; a client that watches no files may not know of a config file that has changed."""
    if name_of_uri(uri) == CONFIG_NAME:
        services.files.tell([uri], partial(files_changed, services))
    elif not services.client.capabilities.watches_files:
        services.refresher.reload_configuration()
        _render_again(services, [uri])


def reconfigured(services: Services) -> None:
    """A config file has changed: what files that are not open say may mean something else now, too."""
    services.refresher.reload_configuration()
    services.sync.index.start()


def files_changed(services: Services, uris: list[str]) -> None:
    """Files were made, changed, renamed or deleted outside of open documents."""
    paths = [path for uri in uris if (path := path_of_uri(uri)) is not None]
    if services.sync.is_affected_by(paths):
        services.sync.context.refresh(force=True)
    if any(path.endswith(_DECIDING) for path in paths) or services.configuration.concerns(paths):
        reconfigured(services)
    elif len(uris) > _MANY:
        services.sync.index.start()
    else:
        services.sync.index.update(uris)
    _render_again(services, uris)
    for uri in uris:
        if services.session.get(uri) is None:
            services.publisher.fall_back(uri)


def _render_again(services: Services, uris: list[str]) -> None:
    """Render again what these files are part of."""
    if services.sync.rendering.is_affected_by([path for uri in uris if (path := path_of_uri(uri)) is not None]):
        services.sync.rendering.refresh()
