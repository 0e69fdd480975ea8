"""What the API server makes of a scalar: go-yaml's rules, not those of YAML 1.1 nor 1.2."""

import pytest

from netpol_lsp.yaml.nodes import Scalar
from netpol_lsp.yaml.scalars import is_number_like, key_string, looks_like_timestamp, resolve, resolve_plain, tag_error
from tests.builders import mapping


def scalar(text: str) -> Scalar:
    entry = mapping(f"a: {text}\n").get("a")
    assert entry is not None
    assert isinstance(entry.value, Scalar)
    return entry.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True), ("Yes", True), ("ON", True), ("y", True), ("n", False), ("off", False), ("No", False),
        ("yEs", "yEs"), ("tRue", "tRue"), ("nUll", "nUll"),
        ("123", 123), ("017", 15), ("0o17", 15), ("0b11", 3), ("0x1F", 31), ("1_000", 1000), ("-1", -1), ("+80", 80),
        ("089", 89.0), ("1.5", 1.5), ("1e3", 1000.0), (".5", 0.5), ("80.0", 80.0),
        ("1.2.3", "1.2.3"), ("1e", "1e"), ("0xZ", "0xZ"), ("1:20", "1:20"), ("2024-01-01", "2024-01-01"),
        ("~", None), ("null", None), ("=", "="), ("web", "web"),
    ],
)  # fmt: skip
def test_plain_scalars(text, value):
    found = resolve_plain(text)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "value"), [('"80"', "80"), ("'true'", "true"), ("!!str 123", "123"), ("! 12", "12"), ('!!int "7"', 7)]
)
def test_quotes_and_tags_decide(text, value):
    assert resolve(scalar(text)) == value


@pytest.mark.parametrize("text", ["!!int x", "!!float x", "!!bool 7"])
def test_a_tag_that_the_value_does_not_fit(text):
    assert tag_error(scalar(text)) is not None
    assert tag_error(scalar(text.split()[1])) is None


@pytest.mark.parametrize(
    ("text", "key"), [("1", "1"), ("yes", "true"), ("1.50", "1.5"), ("0x1F", "31"), ("web", "web"), ("no", "false")]
)
def test_label_keys_become_strings(text, key):
    assert key_string(resolve_plain(text)) == key


def test_numbers_and_times():
    assert is_number_like(1)
    assert is_number_like(1.5)
    assert not is_number_like(True)
    assert not is_number_like("1")
    assert looks_like_timestamp("2024-01-01")
    assert not looks_like_timestamp("2024-01")
