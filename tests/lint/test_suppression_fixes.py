"""What --fix does to suppression comments: it never loses a word."""

import pytest

from netpol_lsp.config.config import Config
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.lint.fixer import fix_source
from netpol_lsp.lint.suppression_fixes import rewritten
from netpol_lsp.text.source import Source

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
BEFORE    - from: [{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: "::/0"}}]AFTER
"""

CODES = {"NP210", "NP402", "NP111", "peers-or-not-and"}


def is_code(word):
    return word.upper() in CODES or word in CODES


@pytest.mark.parametrize(
    ("written", "proper"),
    [
        ("netpol: ignore NP210 because the shop asks", "netpol: ignore[NP210] because the shop asks"),
        ("netpol: ignore NP210", "netpol: ignore[NP210]"),
        ("netpol:ignore NP210: on purpose", "netpol: ignore[NP210] on purpose"),
        ("netpol: ignore: NP210, on purpose", "netpol: ignore[NP210] on purpose"),
        ("netpol: ignore NP210, NP402 both are known", "netpol: ignore[NP210, NP402] both are known"),
        ("netpol: ignore NP210 NP402", "netpol: ignore[NP210, NP402]"),
        ("netpol: ignore (NP210) we (really) know", "netpol: ignore[NP210] we (really) know"),
        ("netpol: ignore=NP210 x", "netpol: ignore[NP210] x"),
        ("netpol: ignore[NP210 because of [1]", "netpol: ignore[NP210] because of [1"),
        ("netpol: ignore[NP210 because we know] and more", "netpol: ignore[NP210] because we know and more"),
        ("netpol: ignore[NP210", "netpol: ignore[NP210]"),
        ("netpol: ignore-file NP210 old", "netpol: ignore-file[NP210] old"),
        ("netpol ignore[NP210] x", "netpol: ignore[NP210] x"),
        ("netpol-lint: ignore[NP210] x", "netpol: ignore[NP210] x"),
        ("NetPol: Ignore[np210] x", "netpol: ignore[np210] x"),
        ("netpol: ignore peers-or-not-and - decided", "netpol: ignore[peers-or-not-and] - decided"),
    ],
)
def test_brackets_are_written_and_words_are_kept(written, proper):
    assert rewritten(written, is_code) == proper
    assert rewritten(proper, is_code) is None


@pytest.mark.parametrize(
    "written",
    [
        "netpol: ignore[NP210] because",
        "netpol: ignore[NP210, NP777]",
        "netpol: ignore[NP777 NP210]",
        "netpol: ignore this for now",
        "netpol: ignore",
        "netpol: ignore[]",
        "netpol: ignores NP210",
        "netpol ignores what NP210 says",
        "netpol: ignored NP210",
        "see netpol: ignore NP210",
        "netpol-ignore NP210",
        "ignore NP210",
    ],
)
def test_what_is_proper_or_no_suppression_stays(written):
    assert rewritten(written, is_code) is None


def fixed(text, *, unsafe=False):
    return fix_source(Source("web.yaml", text), Config().for_file(), unsafe=unsafe).source.text


def policy(before="", after=""):
    return POLICY.replace("BEFORE", before).replace("AFTER", after)


@pytest.mark.parametrize(
    ("place", "written", "proper"),
    [
        ("after", "  # netpol: ignore NP402 because the shop asks", "  # netpol: ignore[NP402] because the shop asks"),
        ("after", "  # NetPol-lint ignore (NP402) x", "  # netpol: ignore[NP402] x"),
        ("before", "    #netpol: ignore NP402 公 🎉 words\n", "    #netpol: ignore[NP402] 公 🎉 words\n"),
    ],
)
@pytest.mark.parametrize("unsafe", [False, True])
def test_a_malformed_suppression_is_mended_and_works(place, written, proper, unsafe):
    text = policy(**{place: written})
    assert fixed(text, unsafe=unsafe) == policy(**{place: proper})
    assert [one.code for one in lint_text(fixed(text)).diagnostics if one.suppressed] == ["NP402"] * 2


@pytest.mark.parametrize(
    "comment",
    [
        "    # netpol: ignore[NP201] we know: the platform fills it in\n",
        "    # netpol: ignore[NP777] we know\n",
        "    # netpol: ignore[NP111, NP112]\n",
        "    # netpol: ignore this one, please\n",
        "    # netpol: ignore\n",
    ],
)
@pytest.mark.parametrize("unsafe", [False, True])
def test_what_says_more_than_a_code_is_never_removed(comment, unsafe):
    text = policy(before=comment)
    assert comment in fixed(text, unsafe=unsafe)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("place", "comment"),
    [
        ("before", "    # netpol: ignore[NP111]\n"),
        ("after", "  # netpol: ignore[NP111]"),
        ("after", "  # netpol: ignore[NP777]"),
        ("after", "\n# netpol: ignore[NP111]"),
    ],
)
def test_an_unused_one_goes_with_its_line_only_when_asked(place, comment, newline):
    text = policy(**{place: comment}).replace("\n", newline)
    assert fixed(text) == text
    assert fixed(text, unsafe=True) == policy().replace("\n", newline)
    last = text.removesuffix(newline)
    assert fixed(last, unsafe=True).removesuffix(newline) == policy().replace("\n", newline).removesuffix(newline)


@pytest.mark.parametrize("start", ["netpol", "netpol:", "netpol: ignore", "netpol: ignore[", "netpol: ignore NP210"])
@pytest.mark.parametrize("piece", [" ", ":", "=", "NP210 ", "NP210,", ",", "[", "x", "("])
def test_the_time_grows_with_the_comment(start, piece):
    """With backtracking this would take hours."""
    rewritten(start + piece * 200_000, is_code)
