"""Linter and language server for Kubernetes NetworkPolicies."""

__version__ = "0.1.0"
