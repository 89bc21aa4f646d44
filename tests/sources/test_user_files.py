"""What would be read of a home folder, said before anything is."""

from __future__ import annotations

import pytest

from nhiassess import installed
from nhiassess.sources.workstations.user_files import PLATFORMS, Platform, user_files

# the beginning of a file where the path alone does not tell
HEADS = {
    ".ssh/x": "-----BEGIN OPENSSH " + "PRIVATE KEY-----\n",
    "settings.json": '{"mcpServers": {}, "context_servers": {}, "chat.tools.autoApprove": true}',
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_file_is_one_that_a_source_reads(platform: Platform) -> None:
    sources = installed.plugins("sources", "SOURCE")
    for each in user_files(platform):
        path = "home/dev/" + each.pattern.replace("**/", "").replace("*", "x")
        head = next((text for end, text in HEADS.items() if path.endswith(end)), "")
        readers = [source.name for source in sources if source.recognises(path, head)]
        assert readers, f"no source reads {each.pattern}"
        assert ("workstation" in readers) == each.secret, each.pattern


@pytest.mark.parametrize("platform", PLATFORMS)
def test_paths_stay_within_the_home_folder(platform: Platform) -> None:
    patterns = [each.pattern for each in user_files(platform)]
    assert len(patterns) == len(set(patterns))
    for pattern in patterns:
        assert not pattern.startswith(("/", "~"))
        assert ".." not in pattern.split("/")
        assert "\\" not in pattern


def test_the_list_is_stable_and_differs_by_platform() -> None:
    linux, macos, windows = (set(user_files(each)) for each in PLATFORMS)
    assert user_files("linux") == user_files("linux")
    assert {each.pattern for each in windows - linux} >= {"_netrc", "AppData/Roaming/terraform.rc"}
    assert "Library/Application Support/Claude/claude_desktop_config.json" in {each.pattern for each in macos - linux}
