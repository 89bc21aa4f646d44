"""Names become numbers by their own order, and what is no name or no rank is refused by its row."""

from __future__ import annotations

from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiassess.reach.columns import from_columns, from_parquet, ranks_of
from nhiassess.reach.table import table

LAWS = settings(max_examples=80, deadline=None)
WORDS = ("yes", "conditional", "needs_resource", "unknown")
SHORT = pa.string()
Row = tuple[str, str, int]
name = st.text(max_size=3)
rows = st.lists(st.tuples(name, name, st.integers(0, 3)), max_size=12)


def columns(drawn: list[Row], kind: pa.DataType = SHORT) -> pa.Table:
    sources, targets, ranks = ([row[place] for row in drawn] for place in range(3))
    return pa.table(
        {"source": pa.array(sources, kind), "target": pa.array(targets, kind), "rank": pa.array(ranks, "i1")}
    )


def read_back(named: object) -> list[Row]:
    names, edges = named.names.to_pylist(), named.edges  # type: ignore[attr-defined]
    found = zip(edges.sources.tolist(), edges.targets.tolist(), edges.ranks.tolist(), strict=True)
    return [(names[source], names[target], rank) for source, target, rank in found]


@pytest.mark.parametrize(
    "kind", [SHORT, pa.large_string(), pa.dictionary(pa.int8(), pa.string())], ids=["short", "long", "dictionary"]
)
@given(drawn=rows)
@LAWS
def test_every_row_reads_back_as_it_was(kind: pa.DataType, drawn: list[Row]) -> None:
    named = from_columns(columns(drawn, kind))
    assert read_back(named) == drawn
    assert named.names.to_pylist() == sorted({end for row in drawn for end in row[:2]}, key=str.encode)


@given(drawn=rows)
@LAWS
def test_parquet_and_pieces_give_the_same(drawn: list[Row]) -> None:
    file = BytesIO()
    pq.write_table(columns(drawn), file, row_group_size=2)
    pieces = pa.concat_tables([columns(drawn[:3]), columns(drawn[3:])])
    assert read_back(from_parquet(file)) == read_back(from_columns(pieces)) == drawn


def test_one_column_may_be_a_dictionary_and_the_other_not() -> None:
    mixed = pa.table(
        {"source": pa.array(["a", "b"]).dictionary_encode(), "target": pa.array(["b", "c"], "large_string")}
    )
    assert read_back(from_columns(mixed)) == [("a", "b", 0), ("b", "c", 0)]


def test_a_dictionary_with_a_name_twice_and_one_unused() -> None:
    ends = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2], "i4"), ["b", "a", "b", "unused"])
    named = from_columns(pa.table({"source": ends, "target": ends}))
    assert named.names.to_pylist() == ["a", "b"]
    assert named.edges.sources.tolist() == [1, 0, 1]


NO_NAME = pa.DictionaryArray.from_arrays(pa.array([0, 1], "i4"), pa.array(["a", None]))
ENDS = {"source": ["a", "b"], "target": ["b", "c"]}


@pytest.mark.parametrize(
    ("given_columns", "said"),
    [
        (pa.table({"source": ["a"]}), "0 columns are named target"),
        (pa.table([["a"], ["a"], ["b"]], ["source", "source", "target"]), "2 columns are named source"),
        (pa.table({**ENDS, "source": [1, 2]}), "source holds int64 where names are needed"),
        (pa.table({**ENDS, "target": ["a", None]}), "row 1: None is no target"),
        (pa.table({**ENDS, "source": NO_NAME}), "row 1: None is no source"),
        (pa.table({**ENDS, "rank": [0.5, 1.0]}), "rank holds double"),
        (pa.table({**ENDS, "rank": pa.array([0, None], "i4")}), "row 1: None is no rank"),
        (pa.table({**ENDS, "rank": [0, 4]}), "ranks, row 1: 4 is no rank of 0 to 3"),
        (pa.table({**ENDS, "rank": pa.array([0, 2**64 - 1], "u8")}), "ranks, row 1"),
        (
            pa.table({**ENDS, "source": pa.array([b"a", b"\xff"]).view(pa.string())}),
            "Invalid UTF8",
        ),
    ],
)
def test_what_is_no_edge_table_is_named(given_columns: pa.Table, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        from_columns(given_columns)


def test_what_is_no_parquet_file_is_refused() -> None:
    with pytest.raises(ValueError, match="Parquet"):
        from_parquet(BytesIO(b"source,target\na,b\n"))


def test_a_word_that_is_no_verdict_is_named() -> None:
    assert ranks_of(pa.chunked_array([list(WORDS)]), WORDS).to_pylist() == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="row 1: 'no' is none of yes, conditional"):
        ranks_of(pa.chunked_array([["yes", "no"]]), WORDS)


@pytest.mark.parametrize(
    ("nodes", "sources", "targets", "ranks", "said"),
    [
        (1, [0], [0, 0], None, "sources, targets and ranks have 1, 2 and 1 rows"),
        (1, [0], [0], [0, 0], "sources, targets and ranks have 1, 1 and 2 rows"),
        (1, [1], [0], None, "sources, row 0: 1 is no node of 1"),
        (1, [0], [-1], None, "targets, row 0: -1 is no node of 1"),
        (1, [[0]], [0], None, "sources is no column: it has 2 dimensions"),
        (1, ["a"], [0], None, "sources holds <U1 where whole numbers are needed"),
        (1, [0], [0], [-1], "ranks, row 0: -1 is no rank of 0 to 3"),
        (2**31, [], [], None, "2147483648 nodes are more than an index numbers"),
        (2, [2**40], [0], None, "sources, row 0: 1099511627776 is no node of 2"),
    ],
)
def test_numbers_that_are_no_table_are_named(
    nodes: int, sources: list[int], targets: list[int], ranks: list[int] | None, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        table(nodes, sources, targets, ranks)
