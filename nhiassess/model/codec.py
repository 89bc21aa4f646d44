"""Frozen values to plain data and back, so that every output and every table tells the same."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
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
    if data is None or kind is Any:
        return data
    origin = typing.get_origin(kind)
    arguments = typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        kind = next(argument for argument in arguments if argument is not type(None))
        return decode(kind, data)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(decode(arguments[0], each) for each in data)
        return tuple(decode(argument, each) for argument, each in zip(arguments, data, strict=True))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: decode(arguments[1], each) for key, each in data.items()}
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: decode(hints[name], data[name]) for name in _names(kind) if name in data})
    return data


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if f.name != "fingerprints")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
