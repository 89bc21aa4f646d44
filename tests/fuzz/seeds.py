"""Seeds: one small estate that holds files of every kind, with secrets that nobody gave out.

Every module ``seeds_*.py`` of this folder adds files by path; a new source adds one of its own, or a file to one.
Where the corpus lies beside the checkout, its small files are seeds as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from nhiassess import installed
from nhiassess.errors import FormatError
from nhiassess.formats.reading import beginning
from tests.hostile.canaries import canaries

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
_SMALL = 6_000  # bytes of a file of the corpus
_MOST = 6  # files of the corpus for each source
_FORMS = {each.form: each.line for each in canaries(90)}
# secrets that tell themselves wherever they stand: moved about, they must still be known
SECRETS = {
    "@GITHUB@": _FORMS["github classic"],
    "@ANTHROPIC@": _FORMS["anthropic"],
    "@DSN@": _FORMS["postgres"],
    "@AWS@": _FORMS["aws key id"],
    "@PEM@": _FORMS["rsa key"],
    "@ENTRA@": _FORMS["azure client"],
}
SOURCES: Sequence[Any] = installed.plugins("sources", "SOURCE")


def _estate() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for module in iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith("seeds_"):
            for path, text in import_module(f"{__package__}.{module.name}").SEEDS.items():
                assert path not in found, f"two seeds lie at {path}"
                for word, secret in SECRETS.items():
                    text = text.replace(word, secret)
                found[path] = text.removeprefix("\n").encode()
    return found


ESTATE: Mapping[str, bytes] = _estate()


def recognised(source: Any, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give the files that a source recognises, as the ledger asks it."""
    found = {}
    for path, content in files.items():
        try:
            if source.recognises(path, beginning(path, content)):
                found[path] = content
        except FormatError:
            continue
    return found


@cache
def _small() -> dict[str, bytes]:
    """Give the small files of the corpus, the smallest first; none where it is absent."""
    files = [each for each in CORPUS.rglob("*") if each.is_file() and each.stat().st_size <= _SMALL]
    return {each.relative_to(CORPUS).as_posix(): each.read_bytes() for each in sorted(files, key=_by_size)}


def _by_size(file: Path) -> tuple[int, str]:
    return file.stat().st_size, file.as_posix()


@cache
def seeds(source: Any) -> Mapping[str, bytes]:
    """Give the seeds that a source recognises: its own, and a few of the corpus.

    The path decides with which others one is read, so that every seed has those of its group beside it.
    """
    real = recognised(source, _small())
    return {**recognised(source, ESTATE), **dict(list(real.items())[:_MOST])}
