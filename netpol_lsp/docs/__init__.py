"""Generated and user-facing documentation: rule pages, field docs, explanations."""
