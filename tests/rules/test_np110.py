"""NP110: ports in the notation of other tools are rewritten as what they say."""

import pytest

from netpol_lsp.text.edits import Applicability
from netpol_lsp.yaml.documents import parse_document
from netpol_lsp.yaml.to_python import to_python

HEAD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {}
  ingress:
    - ports:
"""


def ports_of(text: str | None) -> object:
    assert text is not None
    return to_python(parse_document(text).root).value["spec"]["ingress"][0]["ports"]


@pytest.mark.parametrize(
    ("item", "wanted"),
    [
        ("- port: 8000:9000", [{"port": 8000, "endPort": 9000}]),
        ("- port: 8000-9000", [{"port": 8000, "endPort": 9000}]),
        ('- port: "8000 - 9000"', [{"port": 8000, "endPort": 9000}]),
        ("- {port: 8000..9000, protocol: UDP}", [{"port": 8000, "endPort": 9000, "protocol": "UDP"}]),
        ('- port: "80,443"', [{"port": 80}, {"port": 443}]),
        (
            '- protocol: UDP\n        port: "53, 5353"',
            [{"protocol": "UDP", "port": 53}, {"protocol": "UDP", "port": 5353}],
        ),
        ('- {port: "80 443", protocol: TCP}', [{"port": 80, "protocol": "TCP"}, {"port": 443, "protocol": "TCP"}]),
        ("- port: 80/tcp", [{"port": 80, "protocol": "TCP"}]),
        ("- port: udp/53", [{"port": 53, "protocol": "UDP"}]),
        ("- port: 53/UDP\n        protocol: UDP", [{"port": 53, "protocol": "UDP"}]),
        (
            '- port: "80/tcp,8000-8080/tcp,https"',
            [
                {"port": 80, "protocol": "TCP"},
                {"port": 8000, "protocol": "TCP", "endPort": 8080},
                {"port": "https"},
            ],
        ),
    ],
)
def test_what_the_notation_says(item: str, wanted: object, find, mend) -> None:
    text = f"{HEAD}      {item}\n"
    assert ports_of(mend("NP110", text)) == wanted
    assert find("NP110", text)[0].fixes[0].applicability is Applicability.SAFE


@pytest.mark.parametrize("word", ["'*'", "any", "ALL"])
def test_every_port_is_a_guess(word: str, find, mend) -> None:
    text = f"{HEAD}      - port: {word}\n        protocol: UDP\n"
    found = find("NP110", text)
    if found:
        assert ports_of(mend("NP110", text)) in ([{"protocol": "UDP"}], [{"port": "all", "protocol": "UDP"}])
        assert word != "'*'" or found[0].fixes[0].applicability is Applicability.UNSAFE


@pytest.mark.parametrize(
    "item", ["- port: 53/udp\n        protocol: TCP", "- port: 9000-80", "- port: 80/icmp", "- port: a_b"]
)
def test_what_cannot_be_meant_is_left_alone(item: str, find) -> None:
    assert [list(one.fixes) for one in find("NP110", f"{HEAD}      {item}\n")] == [[]]


def test_comments_stay(mend) -> None:
    text = f'{HEAD}      # web\n      - port: "80,443"  # both\n        protocol: TCP\n'
    assert mend("NP110", text) == (
        f"{HEAD}      # web\n      - port: 80  # both\n        protocol: TCP\n      - port: 443\n        protocol: TCP\n"
    )


def test_json(mend) -> None:
    text = (
        '{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "a"},'
        ' "spec": {"podSelector": {}, "ingress": [{"ports": [{"port": "80/tcp"}]}]}}'
    )
    assert '[{"port": 80, "protocol": "TCP"}]' in (mend("NP110", text) or "")
