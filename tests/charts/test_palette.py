"""Colors: those of the site, and readable."""

from __future__ import annotations

from pathlib import Path

import pytest

import e6duck
from e6duck.charts.palette import READABLE, contrast, palette


@pytest.mark.parametrize("light", [False, True])
def test_all_text_can_be_read(light: bool) -> None:
    """On the page, and nearly as well on the cards of the web page."""
    colors = palette(light=light)
    for color in (colors.ink, colors.faint, *colors.labels.values()):
        assert contrast(color, colors.background) >= READABLE
        assert contrast(color, colors.card) >= READABLE - 1


def test_dots_have_the_colors_of_the_site(sample: Path) -> None:
    with e6duck.open(sample) as database:
        rows = database.query("select name, color, alt_color from categories").to_pylist()
    for row in rows:
        both = [{"wheat": "#f5deb3"}.get(row[key], row[key]) for key in ("color", "alt_color")]
        assert palette().dot(row["name"]) == both[0]
        assert palette(light=True).dot(row["name"]) in both
    assert palette().background == "#152f56"
