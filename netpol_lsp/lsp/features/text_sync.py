"""Keeps the session in step with the client's documents and the files on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from netpol_lsp.files.discovery import CONFIG_NAME, GITIGNORE
from netpol_lsp.lsp.features import diagnostics
from netpol_lsp.lsp.uris import name_of_uri, path_of_uri

if TYPE_CHECKING:
    from netpol_lsp.lsp.server import NetpolServer

_MANY = 100
"""Files changed at once, as by another branch, from which a scan costs less."""
_DECIDING = (f"/{CONFIG_NAME}", f"/{GITIGNORE}")
"""Files that say what else is read."""
_ANY_MANIFEST = types.FileOperationRegistrationOptions(
    filters=[types.FileOperationFilter(pattern=types.FileOperationPattern(glob="**/*"), scheme="file")]
)


def register(server: NetpolServer) -> None:
    """Add the handlers."""

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        server.session.open(document.uri, document.version, document.text)
        if server.index.is_ready:
            server.context.refresh()
        server.scheduler.schedule(document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        if server.session.change(document.uri, document.version, params.content_changes) is not None:
            server.scheduler.schedule(document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        closed(server, params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        saved(server, params.text_document.uri)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_files(params: types.DidChangeWatchedFilesParams) -> None:
        files_changed(server, [change.uri for change in params.changes])

    @server.feature(types.WORKSPACE_DID_RENAME_FILES, _ANY_MANIFEST)
    def did_rename(params: types.RenameFilesParams) -> None:
        files_changed(server, [uri for file in params.files for uri in (file.old_uri, file.new_uri)])

    @server.feature(types.WORKSPACE_DID_DELETE_FILES, _ANY_MANIFEST)
    def did_delete(params: types.DeleteFilesParams) -> None:
        files_changed(server, [file.uri for file in params.files])


def closed(server: NetpolServer, uri: str) -> None:
    """A document was closed: what its file says on disk counts again."""
    view = server.session.workspace.view
    server.scheduler.forget(uri)
    snapshot = server.session.close(uri)
    if snapshot is not None:
        if server.index.is_ready:
            server.context.refresh(force=server.session.workspace.is_context(snapshot.source.uri))
        server.index.update([uri])
    server.publisher.fall_back(uri)
    if server.session.workspace.view is not view:
        diagnostics.check_again(server)


def saved(server: NetpolServer, uri: str) -> None:
    """A document was saved; a client that watches no files may not know of a config file that has changed."""
    if name_of_uri(uri) == CONFIG_NAME:
        reconfigured(server)
    elif not server.client.watches_files:
        diagnostics.reload(server)


def reconfigured(server: NetpolServer) -> None:
    """A config file has changed: what files that are not open say may mean something else now, too."""
    diagnostics.reload(server)
    server.index.start()


def files_changed(server: NetpolServer, uris: list[str]) -> None:
    """Files were made, changed, renamed or deleted outside of open documents."""
    paths = [path for uri in uris if (path := path_of_uri(uri)) is not None]
    if server.context.concerns(paths):
        server.context.refresh(force=True)
    if any(path.endswith(_DECIDING) for path in paths) or server.configuration.concerns(paths):
        reconfigured(server)
    elif len(uris) > _MANY:
        server.index.start()
    else:
        server.index.update(uris)
    for uri in uris:
        if server.session.get(uri) is None:
            server.publisher.fall_back(uri)
