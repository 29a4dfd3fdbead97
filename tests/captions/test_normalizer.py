"""Normalizer as a library: lists, Arrow tables, other processes and threads, bounded memory."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e6duck.captions import tokens
from e6duck.captions.lookup import spellings
from e6duck.captions.normalizer import Normalizer
from e6duck.errors import UsageError
from tests.support.caption_database import RARE, TAGS, UNHEARD, build_caption_database

TEXTS = [f"Foxes, {number} things, mammal, snow" for number in range(40)]
CLEAN = [f"fox, {number} things, snow" for number in range(40)]
RULES = {"aliases": {"powder": "snow"}, "renames": {"solo": "alone"}, "implied": "add"}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_caption_database(tmp_path_factory.mktemp("normalizer"))


@pytest.fixture
def normalizer(database: Path) -> Normalizer:
    return Normalizer(database)


def test_texts_come_back_in_their_order(normalizer: Normalizer) -> None:
    assert [result.text for result in normalizer.normalize_texts(TEXTS)] == CLEAN
    assert normalizer.normalize_texts([]) == []


NAMES = [*TAGS, RARE, *(row["name"] for row in UNHEARD), "foxes", "oldcarl", "vixen_(red)", "ann"]
FORMS = ["{}", "by_{}", "{}_(artist)", "{}_(character)", "{}_(species)", "{}x"]


def spelled(name: str) -> Iterator[str]:
    for form in FORMS:
        yield form.format(name)
    yield name.partition("_(")[0]
    yield name.replace(":", "_")
    yield f"by_{name.partition('_(')[0]}"


SPELLINGS = sorted({text for name in NAMES for text in spelled(name)})


@settings(max_examples=25, deadline=None)
@given(parts=st.lists(st.lists(st.sampled_from(SPELLINGS), max_size=9), max_size=6))
def test_a_spelling_means_the_same_looked_up_alone_or_in_memory(
    database: Path, parts: list[list[str]]
) -> None:
    few, whole = Normalizer(database).vocabulary, Normalizer(database).vocabulary
    whole.load()
    for part in parts:
        few.learn(part)
        for each in part:
            for kind, tag in few.claims(each).items():
                other = whole.claims(each)[kind]
                assert (tag.name, tag.tag_id) == (other.name, other.tag_id)
                assert [one.name for one in tag.implied] == [one.name for one in other.implied]
            assert few.claims(each).keys() == whole.claims(each).keys()


def test_the_database_is_not_asked_for_ever(
    normalizer: Normalizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spellings, "_FEW_CALLS", 3)
    for text in TEXTS[:4]:
        normalizer.normalize_text(text)
    normalizer.vocabulary.connection.close()
    assert normalizer.normalize_text("vixen (red), 77 things").text == "red fox, 77 things"


def test_what_is_remembered_is_bounded(
    normalizer: Normalizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "_REMEMBERED", 10)
    normalizer.load()
    for text, clean in zip(TEXTS, CLEAN, strict=True):
        assert normalizer.normalize_text(text).text == clean
    assert len(normalizer._tokenizer._tokens) < 20
    assert not [each for each in normalizer.vocabulary._claims if "things" in each]


# Arrow


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())],
    ids=str,
)
def test_a_column_keeps_its_type_and_its_nulls(normalizer: Normalizer, kind: pa.DataType) -> None:
    field = pa.field("text", kind, metadata={"a": "b"})
    schema = pa.schema([pa.field("id", pa.int8()), field], metadata={"c": "d"})
    column = pa.array(["Foxes", None, "x"]).cast(kind)
    table = pa.table([pa.array([1, 2, 3], pa.int8()), column], schema=schema)
    for given_table in (table, table.to_batches()[0]):
        clean = normalizer.normalize_table(given_table, "text")
        assert isinstance(clean, type(given_table))
        assert clean.schema.equals(schema, check_metadata=True)
        assert clean.to_pydict() == {"id": [1, 2, 3], "text": ["fox", None, "x"]}


def test_a_list_column_is_a_caption_of_its_elements(normalizer: Normalizer) -> None:
    lists = [["Foxes", "mammal", "x"], None, [], ["a, b", "foxes"], ["fox", None]]
    table = pa.table({"tags": pa.array(lists, pa.list_(pa.string()))})
    clean = normalizer.normalize_table(table, "tags")
    assert clean["tags"].to_pylist() == [["fox", "x"], *lists[1:]]
    assert clean.schema == table.schema


def test_a_column_without_text_is_refused(normalizer: Normalizer) -> None:
    table = pa.table({"id": [1]})
    with pytest.raises(UsageError, match="there is no column text; the columns are id"):
        normalizer.normalize_table(table, "text")
    with pytest.raises(UsageError, match="the column id has the type int64"):
        normalizer.normalize_table(table, "id")


# Other processes and threads


def test_a_pickled_normalizer_and_its_rules_are_the_same(database: Path) -> None:
    normalizer = Normalizer(database, RULES)
    again = pickle.loads(pickle.dumps(normalizer))
    assert again.rules == normalizer.rules
    assert dict(again.rules.aliases) == {"powder": "snow"}
    text = "powder, solo, fox"
    assert again.normalize_text(text).text == normalizer.normalize_text(text).text
    with pytest.raises(TypeError):
        again.rules.aliases["x"] = "fox"


def cleaned(normalizer: Normalizer, texts: list[str]) -> list[str]:
    return [result.text for result in normalizer.normalize_texts(texts)]


def test_spawned_processes_clean_as_this_one_does(normalizer: Normalizer) -> None:
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        halves = [pool.submit(cleaned, normalizer, part) for part in (TEXTS[:20], TEXTS[20:])]
        assert [text for half in halves for text in half.result()] == CLEAN


def test_threads_may_share_a_normalizer(normalizer: Normalizer) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert [each.text for each in pool.map(normalizer.normalize_text, TEXTS)] == CLEAN


def test_the_datasets_library_maps_it_in_processes(
    normalizer: Normalizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    datasets = pytest.importorskip("datasets", reason="the library datasets is not installed")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)

    def map_batch(batch: dict[str, Any]) -> dict[str, Any]:
        return {"text": cleaned(normalizer, batch["text"])}

    data = datasets.Dataset.from_dict({"text": TEXTS, "id": list(range(40))})
    for processes in (None, 2):
        mapped = data.map(map_batch, batched=True, num_proc=processes)
        assert mapped["text"][:] == CLEAN
        assert mapped["id"][:] == data["id"][:]
