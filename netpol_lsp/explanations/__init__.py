"""Plain English: what a policy does."""
