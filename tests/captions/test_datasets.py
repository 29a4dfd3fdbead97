"""Whole datasets: all but the captions stays the same, and a target is whole or absent."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e6duck.captions.datasets import backups, names, parts, workers
from e6duck.captions.datasets.counts import Counts, counts_of
from e6duck.captions.datasets.run import DatasetRun, normalize_dataset, shards
from e6duck.captions.normalizer import Normalizer
from e6duck.errors import E6DuckError, UsageError
from tests.support.caption_database import build_caption_database

PIECES = st.sampled_from(
    ["fox", "Foxes", "mammal", "snow", "x y", 'a"b', "é", "", "two\nlines", "{}"]
)
CAPTIONS = st.lists(PIECES, max_size=5).map(", ".join)


@pytest.fixture(scope="module")
def normalizer(tmp_path_factory: pytest.TempPathFactory) -> Normalizer:
    return Normalizer(build_caption_database(tmp_path_factory.mktemp("datasets")))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


def clean(
    normalizer: Normalizer, source: Path, target: Path | None, *columns: str, **options: Any
) -> DatasetRun:
    return normalize_dataset(normalizer, shards(source, target), columns, **options)


def rewritten(normalizer: Normalizer, path: Path, *columns: str, **options: Any) -> bytes:
    target = path.with_name(f"out{path.suffix}")
    clean(normalizer, path, target, *columns, **options)
    return target.read_bytes()


LISTS = st.lists(
    st.sampled_from(
        (
            *("fox", "Foxes", " red_fox", "mammal ", "x y", "X", "judy", "judy (character)", "a."),
            *("2019", "(fox:1.2)", "^_^", "|||", "16_9", "blurry", "no\nline", "by carl", "\\("),
            *("null fox", ""),
        )
    ),
    max_size=8,
)
RULES: list[dict[str, Any]] = [
    {},
    {"implied": "add"},
    {"implied": "keep"},
    {"blacklist": ["x y", "2019"]},
    {"order": ["species"]},
    {"use_underscores": True, "escape_parens": "always"},
    {"multiline": "captions"},
    {"separator": ",", "blacklist_categories": ["character"]},
]


@settings(max_examples=50, deadline=None)
@given(
    captions=st.lists(LISTS.map(",".join), max_size=9),
    rules=st.sampled_from(RULES),
)
def test_the_short_cut_for_lists_of_tags_changes_no_result(
    normalizer: Normalizer, captions: list[str], rules: dict[str, Any]
) -> None:
    cleaner = Normalizer(normalizer.path, rules)
    results = cleaner.normalize_texts(captions)
    counts = Counts(read=len(captions))
    for text, result in zip(captions, results, strict=True):
        counts.add(counts_of(text, result))
    for _ in range(2):
        assert cleaner.count_texts(captions) == ([result.text for result in results], counts)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
OTHERS = st.dictionaries(st.text(max_size=4).filter(lambda key: key != "text"), VALUES, max_size=3)


@settings(max_examples=40, deadline=None)
@given(
    records=st.lists(st.tuples(OTHERS, CAPTIONS, OTHERS), min_size=1, max_size=7),
    is_ascii=st.booleans(),
    separators=st.sampled_from([(", ", ": "), (",", ":")]),
)
def test_json_lines_change_in_their_captions_only(
    normalizer: Normalizer, place: Path, records: Any, is_ascii: bool, separators: Any
) -> None:
    def lines(captions: list[str]) -> bytes:
        # Keys that are both before and after the caption are only before it, as in a dict.
        rows = [
            before | {"text": caption} | after
            for (before, _, after), caption in zip(records, captions, strict=True)
        ]
        dumped = [json.dumps(each, ensure_ascii=is_ascii, separators=separators) for each in rows]
        return ("\r\n".join(dumped) + "\n\n").encode("utf-8", "surrogatepass")

    path = place / "a.jsonl"
    captions = [caption for _, caption, _ in records]
    try:
        path.write_bytes(lines(captions))
        path.read_text("utf-8")
    except UnicodeDecodeError:
        return  # half of a surrogate pair, not escaped
    expected = normalizer.cleaned_texts(captions)
    new, wanted = rewritten(normalizer, path, "text"), lines(expected)
    assert [json.loads(line or b"0") for line in new.split(b"\n")] == [
        json.loads(line or b"0") for line in wanted.split(b"\n")
    ]
    if is_ascii is False or all(text.isascii() for text in expected):
        assert new == wanted


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.tuples(st.text("ab,\t\"'\n ", max_size=5), CAPTIONS), max_size=7),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    ending=st.sampled_from([".csv", ".tsv"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_csv_changes_in_its_captions_only(
    normalizer: Normalizer, place: Path, rows: Any, quoting: Any, ending: str, line_end: str
) -> None:
    def table(captions: list[str]) -> bytes:
        file = io.StringIO()
        mark = "\t" if ending == ".tsv" else ","
        writer = csv.writer(file, quoting=quoting, delimiter=mark, lineterminator=line_end)
        writer.writerow(["id", "text", "n"])
        writer.writerows((each, text, 1) for (each, _), text in zip(rows, captions, strict=True))
        return file.getvalue().encode()

    path = place / f"a{ending}"
    captions = [caption for _, caption in rows]
    path.write_bytes(table(captions))
    new = rewritten(normalizer, path, "text")
    wanted = table(normalizer.cleaned_texts(captions))
    mark = "\t" if ending == ".tsv" else ","
    assert list(csv.reader(io.StringIO(new.decode(), newline=""), delimiter=mark)) == list(
        csv.reader(io.StringIO(wanted.decode(), newline=""), delimiter=mark)
    )
    if quoting == csv.QUOTE_ALL:
        assert new == wanted
    longer = rewritten(normalizer, path, "text", to="new")
    read = list(csv.reader(io.StringIO(longer.decode(), newline=""), delimiter=mark))
    assert [row[-1] for row in read] == ["new", *normalizer.cleaned_texts(captions)]
    assert [row[:-1] for row in read] == list(
        csv.reader(io.StringIO(table(captions).decode(), newline=""), delimiter=mark)
    )


def test_the_style_of_json_is_kept(normalizer: Normalizer, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '\ufeff{ "text" :"Foxes, a\\/b" , "n": 1.50, "u": "\\u00e9", "text2":"Foxes"}\n'
        '{"n":1e5,"text":["Foxes","mammal"]}\n{"text": null}\n{"id": 7}',
        encoding="utf-8",
    )
    new = rewritten(normalizer, path, "text").decode()
    assert new == (
        '\ufeff{ "text" :"fox, a\\/b" , "n": 1.50, "u": "\\u00e9", "text2":"Foxes"}\n'
        '{"n":1e5,"text":["fox"]}\n{"text": null}\n{"id": 7}'
    )
    new = rewritten(normalizer, path, "text", to="clean").decode()
    assert [json.loads(line).get("clean") for line in new.lstrip("\ufeff").splitlines()] == [
        "fox, a/b",
        ["fox"],
        None,
        None,
    ]
    assert [json.loads(line).get("text") for line in new.lstrip("\ufeff").splitlines()] == [
        "Foxes, a/b",
        ["Foxes", "mammal"],
        None,
        None,
    ]


def test_kohyas_metadata_has_captions_and_tags(normalizer: Normalizer, tmp_path: Path) -> None:
    path = tmp_path / "meta_lat.json"
    meta = {
        "/a/1.png": {"tags": "Foxes, mammal", "train_resolution": [512, 768]},
        "/a/2.png": {"caption": "foxes", "tags": "snow"},
    }
    path.write_text(json.dumps(meta, indent=2), encoding="utf-8")
    new = rewritten(normalizer, path)
    meta["/a/1.png"]["tags"], meta["/a/2.png"]["caption"] = "fox", "fox"
    assert new.decode() == json.dumps(meta, indent=2)


def test_a_list_of_json_objects_is_read(normalizer: Normalizer, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"text": "Foxes"}, {"text": "x"}]\n', encoding="utf-8")
    assert rewritten(normalizer, path, "text") == b'[{"text": "fox"}, {"text": "x"}]\n'


def parquet(path: Path, captions: list[str | None], **options: Any) -> pa.Table:
    count = len(captions)
    table = pa.table(
        {
            "id": pa.array(range(count), pa.int16()),
            "text": pa.array(captions),
            "tags": [["Foxes", "x"]] * count,
            "at": pa.array([1000] * count, pa.timestamp("ns")),
        }
    ).replace_schema_metadata({"huggingface": "{}"})
    pq.write_table(table, path, **options)
    return table


@pytest.mark.parametrize("version", ["1.0", "2.6"])
def test_a_parquet_file_keeps_how_it_was_written(
    normalizer: Normalizer, tmp_path: Path, version: Any
) -> None:
    path, target = tmp_path / "a.parquet", tmp_path / "b.parquet"
    compression = {"id": "gzip", "text": "zstd", "tags.list.element": "none", "at": "snappy"}
    parquet(
        path,
        ["Foxes, mammal", None, "x", "snow", ""] * 3,
        row_group_size=4,
        compression=compression,
        use_dictionary=["text"],
        column_encoding={"id": "DELTA_BINARY_PACKED"},
        write_statistics=["id"],
        version=version,
    )
    clean(normalizer, path, target, "text")
    old, new = pq.ParquetFile(path), pq.ParquetFile(target)
    assert new.schema_arrow.equals(old.schema_arrow, check_metadata=True)
    assert new.metadata.format_version == old.metadata.format_version
    for group in range(old.num_row_groups):
        for number in range(old.metadata.num_columns):
            before, after = (each.metadata.row_group(group).column(number) for each in (old, new))
            for name in ("compression", "encodings", "physical_type", "num_values"):
                assert getattr(before, name) == getattr(after, name)
            assert before.is_stats_set == after.is_stats_set
    assert new.num_row_groups == old.num_row_groups == 4
    before, after = old.read(), new.read()
    assert after["text"].to_pylist() == ["fox", None, "x", "snow", ""] * 3
    assert after.drop(["text"]).equals(before.drop(["text"]))


def test_a_new_column_keeps_the_old_text_beside_it(normalizer: Normalizer, tmp_path: Path) -> None:
    path, target = tmp_path / "a.parquet", tmp_path / "b.parquet"
    table = parquet(path, ["Foxes"])
    clean(normalizer, path, target, "tags", to="clean")
    new = pq.read_table(target)
    assert new.column_names == ["id", "text", "tags", "clean", "at"]
    assert new["clean"].to_pylist() == [["fox", "x"]]
    assert new.drop(["clean"]).equals(table)
    with pytest.raises(UsageError, match="already has a column at"):
        clean(normalizer, path, target, "tags", to="at")


@pytest.mark.parametrize("ending", [".parquet", ".jsonl", ".csv"])
def test_the_number_of_jobs_changes_no_byte(
    normalizer: Normalizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr(parts, "PART_ROWS", 20)
    monkeypatch.setattr(workers, "_TASK", 7)
    path = tmp_path / f"a{ending}"
    captions = [f"Foxes, {number}" for number in range(50)]
    if ending == ".parquet":
        parquet(path, captions, row_group_size=20)
    elif ending == ".csv":
        path.write_text("text\n" + "".join(f'"{each}"\n' for each in captions), encoding="utf-8")
    else:
        path.write_text("".join(f'{{"text": "{each}"}}\n' for each in captions), encoding="utf-8")
    one = clean(normalizer, path, tmp_path / f"one{ending}", "text")
    two = clean(normalizer, path, tmp_path / f"two{ending}", "text", jobs=2)
    assert (tmp_path / f"one{ending}").read_bytes() == (tmp_path / f"two{ending}").read_bytes()
    assert one.counts == two.counts
    assert one.counts.changed == 50


BROKEN: dict[str, tuple[str, str]] = {
    "b.jsonl": ('{"text": "foxes"}\n{"text": \n', r"b.jsonl:2 is not a JSON object"),
    "b.json": ('{"a": {"caption": "foxes"}', "b.json is not a JSON object or list of objects"),
    "b.csv": ('text,n\nfoxes,1\n"fox,2\n', "b.csv:3 opens a quote that no quote closes"),
    "c.csv": ("text,n\nfoxes,1\nfox\n", "c.csv:3 has 1 fields, the first row 2"),
    "b.tsv": ("text\tn\nfoxes\t1\n\xff", "b.tsv:3 is not valid UTF-8"),
    "b.parquet": ("PAR1", "cannot be read as Parquet"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named_and_nothing_is_left_of_its_target(
    normalizer: Normalizer, tmp_path: Path, name: str
) -> None:
    content, message = BROKEN[name]
    path = tmp_path / name
    path.write_bytes(content.encode("latin-1"))
    columns = () if name == "b.json" else ("text",)
    with pytest.raises(E6DuckError, match=message):
        clean(normalizer, path, tmp_path / f"out{path.suffix}", *columns)
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", "id,n\n1,2\n"), ("a.jsonl", '{"id": 1, "n": 2}\n'), ("a.json", '{"a": {"id": 1}}')],
)
def test_a_missing_column_is_named_with_those_there_are(
    normalizer: Normalizer, tmp_path: Path, name: str, content: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=r"has no (column|field) text.*are id"):
        clean(normalizer, path, tmp_path / f"out{path.suffix}", "text")


def test_a_replaced_dataset_is_undone_to_the_byte(normalizer: Normalizer, tmp_path: Path) -> None:
    path, journal = tmp_path / "a.csv", tmp_path / "journal"
    path.write_text("text\nFoxes\n", encoding="utf-8")
    done = clean(normalizer, path, None, "text", backup=journal, root=path)
    assert path.read_text("utf-8") == "text\nfox\n"
    assert clean(normalizer, path, None, "text", backup=journal, root=path).run is None
    found = backups.find(journal, path, done.run)
    assert found is not None
    path.write_text("edited", encoding="utf-8")
    restored, failed = backups.undo(found)
    assert (restored, list(failed)) == (0, [str(path)])
    path.write_text("text\nfox\n", encoding="utf-8")
    assert backups.undo(found) == (1, {})
    assert path.read_text("utf-8") == "text\nFoxes\n"
    assert backups.find(journal, path, None) is None


def test_a_folder_of_shards_gives_a_folder_of_shards(
    normalizer: Normalizer, tmp_path: Path
) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    (source / "b").mkdir(parents=True)
    for name in ("a.jsonl", "b/c.jsonl"):
        (source / name).write_text('{"text": "Foxes"}\n', encoding="utf-8")
    (source / "info.json").write_text('{"rows": 2}', encoding="utf-8")
    clean(normalizer, source, target, "text")
    names = {str(each.relative_to(target)) for each in target.rglob("*.*")}
    assert names == {"a.jsonl", "b/c.jsonl"}
    assert (target / "b/c.jsonl").read_text("utf-8") == '{"text": "fox"}\n'
    other = tmp_path / "other"
    clean(normalizer, source / "*.jsonl", other, "text")
    assert [each.name for each in other.iterdir()] == ["a.jsonl"]
    with pytest.raises(UsageError, match="is inside the input folder"):
        clean(normalizer, source, source / "out", "text")


def test_a_full_disk_leaves_the_old_target(
    normalizer: Normalizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, target = tmp_path / "a.csv", tmp_path / "b.csv"
    path.write_text("text\nFoxes\n", encoding="utf-8")
    target.write_text("old", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parts.BytesWriter, "write", full)
    with pytest.raises(E6DuckError, match=r"b\.csv cannot be written: No space left"):
        clean(normalizer, path, target, "text")
    assert target.read_text("utf-8") == "old"
    assert {each.name for each in tmp_path.iterdir()} == {"a.csv", "b.csv"}


def test_is_dataset_knows_endings(tmp_path: Path) -> None:
    (tmp_path / "a.PARQUET").touch()
    is_dataset: Callable[[Path], bool] = names.is_dataset
    assert is_dataset(tmp_path / "a.PARQUET")
    assert not is_dataset(tmp_path)
    assert not is_dataset(tmp_path / "missing.csv")
