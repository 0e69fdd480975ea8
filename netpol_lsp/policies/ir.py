"""What a policy of any kind means, as data without nodes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Where somebody wrote a thing. Offsets are code points of the file's text; `end` is exclusive.

    `document`: the number of the YAML document in the file, from 0. `object_path`: "" or the object's path
    in its document, as `items[0]` in a List. `field`: the path of the field inside the object, as
    `spec.ingress[0].from[1]`. The default value is "nobody knows".
    """

    uri: str = ""
    document: int = 0
    object_path: str = ""
    field: str = ""
    start: int = 0
    end: int = 0


NOWHERE = Origin()
"""The place that nobody knows."""
