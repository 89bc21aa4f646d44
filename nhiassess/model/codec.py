"""Frozen values to plain data and back, so that every output and every table tells the same."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any


def encode(value: Any) -> Any:
    """Turn a value into dicts, lists and scalars; a location becomes ``{"path", "line", "column"}``.

    Examples
    --------
    >>> from nhiassess.model.inventory import Location
    >>> encode(Location("a.json", 3, 7))
    {'path': 'a.json', 'line': 3, 'column': 7}
    """
    if is_dataclass(value) and not isinstance(value, type):
        row = {name: encode(getattr(value, name)) for name in _names(type(value))}
        if "id" not in row and hasattr(value, "id"):
            row = {"id": value.id, **row}
        return row
    if isinstance(value, Mapping):
        return {str(key): encode(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [encode(each) for each in value]
    return value


def decode(kind: Any, data: Any) -> Any:
    """Turn plain data back into a value of this type; ``decode(type(x), encode(x)) == x``.

    Raises
    ------
    TypeError
        When the data does not have the shape of the type.
    """
    return _decoder(kind)(data)


@cache
def _decoder(kind: Any) -> Callable[[Any], Any]:
    """Give the function that turns plain data into values of a type; looking at a type takes longer than decoding."""
    origin = typing.get_origin(kind)
    arguments = typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _decoder(next(argument for argument in arguments if argument is not type(None)))
    if origin is tuple:
        return _tuple(arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(arguments[1])
    if isinstance(kind, type) and is_dataclass(kind):
        return _value(kind)
    return lambda data: data


def _tuple(kinds: tuple[Any, ...]) -> Callable[[Any], Any]:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        one = _decoder(kinds[0])
        return lambda data: None if data is None else tuple([one(each) for each in data])
    each_of = [_decoder(kind) for kind in kinds]
    return lambda data: None if data is None else tuple(one(each) for one, each in zip(each_of, data, strict=True))


def _mapping(kind: Any) -> Callable[[Any], Any]:
    one = _decoder(kind)
    return lambda data: None if data is None else {key: one(each) for key, each in data.items()}


def _value(kind: type) -> Callable[[Any], Any]:
    # a field's decoder is looked up when it is first needed, since a value may hold others of its own type
    hints = _hints(kind)

    def decoded(data: Any) -> Any:
        if data is None:
            return None
        return kind(**{name: _decoder(hints[name])(data[name]) for name in _names(kind) if name in data})

    return decoded


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if f.name != "fingerprints")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
