"""Lists whose items have no kind of their own, as `kubectl get ns -o json` of old wrote them."""

import pytest

from netpol_lsp.workspace.resource_kinds import may_hold_resources


@pytest.mark.parametrize("kind", ["NamespaceList", "ServiceList", "Namespace", "IngressList"])
def test_lists_are_looked_into(kind: str) -> None:
    assert may_hold_resources(f"kind: {kind}\nitems: []\n")


@pytest.mark.parametrize("kind", ["NamespaceListing", "ConfigMapList", "Namespaced"])
def test_others_are_not(kind: str) -> None:
    assert not may_hold_resources(f"kind: {kind}\n")
