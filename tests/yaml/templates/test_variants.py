"""Branches of templates, and the variants in which they are read."""

import re

import pytest

from netpol_lsp.yaml.templates import branches, go
from netpol_lsp.yaml.templates.variants import MOST_VARIANTS, Reading, choose


def read(text: str) -> Reading:
    return choose(branches.build(text, go.lex(text), go.reassigned(text)))


def variants(text: str) -> list[str]:
    """What is live of each variant, without actions and spaces."""
    found = []
    for variant in read(text).variants:
        live = "".join(char for at, char in enumerate(text) if variant.is_live(at))
        found.append(re.sub(r"\{\{.*?\}\}|\s", "", live))
    return found


@pytest.mark.parametrize(
    ("text", "live"),
    [
        ("a", ["a"]),
        ("a{{ if x }}b{{ end }}c", ["abc", "ac"]),
        ("{{ if x }}a{{ else }}b{{ end }}", ["a", "b"]),
        ("{{ if x }}a{{ else if y }}b{{ else }}c{{ end }}", ["a", "b", "c"]),
        ("{{ if x }}a{{ else if y }}b{{ end }}", ["a", "b", ""]),
        ("{{ with x }}a{{ else }}b{{ end }}", ["a", "b"]),
        ("{{ range x }}a{{ else }}b{{ end }}", ["a", "b"]),
        # the same condition, its opposite, and the truth of what a range runs over
        ("{{ if x }}a{{ end }}{{ if x }}b{{ end }}", ["ab", ""]),
        ("{{ if x }}a{{ end }}{{ if not x }}b{{ end }}", ["a", "b"]),
        ("{{ if .x }}a{{ range .x }}b{{ end }}{{ end }}", ["ab", ""]),
        ('{{ if eq .x "1" }}a{{ end }}{{ if eq .x "2" }}b{{ end }}{{ if ne .x "1" }}c{{ end }}', ["a", "c", "bc"]),
        ("{{ if or x y }}a{{ if x }}b{{ end }}{{ if y }}c{{ end }}{{ end }}", ["abc", "", "ac", "ab"]),
        ("{{ if and x y }}a{{ if not x }}b{{ end }}{{ end }}", ["a", ""]),
        ("{{ if false }}a{{ end }}b", ["b"]),
        ("{{ if true }}a{{ end }}b", ["ab"]),
        # a name of a scope is not that of another one
        ("{{ with x }}{{ if .y }}a{{ end }}{{ end }}{{ if .y }}b{{ end }}", ["ab", "b", "b", "a", ""]),
        ("{{ if $y }}a{{ end }}{{ $y = 1 }}{{ if $y }}b{{ end }}", ["ab", "b", "a", ""]),
        # nested
        ("{{ if x }}a{{ if y }}b{{ else }}c{{ end }}{{ else }}d{{ end }}", ["ab", "d", "ac"]),
        ("{{ if x }}a{{ else }}{{ if y }}b{{ else }}c{{ end }}{{ end }}", ["a", "b", "c"]),
        ('{{ define "x" }}a{{ end }}b', ["b"]),
        # cut out of a file
        ("a{{ else }}b{{ end }}c", ["ac", "bc"]),
        ("a{{ end }}b", ["ab", "b"]),
        ("a{{ if x }}b", ["ab", "a"]),
        ("a{{ end }}{{ end }}b{{ else }}c", ["ab", "c", "b", "b"]),
    ],
)
def test_live_text(text, live):
    assert sorted(variants(text)) == sorted(live)
    assert variants(text)[0] == live[0]


@pytest.mark.parametrize("count", [3, 14, 15, 16, 40, 200])
def test_variants_are_bounded_and_all_branches_of_independent_chains_are_read(count):
    text = "".join(f"{{{{ if .a{n} }}}}<{n}{{{{ else }}}}>{n}{{{{ end }}}}" for n in range(count))
    reading = read(text)
    assert len(reading.variants) <= MOST_VARIANTS
    assert reading.unread == ()
    for found in re.finditer("[<>]", text):
        assert any(variant.is_live(found.start()) for variant in reading.variants)


def test_any_two_of_many_chains_are_read_apart():
    text = "".join(f"{{{{ if .a{n} }}}}<{{{{ end }}}}" for n in range(32))
    places = [found.start() for found in re.finditer("<", text)]
    live = [[variant.is_live(place) for place in places] for variant in read(text).variants]
    for one in range(32):
        for other in range(32):
            if one != other:
                assert any(row[one] and not row[other] for row in live)


def test_what_is_in_no_variant_is_unread():
    text = "{{ if x }}a" + "".join(f"{{{{ else if .a{n} }}}}<{n}" for n in range(40)) + "{{ end }}"
    reading = read(text)
    assert len(reading.variants) <= MOST_VARIANTS
    places = [found.start() for found in re.finditer("<", text)]
    for place in places:
        is_unread = any(span.contains(place) for span in reading.unread)
        assert is_unread is not any(variant.is_live(place) for variant in reading.variants)


def test_definitions_are_regions_of_their_own():
    text = 'a{{ define "x" }}b{{ if y }}c{{ end }}{{ end }}d'
    template = branches.build(text, go.lex(text))
    (definition,) = template.definitions()
    assert definition.name == "x"
    reading = choose(template, definition)
    assert [variant.is_live(text.index("b")) for variant in reading.variants] == [True, True]
    assert [variant.is_live(text.index("c")) for variant in reading.variants] == [True, False]
    assert not any(variant.is_live(text.index("d")) or variant.is_live(0) for variant in reading.variants)
