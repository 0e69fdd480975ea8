"""Text: spans, sources, line indexes and edits."""
