"""The pictures of the documents are those of this checkout."""

from __future__ import annotations

import re

import pytest

from tests.docs.pictures import COMMAND, FOLDER, PICTURES, Picture
from tests.docs.readme import pages


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture_is_up_to_date(picture: Picture) -> None:
    assert picture.stamp() == picture.inputs(), f"{picture.path} is stale; run: {COMMAND}"


def test_every_picture_is_made_by_the_command() -> None:
    assert {path.name for path in FOLDER.glob("*.png")} == {
        picture.path.name for picture in PICTURES
    }


def test_every_picture_is_shown_in_a_document() -> None:
    shown = {
        (page.path.parent / link).resolve()
        for page in pages()
        for link in re.findall(r"!\[[^\]]+\]\((.+)\)", page.text)
    }
    assert shown == {picture.path for picture in PICTURES}
