"""What names and annotations claim."""

import pytest

from netpol_lsp.lint.analysis import analyse_document
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.name_intent import annotation_that_allows, claim_of

IN, OUT = Direction.INGRESS, Direction.EGRESS


@pytest.mark.parametrize(
    ("text", "allows", "denies"),
    [
        ("allow-frontend", True, False),
        ("web.permit.all", True, False),
        ("Allows traffic from the frontend", True, False),
        ("deny-all", False, True),
        ("isolate-db", False, True),
        ("disallow-egress", False, True),
        ("deny-all-allow-dns", False, False),
        ("allow-none", False, False),
        ("no-deny", False, False),
        ("deny-all-except-dns", False, False),
        ("allowance", False, False),
        ("denyall", False, False),
        ("web", False, False),
        ("", False, False),
    ],
)
def test_claim(text, allows, denies):
    claim = claim_of(text)
    assert (claim.allows, claim.denies) == (allows, denies)


@pytest.mark.parametrize(
    ("text", "directions"),
    [
        ("allow-ingress", {IN}),
        ("deny-outbound", {OUT}),
        ("deny-incoming-and-outgoing", {IN, OUT}),
        ("allow-egress-ingress", {IN, OUT}),
        ("allow-web", set()),
    ],
)
def test_directions(text, directions):
    claim = claim_of(text)
    assert claim.directions == directions
    assert {direction for direction in Direction if claim.concerns(direction)} == (directions or {IN, OUT})


def test_width():
    assert [claim_of(text).is_wide for text in ("default-deny", "allow-all", "same-namespace", "web")] == [
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("annotations", "direction", "key"),
    [
        ("{note: allows all egress}", OUT, "note"),
        ("{note: allows all egress}", IN, None),
        ("{note: allows everything}", OUT, None),
        ("{note: never allow egress}", OUT, None),
        ("{kubectl.kubernetes.io/last-applied-configuration: allow egress}", OUT, None),
        ("{note: 12}", OUT, None),
        ("{note: $TEXT, more: permit outgoing traffic}", OUT, "more"),
    ],
)
def test_annotations(annotations, direction, key):
    analysis = analyse_document(
        f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{annotations: {annotations}}}\n"
    )
    assert analysis is not None
    assert annotation_that_allows(analysis.objects[0], direction) == key
