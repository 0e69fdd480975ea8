"""Language features: each converts a request, asks `ide` or the engine, and converts the answer."""
