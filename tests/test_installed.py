"""Shipped data is found, and nothing else can be asked for."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import nhiassess
from nhiassess import installed
from nhiassess.errors import UsageError


def test_data_is_the_folder_above_the_package_in_a_checkout() -> None:
    assert installed.data_folder() == installed.PACKAGE.parent
    assert installed.read("frameworks/aliases.yaml").startswith(b"# SPDX-License-Identifier:")


@pytest.mark.parametrize("name", ["../etc/passwd", "frameworks/none.yaml", "frameworks", "/etc/passwd"])
def test_nothing_outside_is_read(name: str) -> None:
    with pytest.raises(UsageError, match="no file"):
        installed.read(name)


@pytest.mark.parametrize(
    ("folder", "constant"),
    [("sources", "SOURCE"), ("joins", "JOIN"), ("edges", "EDGE"), ("renderers", "RENDERER"), ("commands", "COMMAND")],
)
def test_a_room_is_walked_and_names_are_unique(folder: str, constant: str) -> None:
    names = [thing.name for thing in installed.plugins(folder, constant)]
    assert names
    assert len(set(names)) == len(names)
    assert names == sorted(names)


def test_every_shipped_yaml_names_its_licence() -> None:
    for name in installed.names("frameworks", ".yaml"):
        first = installed.read(name).split(b"\n", 1)[0]
        assert first.startswith(b"# SPDX-License-Identifier: "), name
        owasp = b"owasp-" in name.encode() or name == "frameworks/aliases.yaml"
        assert not owasp or b"CC-BY-SA-4.0" in first, name


def test_public_names_are_no_rooms() -> None:
    rooms = {module.name for module in pkgutil.iter_modules([str(installed.PACKAGE)]) if module.ispkg}
    for module in pkgutil.walk_packages([str(installed.PACKAGE)], "nhiassess."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in nhiassess.__all__:
        assert name not in rooms
        assert callable(getattr(nhiassess, name))


def test_an_unknown_name_of_the_face_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        nhiassess.nonsense  # noqa: B018 - asking is the test
