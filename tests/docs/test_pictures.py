"""The pictures of README.md are those of this checkout."""

from __future__ import annotations

import pytest

from tests.docs.pictures import CHECKOUT, COMMAND, FOLDER, PICTURES, Picture


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture_is_up_to_date(picture: Picture) -> None:
    assert picture.stamp() == picture.inputs(), f"{picture.path} is stale; run: {COMMAND}"


def test_every_picture_is_made_by_the_command() -> None:
    assert {path.name for path in FOLDER.glob("*.png")} == {
        picture.path.name for picture in PICTURES
    }


def test_every_picture_is_shown_in_the_readme() -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    for picture in PICTURES:
        assert f"({picture.path.relative_to(CHECKOUT).as_posix()})" in readme
