"""What works on this machine, found by trying it."""

from __future__ import annotations

import platform
import sys
from typing import Any

from nhiassess import installed
from nhiassess.layout import weasyprint

PANGO = (
    "Debian, Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. Fedora: dnf install pango. "
    "macOS: brew install pango. Windows: install MSYS2, then pacman -S mingw-w64-x86_64-pango"
)


def examine() -> list[dict[str, Any]]:
    """Try what an assessment needs.

    Returns
    -------
    list of dict
        One row for each thing: what, works, detail, and a hint where it does not.
    """
    return [_python(), _data(), _engine(), _pdf(), _plugins()]


def _row(what: str, works: bool, detail: str, hint: str = "") -> dict[str, Any]:
    return {"id": what, "what": what, "works": works, "detail": detail, "hint": "" if works else hint}


def _python() -> dict[str, Any]:
    version = platform.python_version()
    return _row("Python", sys.version_info >= (3, 11), version, "Use Python 3.11 or newer")


def _data() -> dict[str, Any]:
    count = len(installed.names("frameworks", ".yaml"))
    return _row("frameworks", count > 0, f"{count} files", "Reinstall nhiassess")


def _engine() -> dict[str, Any]:
    try:
        import duckdb
    except ImportError as error:
        return _row("check engine", False, str(error), "Reinstall nhiassess")
    return _row("check engine", True, f"DuckDB {duckdb.__version__}")


def _pdf() -> dict[str, Any]:
    try:
        library = weasyprint()
    except (ImportError, OSError) as error:
        missing = isinstance(error, ImportError)
        hint = "pip install nhiassess[pdf]" if missing else PANGO
        return _row("PDF", False, str(error).partition("\n")[0], hint)
    return _row("PDF", True, f"WeasyPrint {library.__version__}")


def _plugins() -> dict[str, Any]:
    sources = installed.plugins("sources", "SOURCE")
    return _row("sources", bool(sources), ", ".join(source.name for source in sources), "Reinstall nhiassess")
