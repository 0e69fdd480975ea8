"""Output formats of why, connectivity, diff and test: one function each."""
