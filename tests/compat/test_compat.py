"""Scripts for e6db run with new import lines only, and importing compat is fast."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from e6duck import compat
from e6duck.compat import numpy as compat_numpy
from e6duck.compat import tags_to_scipy_csr, tags_to_tensors
from e6duck.compat import torch as compat_torch

COUNTS = [30, 20, 20, 4]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    names = ["mammal", "canid", "fox", "tod"]
    contents = {
        "tags.txt.gz": "".join(f"{name}\n" for name in names).encode(),
        "tags_categories.bin.gz": bytes([5, 5, 5, 1]),
        "tag2idx.json.gz": json.dumps({name: rank for rank, name in enumerate(names)}).encode(),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(gzip.compress(content))
    pq.write_table(pa.table({"freq": pa.array(COUNTS, pa.uint32())}), tmp_path / "tags.parquet")
    return tmp_path


def run_python(code: str) -> str:
    checkout = Path(compat.__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-c", code], cwd=checkout, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize(
    "module",
    ["e6duck.compat", "e6duck.compat.numpy", "e6duck.compat.torch", "e6duck.compat.normalizers"],
)
def test_importing_imports_nothing_heavy(module: str) -> None:
    heavy = ["numpy", "pyarrow", "scipy", "torch", "polars", "duckdb"]
    code = f"import {module}, sys; print([name for name in {heavy} if name in sys.modules])"
    assert run_python(code) == "[]\n"


def test_every_name_of_e6db_is_there() -> None:
    assert compat.__all__ == sorted(compat.__all__)
    assert all(hasattr(compat, name) for name in compat.__all__)
    for module in (compat_numpy, compat_torch):
        assert all(hasattr(module, name) for name in module.__all__)


def test_the_numpy_variant_loads_arrays(folder: Path) -> None:
    tag2idx, idx2tag, categories = compat_numpy.load_tags(folder)
    assert idx2tag[[tag2idx["fox"], 0]].tolist() == ["fox", "mammal"]
    assert categories[idx2tag == "tod"].tolist() == [1]


def test_a_script_that_only_loads_tags_gets_the_real_counts(folder: Path) -> None:
    compat_numpy.load_tags(folder)
    assert compat.tag_rank_to_freq(2) == 20.0
    assert compat_numpy.tag_rank_to_freq(np.array([[0, 3], [4, 99]])).tolist() == [[30, 4], [0, 0]]
    assert compat_numpy.tag_freq_to_rank(np.array([31, 30, 20, 5, 4, 0])).tolist() == [
        0, 1, 3, 3, 4, 4,
    ]  # fmt: skip


def test_arrays_and_numbers_agree(folder: Path) -> None:
    ranks = np.array([0, 1, 2, 3, 4, 10, 1e5])
    freqs = np.array([0, 1, 4, 5, 20, 1e6, 1e9])
    for data_dir in (None, folder):
        assert compat_numpy.tag_rank_to_freq(ranks, data_dir=data_dir) == pytest.approx(
            [compat.tag_rank_to_freq(rank, data_dir=data_dir) for rank in ranks]
        )
        assert compat_numpy.tag_freq_to_rank(freqs, data_dir=data_dir) == pytest.approx(
            [compat.tag_freq_to_rank(freq, data_dir=data_dir) for freq in freqs]
        )


# ------------------------------------------------------------------------- posts as a matrix

# A null list and an empty one are posts without tags. A null id (not in real files) is not a tag.
LISTS = [[0, 2], None, [], [1, None, 5], [2]]
DENSE = [[1, 0, 1, 0, 0, 0], [0] * 6, [0] * 6, [0, 1, 0, 0, 0, 1], [0, 0, 1, 0, 0, 0]]


def posts(item: pa.DataType | None = None) -> pa.Table:
    lists = pa.array(LISTS, pa.list_(item or pa.uint32()))
    return pa.table({"id": range(5), "stripped_tags": lists})


def polars_posts() -> Any:
    return pytest.importorskip("polars").from_arrow(posts())


class ArrowStream:
    """Any object with the Arrow PyCapsule interface, such as a DuckDB relation."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return posts().to_reader().__arrow_c_stream__(requested_schema)


