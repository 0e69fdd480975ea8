"""What tests are made of: policies as text, documents, typed policies. One builder for all of them."""

from __future__ import annotations

from netpol_lsp.kube.objects import objects_of
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.yaml.documents import parse_document
from netpol_lsp.yaml.nodes import Mapping, Node

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\n"
"""A policy without its spec, for tests that lay out the lines of the spec themselves."""
BLOCK_HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: web\n  namespace: shop\n"
"""The same in block style."""


def policy_text(spec: str = "{podSelector: {}}", name: str = "web", namespace: str | None = "shop") -> str:
    """A NetworkPolicy in flow style: `spec` is YAML of one line, or lines that are indented already."""
    where = f", namespace: {namespace}" if namespace is not None else ""
    head = f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}{where}}}\n"
    return f"{head}spec:\n{spec}" if "\n" in spec else f"{head}spec: {spec}\n"


def flow_policy(spec: str, name: str = "web") -> str:
    """A policy of namespace `shop` whose spec is the inside of a flow mapping, as in `podSelector: {}, ingress: []`."""
    return policy_text(f"{{{spec}}}", name)


def root_of(text: str) -> Node:
    """The root node of a YAML text without errors."""
    document = parse_document(text)
    assert document.error is None, document.error
    assert document.root is not None
    return document.root


def mapping(text: str) -> Mapping:
    """The root mapping of a YAML text."""
    root = root_of(text)
    assert isinstance(root, Mapping)
    return root


def policy(spec: str = "{podSelector: {}}", name: str = "web", namespace: str | None = "shop") -> NetworkPolicy:
    """A typed policy; see `policy_text`."""
    return NetworkPolicy(next(iter(objects_of(root_of(policy_text(spec, name, namespace))))))
