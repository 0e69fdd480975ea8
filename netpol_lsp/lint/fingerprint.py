"""stub"""
from __future__ import annotations
def with_fingerprints(found):
    return found
