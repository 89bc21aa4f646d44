"""A manifest names its description by a path or an address, which may be none."""

from __future__ import annotations

import pytest

from nhiassess.sources.services.plugin_manifests import Descriptions
from tests.observing import file


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("openapi.yaml", "app/openapi.yaml"),
        ("https://shop.example/app/openapi.yaml", "app/openapi.yaml"),
        ("https://shop.example/openapi.yaml?v=2#top", "app/openapi.yaml"),
        ("https://[no-address/openapi.yaml", "app/openapi.yaml"),
        ("https://[", None),
        ("https://shop.example", None),
        ("other.yaml", None),
    ],
)
def test_a_description_is_found_by_path_or_address(name: str, found: str | None) -> None:
    api = file("app/openapi.yaml", "openapi: 3.0.0")
    known = Descriptions({api.path: api})
    described = known.find("app/manifest.json", name)
    assert (described.path if described else None) == found
    assert known.named == ({found} if found else set())
