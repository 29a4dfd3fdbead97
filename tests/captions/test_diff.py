"""The captions that a new build would clean otherwise, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from e6duck.captions.diff import reasons
from e6duck.captions.steps import Result, Step
from tests.support.caption_database import listing
from tests.support.terminal import command
from tests.tags.test_diff import builds, changes

__all__ = ["builds"]  # a fixture

CAPTIONS = {
    "wolf.txt": "wolf, Woods, snow",
    "fox.txt": "fox, bird",  # clean by either build
    "deep/red.txt": "red fox, fox, todd, canine",
    "old.txt": "Vixen, hill",  # both change it, in the same way
}


@pytest.fixture
def captions(tmp_path: Path) -> Path:
    folder = tmp_path / "captions"
    for name, text in CAPTIONS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_files_are_named_with_both_texts_and_why(builds: tuple[Path, Path], captions: Path) -> None:
    before = listing(captions)
    rows = {row["name"]: row for row in changes(*builds, "--captions", captions)["touched_caption"]}
    assert rows.keys() == {"wolf.txt", "deep/red.txt"}
    wolf, red = rows["wolf.txt"], rows["deep/red.txt"]
    assert (wolf["before"], wolf["after"]) == ("wolf, forest, snow", "grey wolf, snow")
    assert wolf["why"].split("; ") == [
        "wolf becomes grey wolf (alias of grey wolf)",
        "Woods becomes snow (alias of snow)",
        "snow removed (duplicate of snow)",
    ]
    assert (red["before"], red["after"]) == ("red fox", "red fox, fox, todd")
    assert "todd unchanged (unknown tag)" in red["why"]
    assert listing(captions) == before


def test_a_table_has_the_reasons_below_each_file(builds: tuple[Path, Path], captions: Path) -> None:
    said = command(
        "diff", builds[0], "--db", builds[1], "--captions", captions, "--format", "table"
    ).out
    _, _, touched = said.partition("captions cleaned differently: 2\n")
    files = [line for line in touched.split("\n\n")[0].splitlines() if not line.startswith(" ")]
    assert files == ["deep/red.txt", "wolf.txt"]
    assert "\nwolf.txt\n    wolf becomes grey wolf (alias of grey wolf); Woods becomes" in touched


def test_rules_are_found_as_normalize_finds_them(
    builds: tuple[Path, Path], captions: Path, tmp_path: Path
) -> None:
    (tmp_path / "normalize.toml").write_text("use_underscores = true\nkeep_implied = true\n")
    rows = {row["name"]: row for row in changes(*builds, "--captions", captions)["touched_caption"]}
    assert rows["wolf.txt"]["after"] == "grey_wolf, snow"
    chosen = tmp_path / "other.toml"
    chosen.write_text('blacklist = ["wolf", "grey_wolf", "snow", "forest", "todd", "fox"]\n')
    found = changes(*builds, "--captions", captions, "--config", chosen)
    assert [row["name"] for row in found.get("touched_caption", [])] == []


def test_a_wrong_folder_or_file_of_rules_is_a_line(
    builds: tuple[Path, Path], captions: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("blacklst = []\n")
    for args, what in (
        (("--captions", tmp_path / "nope"), "there is no folder"),
        (("--captions", captions, "--config", wrong), "did you mean blacklist"),
        (("--config", wrong), "add their folder: --captions DIR"),
    ):
        ran = command("diff", builds[0], "--db", builds[1], *args)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
        assert what in ran.err


def test_a_step_that_only_the_old_build_takes_is_reported() -> None:
    old = Result("a, b", (Step("a", "a", "kept"), Step("", "b", "added", "a")))
    new = Result("a", (Step("a", "a", "kept"),))
    assert list(reasons(old, new)) == ["no longer: b added (implied by a)"]
    assert list(reasons(new, old)) == ["b added (implied by a)"]
