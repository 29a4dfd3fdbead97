"""The report as a page, in headless Chromium: what a person sees, finds and unfolds."""

from __future__ import annotations

from pathlib import Path

from e6duck.captions.normalizer import Normalizer
from e6duck.captions.report_files import write_report
from tests.support.browser import chromium

TEXT = "document.body.innerText"
SHOWN = "document.querySelectorAll('article').length"
FOUND = "document.getElementById('found').textContent"


def make_report(folder: Path, database: Path) -> Path:
    captions = folder / "set"
    captions.mkdir()
    for number in range(150):
        (captions / f"{number:03}.txt").write_text(f"Foxes, mammal, word {number % 3}")
    (captions / "evil.txt").write_text("Foxes, <script>document.title = 'hit'</script></script>")
    (captions / "blurry.txt").write_text("blurry, red foxs, red fox")
    (captions / "broken.txt").write_bytes(b"\xff")
    normalizer = Normalizer(database)
    path = folder / "report.html"
    write_report(path, normalizer.vocabulary, normalizer.plan(captions))
    return path


def test_the_page_shows_all_findings_and_can_be_searched(
    caption_database: Path, tmp_path: Path
) -> None:
    path = make_report(tmp_path, caption_database)
    with chromium() as open_page:
        page = open_page(path)
        text = page.value(TEXT)
        for part in (
            *("153\ncaptions read", "151\nchanged", "1\nunchanged", "1\nleft out"),
            *("implied by another tag", "Foxes → fox", "alias of fox"),
            *("red foxs", "red_fox", "blurry", "broken.txt", "not valid UTF-8 at byte 1"),
            "<script>document.title = 'hit'</script>",
        ):
            assert part in text, part
        assert page.value("document.querySelectorAll('#unknown .bar').length") > 1
        # Bars of equal counts say nothing; here it is one.
        assert page.value("document.querySelectorAll('#ambiguous td.count').length") == 1
        assert page.value("document.querySelectorAll('#ambiguous .bar').length") == 0
        assert page.value(SHOWN) == 100
        page.value("document.getElementById('more').scrollIntoView()")
        page.click("#more")
        assert page.value(SHOWN) == 151
        page.value("document.getElementById('search').scrollIntoView()")
        page.click("#search")
        page.type("word 149 mammal")
        assert page.value(FOUND) == "1 of 151"
        assert page.value(SHOWN) == 1
        assert page.value("document.querySelector('article h3').textContent") == "149.txt"
        assert page.value("document.title") == "Cleaned captions"
        assert not page.complaints
        assert not page.requests


def test_a_page_without_findings_says_so(caption_database: Path, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    normalizer = Normalizer(caption_database)
    path = tmp_path / "report.html"
    write_report(path, normalizer.vocabulary, normalizer.plan(tmp_path / "set"))
    with chromium() as open_page:
        page = open_page(path)
        assert page.value(TEXT).count("None.") == 5
        assert page.value(FOUND) == "0 of 0"
        assert not page.complaints
