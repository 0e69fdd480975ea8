"""A policy and where it is."""

from __future__ import annotations

from dataclasses import dataclass

from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics


@dataclass(frozen=True, slots=True)
class LocatedPolicy:
    """A policy and where it is: the file, the number of the document in it, the object's path in the document.

    `path` is "" or `items[0]` in a List. `uri` is "" for a text that is no file. `is_context`: it counts, but
    is not linted itself. `cni`: the network plugin of its file's configuration, where the workspace is to be told
    something about it once and not at each policy. `is_possible`: it may be there, and may allow something; see
    `netpol_lsp.workspace.possible_policies`.
    """

    policy: NetworkPolicySemantics
    uri: str = ""
    document: int = 0
    path: str = ""
    is_context: bool = False
    cni: str | None = None
    is_possible: bool = False

    @property
    def folder(self) -> str:
        """The folder of the file."""
        return self.uri.rpartition("/")[0]
