"""Connectivity and differences as one page for a browser, which needs no network."""