class OlderFrame:
    """A data frame older than the PyCapsule interface."""

    def to_arrow(self) -> pa.Table:
        return posts()


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(posts, id="table"),
        pytest.param(lambda: posts(pa.int64()), id="signed ids"),
        pytest.param(lambda: pa.concat_tables([posts()[:2], posts()[2:]]), id="chunks"),
        pytest.param(lambda: posts().to_batches()[0], id="record batch"),
        pytest.param(polars_posts, id="polars"),
        pytest.param(ArrowStream, id="arrow stream"),
        pytest.param(OlderFrame, id="to_arrow"),
    ],
)
def test_a_matrix_has_a_row_for_each_post(make: Any) -> None:
    matrix = tags_to_scipy_csr(make())
    assert type(matrix).__name__ == "csr_array"
    assert matrix.dtype == np.uint8
    assert matrix.toarray().tolist() == DENSE


def test_ids_beyond_the_vocabulary_are_left_out() -> None:
    assert tags_to_scipy_csr(posts(), vocab_size=2).toarray().tolist() == [row[:2] for row in DENSE]
    assert tags_to_scipy_csr(posts(), vocab_size=9).shape == (5, 9)


def test_another_column_can_be_chosen() -> None:
    table = pa.table({"implied_tags": pa.array([[3]], pa.large_list(pa.uint16()))})
    assert tags_to_scipy_csr(table, "implied_tags").toarray().tolist() == [[0, 0, 0, 1]]


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(pa.array([], pa.list_(pa.uint32())), id="no posts"),
        pytest.param(pa.array([None, []], pa.list_(pa.uint32())), id="no tags"),
        pytest.param(pa.array([None, None]), id="only nulls"),
        pytest.param(pa.array([[], []]), id="lists without a type"),
    ],
)
def test_posts_without_any_tag_are_a_matrix_without_columns(column: pa.Array) -> None:
    assert tags_to_scipy_csr(pa.table({"stripped_tags": column})).shape == (len(column), 0)


def test_a_table_without_tag_lists_is_refused() -> None:
    with pytest.raises(TypeError, match="has the type int64"):
        tags_to_scipy_csr(posts(), "id")
    with pytest.raises(KeyError, match="missing"):
        tags_to_scipy_csr(posts(), "missing")
    with pytest.raises(TypeError, match="dict cannot be converted to an Arrow table"):
        tags_to_scipy_csr({"stripped_tags": LISTS})
    with pytest.raises(ValueError, match="-1"):
        tags_to_scipy_csr(pa.table({"stripped_tags": [[-1]]}))


# ------------------------------------------------------------------------- posts as tensors


def test_tensors_are_all_tags_and_where_each_post_starts() -> None:
    torch = pytest.importorskip("torch")
    tags, offsets = tags_to_tensors(posts())
    assert (tags.dtype, offsets.dtype) == (torch.int32, torch.int32)
    assert tags.tolist() == [0, 2, 1, 5, 2]
    assert offsets.tolist() == [0, 2, 2, 2, 4]
    assert tags_to_tensors(posts(), dtype=torch.int64)[1].dtype == torch.int64
    with pytest.raises(OverflowError, match="int64"):
        tags_to_tensors(pa.table({"stripped_tags": [[300]]}), dtype=torch.uint8)


def test_tensors_have_the_requested_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with a fake torch, so that it is tested if torch is not installed."""
    dtype = types.SimpleNamespace(is_floating_point=False)
    fake = types.SimpleNamespace(
        int32=dtype,
        iinfo=lambda _: types.SimpleNamespace(max=2**31 - 1),
        as_tensor=lambda values, dtype, device: (values.tolist(), dtype, device),
    )
    monkeypatch.setitem(sys.modules, "torch", fake)
    assert tags_to_tensors(posts(), device="cpu") == (
        ([0, 2, 1, 5, 2], dtype, "cpu"),
        ([0, 2, 2, 2, 4], dtype, "cpu"),
    )


def test_an_error_says_how_to_install_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match="pip install torch"):
        tags_to_tensors(posts())
