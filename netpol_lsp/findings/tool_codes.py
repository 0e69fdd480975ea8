"""The codes of what the linter says of itself. The engine makes these findings; their pages are rules like others."""

from __future__ import annotations

UNUSED_SUPPRESSION = "NP901"
UNKNOWN_SUPPRESSION = "NP902"
NOT_RENDERED = "NP903"
INTERNAL_ERROR = "NP990"
YAML_SYNTAX = "NP001"
NOT_READ = frozenset({YAML_SYNTAX, "NP008"})
"""Findings which say that a document could not be read, or in part only: what else is in it was not looked at."""
