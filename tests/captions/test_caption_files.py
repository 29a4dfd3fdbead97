"""Which text files are captions: by their names, and by what is beside them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from e6duck.captions.normalizer import Normalizer
from e6duck.captions.runs.caption_files import IMAGES, NO_IMAGE, PROJECT_FILE
from tests.support.caption_database import build_kennel


@pytest.fixture(scope="module")
def normalizer(tmp_path_factory: pytest.TempPathFactory) -> Normalizer:
    return Normalizer(build_kennel(tmp_path_factory.mktemp("kennel")))


def taken(normalizer: Normalizer, folder: Path, names: str, **options: Any) -> dict[str, str]:
    """Make files; return those that are captions, and why others are not."""
    for name in names.split(" + "):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Foxes")
    plan = normalizer.plan(folder, **options)
    return dict.fromkeys((each.name for each in plan.captions), "caption") | plan.not_captions


@pytest.mark.parametrize(
    ("names", "captions"),
    [
        ("a.txt + a.png + b.txt", "a.txt"),
        ("a.txt + a.JPEG + B.txt + b.Webp", "B.txt + a.txt"),
        ("a.b.txt + a.b.webm + a.txt", "a.b.txt"),
        ("a.caption + a.caption.txt + a.gif + b.caption", "a.caption + a.caption.txt"),
        ("a.png.txt + a.png + a.jpg.txt", "a.png.txt"),
        ("a.txt + a.npz + a.json", ""),
        ("a.txt + b.caption + c.txt", "a.txt + b.caption + c.txt"),
        ("a.txt + normalize.toml + Thumbs.db + .hidden", "a.txt"),
        ("a.txt + sample-prompts.txt", "a.txt"),  # excluded by its name, and yet no other file
        ("a.txt + notes.md", ""),
        ("main.py + set/a.txt + set/b.txt + docs/c.txt + docs/conf.py", "set/a.txt + set/b.txt"),
        ("set/a.txt + set/sub/main.py + set/sub/b.txt", "set/a.txt"),
        (".a.txt + .a.png + .git/b.txt", ""),
    ],
)
def test_a_caption_has_an_image_beside_it_or_a_folder_of_captions(
    normalizer: Normalizer, tmp_path: Path, names: str, captions: str
) -> None:
    found = taken(normalizer, tmp_path, names)
    assert " + ".join(name for name, kind in found.items() if kind == "caption") == captions
    assert set(found.values()) <= {"caption", NO_IMAGE}


def test_the_rules_in_force_may_be_among_the_captions(
    normalizer: Normalizer, tmp_path: Path
) -> None:
    assert taken(normalizer, tmp_path, "a.txt + mine.toml") == {"a.txt": NO_IMAGE}
    (tmp_path / "mine.toml").write_text("")
    mine = Normalizer(normalizer.vocabulary.connection, tmp_path / "mine.toml")
    assert [each.name for each in mine.plan(tmp_path).captions] == ["a.txt"]


def test_images_and_videos_of_many_kinds_are_known() -> None:
    kinds = {"png", "jpg", "jpeg", "webp", "gif", "avif", "bmp", "tiff", "mp4", "webm"}
    assert kinds <= IMAGES


@pytest.mark.parametrize(
    "name",
    [
        *("README.txt", "readme.txt", "LICENSE.txt", "LICENCE.txt", "COPYING.txt", "NOTICE.txt"),
        *("CHANGELOG.txt", "requirements.txt", "constraints.txt", "CMakeLists.txt", "robots.txt"),
    ],
)
def test_a_file_of_a_project_is_never_a_caption(
    normalizer: Normalizer, tmp_path: Path, name: str
) -> None:
    image = name.replace(".txt", ".png")
    expected = {name: PROJECT_FILE}
    assert taken(normalizer, tmp_path / "alone", name) == expected
    assert taken(normalizer, tmp_path / "image", f"{name} + {image}") == expected
    assert taken(normalizer, tmp_path / "all", name, all_text=True) == expected
    assert taken(normalizer, tmp_path / "set", f"{name} + a.txt") == expected | {"a.txt": NO_IMAGE}


def test_a_name_that_begins_like_one_of_a_project_needs_an_image(
    normalizer: Normalizer, tmp_path: Path
) -> None:
    names = "license plate.txt + license plate.jpg + requirements-dev.txt + dev-requirements.txt"
    names += " + README_en.txt + noticeable.txt"
    for all_text in (False, True):
        assert taken(normalizer, tmp_path, names, all_text=all_text) == {
            "license plate.txt": "caption",
            "noticeable.txt": "caption" if all_text else NO_IMAGE,
            **dict.fromkeys(
                ("README_en.txt", "dev-requirements.txt", "requirements-dev.txt"), PROJECT_FILE
            ),
        }


def test_all_text_or_a_pattern_of_the_rules_takes_more(
    normalizer: Normalizer, tmp_path: Path
) -> None:
    names = "notes.txt + main.py + README.txt + readme.TXT"
    assert taken(normalizer, tmp_path, names, all_text=True) == {
        "notes.txt": "caption",
        "README.txt": PROJECT_FILE,
    }

    def by_pattern(pattern: str) -> dict[str, str]:
        rules = {"include_filename_regexp": pattern}
        return taken(Normalizer(normalizer.vocabulary.connection, rules), tmp_path, names)

    assert by_pattern("(?i)r.*txt") == dict.fromkeys(("README.txt", "readme.TXT"), "caption")
    # --write-config writes the default, which asks for nothing.
    default = Normalizer(normalizer.vocabulary.connection).rules.include_filename_regexp
    assert by_pattern(default) == {"README.txt": PROJECT_FILE, "notes.txt": NO_IMAGE}


def test_a_folder_is_listed_once_and_no_file_is_asked_about(
    normalizer: Normalizer, tmp_path: Path
) -> None:
    taken(normalizer, tmp_path, " + ".join(f"{number}.txt + {number}.png" for number in range(50)))
    with (
        mock.patch("e6duck.captions.runs.scan.os.scandir", wraps=os.scandir) as listed,
        mock.patch("e6duck.captions.runs.scan.os.stat", wraps=os.stat) as asked,
    ):
        assert len(normalizer.plan(tmp_path).captions) == 50
    assert listed.call_count == 1
    assert asked.call_count < 10  # of the folder itself
