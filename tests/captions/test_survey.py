"""What is decided once for a folder of captions, and what is said about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from e6duck.captions.normalizer import Normalizer


def cleaned(
    database: Path, folder: Path, texts: dict[str, str], rules: dict[str, Any] | None = None
) -> tuple[dict[str, str], list[str]]:
    """The cleaned captions of a folder, and the notices."""
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    normalizer = Normalizer(database, rules)
    plan = normalizer.plan(folder)
    found = {caption.name: caption.result.text for caption in plan.captions}
    return found, list(normalizer.resolver.notices)


def test_parentheses_are_written_one_way_in_all_captions(
    caption_database: Path, tmp_path: Path
) -> None:
    texts = {"a.txt": "rose_(flower), fox", "b.txt": r"rose \(flower\)", "c.txt": "solo"}
    found, notices = cleaned(caption_database, tmp_path, texts)
    assert found["a.txt"] == r"rose \(flower\), fox"
    assert found["b.txt"] == r"rose \(flower\)"
    assert len(notices) == 1
    assert notices[0].startswith("parentheses of tags are written with \\ in all captions: 1 had")


def test_weights_count_as_escapes_and_the_more_frequent_form_wins(
    caption_database: Path, tmp_path: Path
) -> None:
    texts = {"a.txt": "(fox:1.2), solo", "b.txt": "rose_(flower), fox"}
    found, _ = cleaned(caption_database, tmp_path, texts)
    assert found["b.txt"] == r"rose \(flower\), fox"
    texts |= {"c.txt": "solo, rose_(flower)", "d.txt": r"rose \(flower\), solo"}
    texts |= {f"{number}.txt": "solo, rose (flower)" for number in range(3)}
    found, notices = cleaned(caption_database, tmp_path, texts)
    assert found["b.txt"] == "rose (flower), fox"
    assert found["d.txt"] == "rose (flower), solo"
    assert "without \\ in all captions: 2 had or needed it, 5 had none" in notices[0]


def test_captions_between_spaces_are_found_and_named(
    caption_database: Path, tmp_path: Path
) -> None:
    texts = {
        "a.txt": "Foxes red_fox hi_res snow",
        "b.txt": "hi_res solo\n",
        "c.txt": "Foxes solo snow",  # shown by those beside it
        "d.txt": "red fox, solo",
        "e.txt": "A fox on snow",
    }
    found, notices = cleaned(caption_database, tmp_path, texts)
    assert found == {
        "a.txt": "red_fox hi_res snow",
        "b.txt": "hi_res solo\n",
        "c.txt": "fox solo snow",
        "d.txt": "red fox, solo",
        "e.txt": "A fox on snow",
    }
    assert notices == ['separator "space" found in 3 captions (a.txt, b.txt, c.txt)']


def test_no_separator_is_guessed_if_two_are_as_likely(
    caption_database: Path, tmp_path: Path
) -> None:
    found, notices = cleaned(caption_database, tmp_path, {"a.txt": "Foxes solo snow"})
    assert found == {"a.txt": "Foxes solo snow"}
    assert notices == ["separator unclear, taken as commas, in 1 caption (a.txt); set separator"]
    found, notices = cleaned(caption_database, tmp_path, {}, {"separator": "space"})
    assert (found, notices) == ({"a.txt": "fox solo snow"}, [])


def test_semicolons_and_bars_are_named(caption_database: Path, tmp_path: Path) -> None:
    texts = {"a.txt": "Foxes; snow; solo", "b.txt": "solo | Snow", "c.txt": "my;text, fox"}
    found, notices = cleaned(caption_database, tmp_path, texts, {"output_separator": "comma"})
    assert found == {"a.txt": "fox, snow, solo", "b.txt": "solo, snow", "c.txt": "my;text, fox"}
    assert notices == [
        'separator "pipe" found in 1 caption (b.txt)',
        'separator "semicolon" found in 1 caption (a.txt)',
    ]


def test_several_captions_in_a_file_are_noticed(caption_database: Path, tmp_path: Path) -> None:
    texts = {"a.txt": "fox, solo\nred fox, mammal\n", "b.txt": "fox,\nsolo,\nsnow", "c.txt": "fox"}
    _, notices = cleaned(caption_database, tmp_path, texts)
    assert notices == [
        "several lines of tags in 1 caption (a.txt) are cleaned as one caption; if each line is a"
        ' caption of its own, set multiline = "captions"'
    ]
    _, notices = cleaned(caption_database, tmp_path, {}, {"multiline": "captions"})
    assert notices == []


STRUCTURED = {
    "JSON": '{\n  "caption": "a fox",\n  "tags": "wolf, fox, mammal"\n}\n',
    "JSON Lines": '{"text": "fox, mammal"}\n{"text": "snow, Foxes"}\n',
    "CSV": 'file_name,caption\n0.png,"a, fox, mammal, b"\n1.png,"c, fox, mammal, d"\n',
}


@pytest.mark.parametrize("text", [*STRUCTURED.values(), '0.png,"fox, mammal"\n', '["Foxes"]'])
def test_structured_files_are_left_out_and_named(
    caption_database: Path, tmp_path: Path, text: str
) -> None:
    (tmp_path / "x.caption.json").write_text(text)
    (tmp_path / "x.txt").write_text("Foxes")
    plan = Normalizer(caption_database).plan(tmp_path)
    assert [edit.name for edit in plan.edits] == ["x.txt"]
    assert set(plan.skipped) == {"x.caption.json"}
    assert plan.skipped["x.caption.json"].endswith(", not a plain caption")
    assert plan.unreadable == {"x.caption.json"}


@pytest.mark.parametrize(
    "text",
    [
        "[Foxes]",
        "{Foxes|snow}",
        "[2019]",
        "text, Foxes\nimage, snow",
        "text,Foxes\nimage,snow",
        "{",
    ],
)
def test_captions_that_only_look_structured_are_read(
    caption_database: Path, tmp_path: Path, text: str
) -> None:
    (tmp_path / "x.txt").write_text(text)
    plan = Normalizer(caption_database).plan(tmp_path)
    assert (plan.skipped, len(plan.captions)) == ({}, 1)
