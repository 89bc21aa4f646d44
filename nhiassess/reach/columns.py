"""An edge table from columns of names, as an Arrow table or a Parquet file holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from nhiassess.reach.table import LEVELS, Edges, table

SOURCE, TARGET, RANK = "source", "target", "rank"
_INDEX = pa.int32()


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """An edge table, and the names of its nodes: node ``n`` is ``names[n]``."""

    names: pa.Array
    edges: Edges


def from_columns(columns: pa.Table) -> Named:
    """Make an edge table of the columns ``source`` and ``target``, and give its nodes numbers.

    Parameters
    ----------
    columns:
        Names as strings or as a dictionary of strings; with a column ``rank`` of 0 (yes) to 3 (unknown), or without
        one, which is rank 0 throughout.

    Returns
    -------
    Named
        Nodes are numbered in the order of their names, so that the order of the rows numbers nothing.

    Raises
    ------
    ValueError
        When a column is missing or of another type, or a value is missing or no rank; the first such row is named.

    Examples
    --------
    >>> named = from_columns(pa.table({"source": ["b", "a"], "target": ["c", "b"], "rank": [0, 3]}))
    >>> named.names.to_pylist(), named.edges.sources.tolist(), named.edges.targets.tolist()
    (['a', 'b', 'c'], [1, 0], [2, 1])
    """
    sources, targets = (_names(_column(columns, name), name) for name in (SOURCE, TARGET))
    ends = _encoded(sources, targets)
    codes = ends.indices.to_numpy(zero_copy_only=False)
    # a dictionary may hold names that no row has
    used = np.flatnonzero(np.bincount(codes, minlength=len(ends.dictionary)))
    order = used[pc.sort_indices(ends.dictionary.take(used)).to_numpy()]
    names = ends.dictionary.take(order)
    names.validate(full=True)
    number = np.zeros(len(ends.dictionary), np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    ids = number[codes]
    ranks = _ranks(_column(columns, RANK)) if RANK in columns.column_names else None
    return Named(names, table(len(order), ids[: len(sources)], ids[len(sources) :], ranks))


def from_parquet(file: BinaryIO) -> Named:
    """Make an edge table of an open Parquet file, which keeps its names as a dictionary already.

    Raises
    ------
    ValueError
        When it is no Parquet file, or as for `from_columns`.

    Examples
    --------
    >>> from io import BytesIO
    >>> file = BytesIO()
    >>> pq.write_table(pa.table({"source": ["a"], "target": ["b"]}), file)
    >>> from_parquet(file).names.to_pylist()
    ['a', 'b']
    """
    held = pq.ParquetFile(file, read_dictionary=[SOURCE, TARGET])
    wanted = [name for name in (SOURCE, TARGET, RANK) if name in held.schema_arrow.names]
    return from_columns(held.read(columns=wanted))


def ranks_of(verdicts: pa.ChunkedArray, words: tuple[str, ...]) -> pa.ChunkedArray:
    """Give the ranks of a column of verdicts.

    Parameters
    ----------
    verdicts:
        Words.
    words:
        The words there are, strongest first.

    Raises
    ------
    ValueError
        When a word is none of these; the first such row is named.

    Examples
    --------
    >>> ranks_of(pa.chunked_array([["unknown", "yes"]]), ("yes", "conditional", "unknown")).to_pylist()
    [2, 0]
    """
    found = pc.index_in(verdicts, value_set=pa.array(words, verdicts.type))
    _refuse_missing(found, verdicts, f"is none of {', '.join(words)}")
    return found


def _column(columns: pa.Table, name: str) -> pa.ChunkedArray:
    if columns.column_names.count(name) != 1:
        raise ValueError(f"{columns.column_names.count(name)} columns are named {name} where there is to be one")
    return columns.column(name)


def _names(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    kind = _kind(column)
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise ValueError(f"{name} holds {column.type} where names are needed")
    if any(pa.types.is_dictionary(column.type) and each.dictionary.null_count for each in column.chunks):
        column = column.cast(kind)
    _refuse_missing(column, column, f"is no {name}")
    return column


def _kind(column: pa.ChunkedArray) -> pa.DataType:
    return column.type.value_type if pa.types.is_dictionary(column.type) else column.type


def _encoded(sources: pa.ChunkedArray, targets: pa.ChunkedArray) -> pa.DictionaryArray:
    """Give the names of both columns, one column after the other, over one dictionary."""
    kinds = {_kind(each) for each in (sources, targets)}
    kind = pa.dictionary(_INDEX, kinds.pop() if len(kinds) == 1 else pa.large_string())
    chunks = [chunk for each in (sources, targets) for chunk in _as(each, kind).chunks]
    return pa.chunked_array(chunks, kind).unify_dictionaries().combine_chunks()


def _as(column: pa.ChunkedArray, kind: pa.DictionaryType) -> pa.ChunkedArray:
    # a dictionary that has a name twice is made anew
    if pa.types.is_dictionary(column.type) and all(_is_plain(each.dictionary) for each in column.chunks):
        return column.cast(kind)
    return column.cast(kind.value_type).dictionary_encode()


def _is_plain(dictionary: pa.Array) -> bool:
    return bool(pc.count_distinct(dictionary).as_py() == len(dictionary))


def _ranks(column: pa.ChunkedArray) -> NDArray[np.integer[Any]]:
    if not pa.types.is_integer(column.type):
        raise ValueError(f"{RANK} holds {column.type} where ranks of 0 to {LEVELS[-1]} are needed")
    _refuse_missing(column, column, "is no rank")
    ranks: NDArray[np.integer[Any]] = column.to_numpy()
    return ranks


def _refuse_missing(column: pa.ChunkedArray, said: pa.ChunkedArray, why: str) -> None:
    if column.null_count:
        row = pc.index(pc.is_null(column), True).as_py()
        raise ValueError(f"row {row}: {said[row].as_py()!r} {why}")
