"""What a language feature is given: the client's door and the parts that know something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from netpol_lsp.lsp.state.background import Background
from netpol_lsp.lsp.state.client_port import ClientPort
from netpol_lsp.lsp.state.closed_file_checker import ClosedFileChecker
from netpol_lsp.lsp.state.configuration import Configuration
from netpol_lsp.lsp.state.file_events import FileEvents
from netpol_lsp.lsp.state.publisher import Publisher
from netpol_lsp.lsp.state.refresher import Refresher
from netpol_lsp.lsp.state.scheduler import Scheduler
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.state.urgent import Urgent
from netpol_lsp.lsp.state.workspace_sync import WorkspaceSync
from netpol_lsp.lsp.transport.logs import ClientLog

Handler = TypeVar("Handler", bound=Callable[..., Any])


class Registry(Protocol):
    """Where a feature adds its handlers."""

    def feature(self, feature_name: str, options: Any = None) -> Callable[[Handler], Handler]:
        """A decorator for the handler of a method."""

    def command(self, command_name: str) -> Callable[[Handler], Handler]:
        """A decorator for the handler of a command."""


class Host(Protocol):
    """What the protocol's library knows of the session."""

    @property
    def folders(self) -> list[str]:
        """The URIs of the workspace's folders."""

    @property
    def root_uri(self) -> str | None:
        """The folder that clients without workspace folders open."""

    @property
    def position_encoding(self) -> str:
        """What columns count, as agreed with the client."""

    @property
    def process_id(self) -> int | None:
        """The client's process."""

    def stop(self) -> None:
        """End the server."""


@dataclass(frozen=True, slots=True)
class Services:
    """The server's parts. None of them knows the server, and features take snapshots from `session` only.

    `client` is what the other end can do and how it is told, `session` holds its documents, `scheduler` checks them,
    `publisher` sends what was found, `refresher` has all of it done again, `sync` reads the files that are not open,
    `closed` checks them, `files` gathers what is told of them, `background` runs what takes long, `urgent` is what it gives way to, `log` writes to the client's log, `host` is the session itself.
    """

    client: ClientPort
    configuration: Configuration
    session: Session
    scheduler: Scheduler
    publisher: Publisher
    refresher: Refresher
    sync: WorkspaceSync
    closed: ClosedFileChecker
    files: FileEvents
    background: Background
    urgent: Urgent
    log: ClientLog
    host: Host
