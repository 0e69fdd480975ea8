"""Between the client's URIs and paths: one name for each file."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote, urlsplit

from pygls import uris


def path_of_uri(uri: str) -> str | None:
    """The absolute path after a `file:` URI, `/`-separated; None for unsaved and remote documents."""
    if not uri.startswith("file:"):
        return None
    path = uris.to_fs_path(uri)
    return path.replace("\\", "/") if path else None


@lru_cache(maxsize=1024)
def uri_of_path(path: str) -> str:
    """The URI of an absolute path."""
    if os.sep == "/" and path[:1] == "/" and "//" not in path and "/." not in path and path[-1] != "/":
        # What `as_uri` does where there is nothing to tidy up, in a tenth of its time.
        return "file://" + quote_from_bytes(os.fsencode(path))
    return Path(path).as_uri()


def key_of_uri(uri: str) -> str:
    """One name for each file: clients write the same address in several ways, as `+` or `%2B`."""
    path = path_of_uri(uri)
    return uri_of_path(path) if path is not None and os.path.isabs(path) else uri


def name_of_uri(uri: str) -> str:
    """What to call a document in a sentence: the last part of its path."""
    return unquote(urlsplit(uri).path).rpartition("/")[2] or uri
