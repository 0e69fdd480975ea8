"""The facts of a file as plain data of JSON's types, to be kept between runs.

A fact is a mapping of its fields, those with their default left out; an `Origin` is a list without the file that is known
anyway. What is read again is checked field by field against the types that the facts declare, so that nothing
else than facts can come of damaged data.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, NamedTuple, Union

from netpol_lsp.kube.label_selector import LabelRequirement, LabelSelector, ValueSet, label_selector
from netpol_lsp.policies.origin import Origin
from netpol_lsp.workspace import resources
from netpol_lsp.workspace.file_resources import NO_RESOURCES
from netpol_lsp.workspace.index import NO_FACTS, FileFacts

Encode = Callable[[Any, str], Any]
Decode = Callable[[Any, str], Any]
_UNREADABLE = "not what was written"


class _Codec(NamedTuple):
    """How values of a type are written and read; both are told the file that the facts are about. `encode` None: as they are."""

    encode: Encode | None
    decode: Decode


def facts_to_json(facts: FileFacts, uri: str) -> str:
    """The facts of a file as a line of ASCII; "" for a file without facts."""
    if not facts:
        return ""
    encode = _codec_of(FileFacts).encode
    assert encode is not None
    return json.dumps(encode(facts, uri), separators=(",", ":"))


def facts_from_json(line: str, uri: str) -> FileFacts:
    """The facts again. Raises ValueError, TypeError or KeyError for a line that `facts_to_json` does not make."""
    if not line:
        return NO_FACTS
    facts = _codec_of(FileFacts).decode(json.loads(line), uri)
    assert isinstance(facts, FileFacts)
    return facts


@cache
def _codec_of(hint: Any) -> _Codec:
    """The codec of a declared type."""
    special = _SPECIAL.get(hint)
    if special is not None:
        return special
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return _union(arguments)
    if origin is tuple:
        return _sequence(arguments[0]) if arguments[-1] is ... else _record(arguments)
    if origin is frozenset:
        return _set(arguments[0])
    if origin in (Mapping, dict):
        return _mapping(arguments)
    if is_dataclass(hint):
        return _dataclass(typing.cast("type[Any]", hint))
    if issubclass(hint, tuple):
        return _named(hint)
    return _enum(hint) if issubclass(hint, Enum) else _plain(hint)


def _plain(kind: type) -> _Codec:
    """str, int and bool are written as they are."""
    if kind not in (str, int, bool):
        message = f"{kind.__name__} cannot be written"
        raise TypeError(message)

    def decode(data: Any, _uri: str) -> Any:
        if type(data) is not kind:
            raise TypeError(_UNREADABLE)
        return data

    return _Codec(None, decode)


def _enum(kind: type[Enum]) -> _Codec:
    return _Codec(lambda value, _uri: value.value, lambda data, _uri: kind(data))


def _union(options: tuple[Any, ...]) -> _Codec:
    """One of several plain types, or a type or None."""
    others = [option for option in options if option is not types.NoneType]
    is_optional = len(others) < len(options)
    if len(others) == 1:
        inner = _codec_of(others[0])
        encode, decode = inner
        return _Codec(
            None if encode is None else lambda value, uri: None if value is None else encode(value, uri),
            lambda data, uri: None if data is None else decode(data, uri),
        )
    plain = frozenset(others) | (frozenset({types.NoneType}) if is_optional else frozenset())

    def decode_one(data: Any, _uri: str) -> Any:
        if type(data) not in plain:
            raise TypeError(_UNREADABLE)
        return data

    return _Codec(None, decode_one)


def _sequence(item: Any) -> _Codec:
    encode, decode = _codec_of(item)

    def encode_all(value: Any, uri: str) -> Any:
        return list(value) if encode is None else [encode(one, uri) for one in value]

    def decode_all(data: Any, uri: str) -> Any:
        if type(data) is not list:
            raise TypeError(_UNREADABLE)
        return tuple([decode(one, uri) for one in data])

    return _Codec(encode_all, decode_all)


def _record(items: tuple[Any, ...]) -> _Codec:
    """A tuple of so many values."""
    codecs = [_codec_of(item) for item in items]

    def encode_all(value: Any, uri: str) -> Any:
        return [
            one if codec.encode is None else codec.encode(one, uri) for codec, one in zip(codecs, value, strict=True)
        ]

    def decode_all(data: Any, uri: str) -> Any:
        if type(data) is not list:
            raise TypeError(_UNREADABLE)
        return tuple([codec.decode(one, uri) for codec, one in zip(codecs, data, strict=True)])

    return _Codec(encode_all, decode_all)


def _named(kind: type[Any]) -> _Codec:
    """A NamedTuple."""
    # What a file says names the kinds of facts without loading their module.
    hints = typing.get_type_hints(kind, localns=vars(resources))
    encode, decode = _record(tuple(hints[name] for name in kind._fields))
    return _Codec(encode, lambda data, uri: kind(*decode(data, uri)))


def _set(item: Any) -> _Codec:
    encode_all, decode_all = _sequence(item)
    assert encode_all is not None

    def encode(value: Any, uri: str) -> Any:
        # A set has another order in each run.
        return sorted(encode_all(value, uri), key=_order)

    return _Codec(encode, lambda data, uri: frozenset(decode_all(data, uri)))


def _order(data: Any) -> str:
    return data if type(data) is str else repr(data)


def _mapping(arguments: tuple[Any, ...]) -> _Codec:
    """A mapping of strings, in its order."""
    encode, decode = _codec_of(arguments[1])

    def encode_all(value: Any, uri: str) -> Any:
        return dict(value) if encode is None else {key: encode(one, uri) for key, one in value.items()}

    def decode_all(data: Any, uri: str) -> Any:
        if type(data) is not dict:
            raise TypeError(_UNREADABLE)
        return {key: decode(one, uri) for key, one in data.items()}

    return _Codec(encode_all, decode_all)


def _dataclass(kind: type[Any]) -> _Codec:
    # What a file says names the kinds of facts without loading their module.
    hints = typing.get_type_hints(kind, localns=vars(resources))
    codecs = [(one.name, _default(one), _codec_of(hints[one.name])) for one in fields(kind)]
    encoders = [(name, default, codec.encode) for name, default, codec in codecs]
    decoders = {name: codec.decode for name, _, codec in codecs}
    # Most fields are of these, and are looked at without a call.
    plain = {name: allowed for name in decoders if (allowed := _plain_types(hints[name]))}

    def encode(value: Any, uri: str) -> Any:
        found = {}
        for name, default, encode_one in encoders:
            one = getattr(value, name)
            # Values that are equal need not be the same in fields that do not count, but for values without such fields.
            if one is default or (type(one) in _WHOLLY_COMPARED and one == default):
                continue
            found[name] = one if encode_one is None else encode_one(one, uri)
        return found

    def decode(data: Any, uri: str) -> Any:
        if type(data) is not dict:
            raise TypeError(_UNREADABLE)
        for name, one in data.items():
            allowed = plain.get(name)
            if allowed is None:
                data[name] = decoders[name](one, uri)
            elif type(one) not in allowed:
                raise TypeError(_UNREADABLE)
        return kind(**data)

    return _Codec(encode, decode)


def _plain_types(hint: Any) -> frozenset[type]:
    """The types that a field may have whose values are written as they are; none for another field."""
    options = frozenset(typing.get_args(hint) if typing.get_origin(hint) in (Union, types.UnionType) else (hint,))
    return options if options <= _PLAIN else frozenset()


_PLAIN = frozenset({str, int, bool, types.NoneType})
_WHOLLY_COMPARED = frozenset({str, bool, dict, Origin})


def _default(one: Field[Any]) -> Any:
    """The default of a field; a value that nothing is equal to where it has none."""
    if one.default_factory is not MISSING:
        return one.default_factory()
    return one.default


def _encode_origin(origin: Origin, uri: str) -> list[Any]:
    found = [origin.document, origin.object_path, origin.field, origin.start, origin.end]
    return found if origin.uri == uri else [*found, origin.uri]


def _decode_origin(data: Any, uri: str) -> Origin:
    document, path, field, start, end, *other = data
    if not (type(document) is type(start) is type(end) is int and type(path) is type(field) is str):
        raise TypeError(_UNREADABLE)
    if other:
        (uri,) = other
        if type(uri) is not str:
            raise TypeError(_UNREADABLE)
    return Origin(uri, document, path, field, start, end)


def _encode_selector(selector: LabelSelector, uri: str) -> list[Any]:
    """What is written, and what that means where the one does not tell the other."""
    written = _WRITTEN.encode(selector.requirements, uri) if _WRITTEN.encode is not None else None
    if label_selector(selector.requirements, is_partial=selector.is_partial) == selector:
        return [selector.is_partial, written]
    allowed = _ALLOWED.encode(selector.allowed, uri) if _ALLOWED.encode is not None else None
    return [selector.is_partial, written, allowed]


def _decode_selector(data: Any, uri: str) -> LabelSelector:
    is_partial, written, *allowed = data
    if type(is_partial) is not bool:
        raise TypeError(_UNREADABLE)
    requirements = _WRITTEN.decode(written, uri)
    if not allowed:
        return label_selector(requirements, is_partial=is_partial)
    (told,) = allowed
    return LabelSelector(_ALLOWED.decode(told, uri), is_partial, requirements)


def _decode_facts(data: Any, uri: str) -> FileFacts:
    facts: FileFacts = _FACTS.decode(data, uri)
    # Whether a file has any resources is asked by identity.
    return facts if facts.resources else FileFacts(facts.policies, NO_RESOURCES, facts.starts)


_SPECIAL: dict[Any, _Codec] = {
    Origin: _Codec(_encode_origin, _decode_origin),
    LabelSelector: _Codec(_encode_selector, _decode_selector),
}
_WRITTEN = _sequence(LabelRequirement)
_ALLOWED = _sequence(tuple[str, ValueSet])
_FACTS = _dataclass(FileFacts)
_SPECIAL[FileFacts] = _Codec(_FACTS.encode, _decode_facts)
