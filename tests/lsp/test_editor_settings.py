"""What editors/settings.json offers is what the server understands, with the same defaults."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from netpol_lsp.lsp.state.configuration import ClientSettings, InlayHintSettings, parse_settings

FILE = Path(__file__).resolve().parents[2] / "editors/settings.json"
OFFERED = {one["name"]: one["default"] for one in json.loads(FILE.read_text(encoding="utf-8"))}
OF_THE_CLIENT = ("server.", "trace.")
"""These are read by the editor's side."""


def nested(flat: dict[str, object]) -> dict[str, object]:
    result: dict[str, object] = {}
    for name, value in flat.items():
        *path, last = name.split(".")
        place = result
        for step in path:
            place = place.setdefault(step, {})
        place[last] = value
    return result


def test_defaults_are_the_servers() -> None:
    assert parse_settings(nested(OFFERED)) == ClientSettings()


def test_every_hint_can_be_switched() -> None:
    switches = {name.removeprefix("inlayHints.") for name in OFFERED if name.startswith("inlayHints.")}
    assert switches == {field.name for field in fields(InlayHintSettings)}


@pytest.mark.parametrize("name", [name for name in OFFERED if not name.startswith(OF_THE_CLIENT)])
def test_every_setting_has_an_effect(name: str) -> None:
    assert parse_settings(nested({name: not OFFERED[name]})) != ClientSettings()
