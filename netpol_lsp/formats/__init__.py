"""Output formats, one function each."""
