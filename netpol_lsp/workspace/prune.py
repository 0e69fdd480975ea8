"""Takes out of a manifest what no fact depends on, before it is parsed: environments that name no Service, probes, volumes, schemas.

Parsing is most of the work where a workspace is read, and most of a Deployment is about other things. Offsets stay.
"""

from __future__ import annotations

import re

from netpol_lsp.workspace.extract_calls import may_name_services

_KEYS = (
    "affinity|args|binaryData|command|conditions|containerStatuses|data|env|envFrom|imagePullSecrets|initContainerStatuses"
    "|lifecycle|livenessProbe|managedFields|nodeSelector|openAPIV3Schema|readinessProbe|resources|securityContext"
    "|startupProbe|strategy|stringData|tolerations|topologySpreadConstraints|updateStrategy|volumeClaimTemplates"
    "|volumeMounts|volumes"
)
# A key alone on its line, and the lines below it that are its value: deeper ones, items of a list at its own column.
_BLOCK = re.compile(
    rf"^(?P<indent> *)(?:{_KEYS}):[ \t\r]*\n(?P<body>(?:(?P=indent)(?: |- ).*\n|[ \t\r]*\n)++)", re.MULTILINE
)
_ANCHOR = re.compile(r"(?:^|[\s\[{,])&[^\s&]", re.MULTILINE)


def prune(text: str) -> str:
    """The text of one plain document with spaces instead of what no fact depends on.

    Values that go on in lines of another column (flow style after a tab) are cut in the middle: where the result cannot
    be parsed, the whole text has to be.
    Nothing is taken out where there are anchors: what is taken out could define one.
    """
    if "&" in text and _ANCHOR.search(text):
        return text
    return _BLOCK.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    head = match.group()[: match.start("body") - match.start()]
    if head.lstrip(" ").startswith("env:") and may_name_services(match["body"]):
        return match.group()
    return head + "\n".join([" " * len(line) for line in match["body"].split("\n")])
