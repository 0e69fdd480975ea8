"""Where something that the workspace knows was written."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Origin:
    """Where someone wrote a thing.

    `document` counts the YAML documents of the file from 0; `object_path` is "" or `items[0]` in a List; `field` is
    the path inside the object, such as `spec.ingress[0].from[1]`. `start` and `end` are offsets in the document in code
    points, the end exclusive: an edit above the document does not change them. The default value is "no one knows".
    """

    uri: str = ""
    document: int = 0
    object_path: str = ""
    field: str = ""
    start: int = 0
    end: int = 0

    def at(self, field: str, start: int, end: int) -> Origin:
        """Another place in the same object."""
        return replace(self, field=field, start=start, end=end)


NOWHERE = Origin()
"""The origin of what no one wrote."""
