"""Connectivity: which pods may talk to which, and why."""
