"""Fonts of pictures: each character has one, or is named in a notice."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib import font_manager, rcParams
from matplotlib.font_manager import fontManager

from e6duck.charts.figure import fonts_for, missing_notice, style
from e6duck.charts.palette import palette
from e6duck.charts.save import save
from e6duck.charts.tag_map import Spot
from tests.support.maps import map_of

JAPANESE = "ゆきみ_(quorrel)"


def only_fonts(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Leave Matplotlib and the system only the fonts of these families."""
    listed = [entry for entry in fontManager.ttflist if entry.name in names]
    monkeypatch.setattr(fontManager, "ttflist", listed)
    monkeypatch.setattr(font_manager, "findSystemFonts", list)


def test_characters_without_a_font_are_named_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_fonts(monkeypatch, "DejaVu Sans", "Last Resort High-Efficiency")
    spots = [Spot(name, "artist", 9, 1, at, at, False) for at, name in enumerate([JAPANESE] * 3)]
    for suffix, expected in (
        (".png", ["3 characters have no font (きみゆ); install one, for example fonts-noto-cjk"]),
        (".svg", []),  # whoever shows it has fonts of its own
        (".html", []),
    ):
        lines: list[str] = []
        save(map_of(*spots), tmp_path / f"map{suffix}", on_notice=lines.append)
        assert lines == expected


def test_the_notice_names_what_has_the_characters() -> None:
    assert missing_notice("キ").startswith("1 character has no font (キ)")
    assert missing_notice("キ").endswith("fonts-noto-cjk")
    assert missing_notice("ก").endswith("fonts-noto-core")
    assert "(abcdefgh…)" in missing_notice("abcdefghij")


def test_a_font_that_matplotlib_does_not_list_yet_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after installing a font: Matplotlib's list is in a file that is older."""
    path = font_manager.findfont("STIXGeneral")
    monkeypatch.setattr("e6duck.charts.figure._WELL_KNOWN", ("STIXGeneral",))
    only_fonts(monkeypatch, "DejaVu Sans", "Last Resort High-Efficiency")
    sign = next(
        chr(code)
        for code in font_manager.get_font(path).get_charmap()
        if not font_manager.get_font(font_manager.findfont("DejaVu Sans")).get_char_index(code)
        and chr(code).isprintable()
    )
    assert fonts_for([sign]) == (["DejaVu Sans"], sign)
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [path])
    assert fonts_for([sign]) == (["DejaVu Sans", "STIXGeneral"], "")


def test_latin_names_need_no_search_for_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: 1 / 0)
    assert fonts_for(["fox", "лисица", "fox\ufe0f"]) == (["DejaVu Sans"], "")


def test_each_character_has_a_font_or_is_missing() -> None:
    """Whether or not this system has a Japanese font."""
    families, missing = fonts_for([JAPANESE])
    with style(palette(), [JAPANESE]) as boxes:
        assert boxes == missing
        assert rcParams["font.family"][: len(families)] == families
    faces = [font_manager.get_font(font_manager.findfont(family)) for family in families]
    for each in JAPANESE:
        assert (each in missing) != any(face.get_char_index(ord(each)) for face in faces)
