"""The files of a person's own home folder that are read when that person says so: found by name, and not opened."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from nhiassess.formats.redaction import named
from nhiassess.sources.workstations.user_files import Platform, UserFile, user_files

# a folder in which the home folders of people lie makes what is in it a person's own
PREFIX = "home/me/"
_PLATFORMS: Mapping[str, Platform] = {"darwin": "macos", "win32": "windows"}


def found(home: Path, platform: str = sys.platform) -> dict[str, tuple[Path, UserFile]]:
    """Find what there is of the files that agents and the tools of a workstation keep in a home folder.

    Parameters
    ----------
    home:
        The folder.
    platform:
        As ``sys.platform`` names it.

    Returns
    -------
    dict
        The path that each is printed with, to where it lies and whose it is.
    """
    there: dict[str, tuple[Path, UserFile]] = {}
    for each in user_files(_PLATFORMS.get(platform, "linux")):
        for file in sorted(home.glob(each.pattern)):
            if file.is_file():
                there.setdefault(PREFIX + named(file.relative_to(home).as_posix()), (file, each))
    return there
