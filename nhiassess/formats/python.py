"""The redacted text of a Python file becomes its calls, functions and assignments, with places; nothing is run."""

from __future__ import annotations

import ast
import warnings

from nhiassess.errors import FormatError
from nhiassess.formats.code import Module
from nhiassess.formats.format import Document
from nhiassess.formats.python_tree import Tree

# a syntax tree takes some two hundred times the text; nobody writes longer files by hand
MAX_CHARACTERS = 1_000_000


def syntax(path: str, document: Document) -> ast.Module:
    """Parse the redacted text of a Python file.

    Parameters
    ----------
    path:
        The file, for complaints.
    document:
        As `reading.read` gave it.

    Returns
    -------
    ast.Module
        Of text in which secrets are masked.

    Raises
    ------
    FormatError
        When it is no Python of this version, is too long, or nests too deeply.
    """
    if len(document.text) > MAX_CHARACTERS:
        what = f"the file is longer than {MAX_CHARACTERS:,} characters"
        raise FormatError(what, f"{path}:1:1", "Split it; a syntax tree of it would not fit in memory.", "too large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes in its strings: the writer's matter
            return ast.parse(document.text)
    except SyntaxError as error:
        where = f"{path}:{error.lineno or 1}:{max(error.offset or 1, 1)}"
        raise FormatError(f"this is no Python 3: {error.msg}", where, "Python 2 and templates are not read.") from None
    except (RecursionError, MemoryError):
        raise FormatError(
            "it nests too deeply", f"{path}:1:1", "Split the longest expression of it.", "too large"
        ) from None
    except ValueError as error:
        raise FormatError(f"this is no Python: {error}", f"{path}:1:1", "Remove what no editor shows.") from None


def module(path: str, document: Document) -> Module:
    r"""Read a Python file.

    Parameters
    ----------
    path, document:
        As for `syntax`.

    Returns
    -------
    Module
        Its calls, functions and assignments in the order of the file.

    Raises
    ------
    FormatError
        As `syntax` does.

    Examples
    --------
    >>> document = Document("text", (), "from agents import Agent as A\nbot = A(name='triage', tools=[find])")
    >>> read = module("main.py", document)
    >>> read.calls[0].name, read.calls[0].bound, read.calls[0].node.plain()
    ('agents.Agent', 'bot', {'name': 'triage', 'tools': ['find']})
    """
    return Tree(syntax(path, document), document).module()
