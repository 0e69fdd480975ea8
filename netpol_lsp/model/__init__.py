"""Typed Kubernetes objects whose values know their node."""
