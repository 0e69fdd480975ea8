"""Keys that are no text: how the API server spells them (sigs.k8s.io/yaml, with Go's strconv)."""

from __future__ import annotations

import pytest

from netpol_lsp.yaml.scalars import key_string, resolve_plain


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("yes", "true"),
        ("off", "false"),
        ("1", "1"),
        ("0x1F", "31"),
        ("1.50", "1.5"),
        ("1.0", "1"),
        ("0.1", "0.1"),
        ("100000.5", "100000.5"),
        ("999999.0", "999999"),
        ("1e6", "1e+06"),
        ("1234567.0", "1.234567e+06"),
        ("1.23456789012", "1.2345679"),
        ("16777217.0", "1.6777216e+07"),
        ("0.0001", "0.0001"),
        ("0.00001", "1e-05"),
        ("-0.0", "-0"),
        ("1e21", "1e+21"),
        ("1e39", ".inf"),
        ("-1e39", "-.inf"),
        ("1e-50", "0"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("2024-01-01", "2024-01-01"),
    ],
)
def test_keys_as_json_spells_them(written, spelled):
    assert key_string(resolve_plain(written)) == spelled
