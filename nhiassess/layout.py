"""The library that lays out pages, opened without starting a program and without a word on the standard output."""

from __future__ import annotations

import ctypes.util
import io
import os
import sys
from contextlib import redirect_stdout
from types import ModuleType


def weasyprint() -> ModuleType:
    """Open WeasyPrint, with the libraries of the system that it draws text with.

    Returns
    -------
    module
        What ``import weasyprint`` gives.

    Raises
    ------
    ImportError
        When it is not installed.
    OSError
        When a library of the system that it needs is not.

    Notes
    -----
    For each spelling of each library it would have `ctypes` start ldconfig, gcc and ld, from whatever PATH says,
    before it tries the name that the dynamic linker knows without any of them.
    """
    search = ctypes.util.find_library
    if os.name == "posix" and sys.platform != "darwin":
        ctypes.util.find_library = lambda name: None
    try:
        with redirect_stdout(io.StringIO()):  # it tells people there what is missing
            import weasyprint as opened  # takes seconds, and needs libraries that HTML does without
    finally:
        ctypes.util.find_library = search
    module: ModuleType = opened
    return module
