"""NP219 except-removes-all."""

import pytest

from netpol_lsp.lint.engine import lint_text
from tests.builders import policy_text


def policy(block: str) -> str:
    return policy_text(f"  podSelector: {{}}\n  ingress: [{{from: [{{ipBlock: {block}}}]}}]\n")


@pytest.mark.parametrize(
    "block",
    [
        "{cidr: 10.0.0.0/8, except: [10.0.0.0/9, 10.128.0.0/9]}",
        "{cidr: 10.0.0.0/8, except: [10.128.0.0/9, 10.64.0.0/10, 10.0.0.0/10]}",
        "{cidr: 0.0.0.0/0, except: [0.0.0.0/1, 128.0.0.0/1]}",
        "{cidr: 'fd00::/8', except: ['fd00::/9', 'fd80::/9']}",
        "{cidr: 10.0.0.0/8, except: [10.0.0.0/9, 10.128.0.0/9, 10.1.0.0/16]}",
    ],
)
def test_nothing_is_left(find, block):
    text = policy(block)
    (found,) = find("NP219", text)
    cidr = block.partition("cidr: ")[2].partition(",")[0].strip("'")
    assert found.message == f"nothing is left of `{cidr}`: the exceptions cover all of it"
    assert text[found.span.start : found.span.end] == "except"
    assert text[found.related[0].span.start : found.related[0].span.end].strip("'") == cidr


@pytest.mark.parametrize(
    "block",
    [
        "{cidr: 10.0.0.0/8}",
        "{cidr: 10.0.0.0/8, except: []}",
        "{cidr: 10.0.0.0/8, except: [10.0.0.0/9]}",
        "{cidr: 10.0.0.0/8, except: [10.0.0.0/9, 10.128.0.0/10]}",
        "{cidr: 0.0.0.0/0, except: ['::/1', '8000::/1']}",
        # Refused: NP113.
        "{cidr: 10.0.0.0/8, except: [10.0.0.0/8]}",
        "{cidr: 10.0.0.0/8, except: [0.0.0.0/0, 10.1.0.0/16]}",
        # Unknown, or refused anyway.
        "{cidr: $CIDR, except: [10.0.0.0/9, 10.128.0.0/9]}",
        "{cidr: 10.0.0.0/8, except: [10.0.0.0/9, $CIDR]}",
        "{cidr: 10.0.0.0/8, except: [10.0.0.0/9, nonsense]}",
        "{except: [10.0.0.0/9, 10.128.0.0/9]}",
        "{cidr: 10.0.0.0/8, except: 10.0.0.0/9}",
    ],
)
def test_silent(find, block):
    assert find("NP219", policy(block)) == []


def test_an_alias_is_not_said_again(find):
    block = "&b {cidr: 10.0.0.0/8, except: [10.0.0.0/9, 10.128.0.0/9]}"
    text = policy(block).replace("}}]}]", "}}]}, {from: [{ipBlock: *b}], ports: [{port: 80}]}]")
    assert lint_text(text).policies == 1
    assert len(find("NP219", text)) == 1


def test_it_is_not_called_superfluous_too(find):
    text = policy("{cidr: 10.0.0.0/8, except: [10.0.0.0/9, 10.128.0.0/9]}}, {ipBlock: {cidr: 10.0.0.0/8}")
    assert len(find("NP219", text)) == 1
    assert find("NP213", text) == []
