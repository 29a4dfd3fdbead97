"""Files of pictures and pages, and the window: the same bytes each time, and nothing is lost."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

import e6duck
from e6duck.charts.save import save, show
from e6duck.charts.tag_map import Spot, TagMap
from e6duck.errors import E6DuckError, UsageError
from e6duck.tags.stats import DatabaseStats
from tests.support.maps import map_of, odd_map

KINDS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF", ".html": b"<!doctype html>"}


def few() -> TagMap:
    """Return a map of two tags, which is drawn quickly."""
    return map_of(
        Spot("fox", "species", 9, None, 0, 0, True), Spot("den", "lore", 9, 1, 1, 1, False)
    )


def save_all(folder: Path, stats: DatabaseStats) -> None:
    """Write files of all kinds."""
    for suffix in KINDS:
        save(odd_map(), folder / f"map{suffix}")
    save(odd_map(), folder / "light.png", light=True)
    for suffix in (".svg", ".html"):
        save(stats, folder / f"stats{suffix}")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Path:
    """A folder with all kinds of files: of a map of odd names, and of the sample's statistics."""
    folder = tmp_path_factory.mktemp("files")
    with e6duck.open(sample) as database:
        save_all(folder, database.stats())
    return folder


def test_the_same_input_gives_the_same_bytes(files: Path, sample: Path, tmp_path: Path) -> None:
    """Also in a process where other settings hold and sets have another order."""
    code = (
        "import sys, e6duck, matplotlib; from pathlib import Path\n"
        "from tests.charts.test_save import save_all\n"
        "matplotlib.rcParams.update({'font.size': 30, 'text.color': 'red', 'savefig.dpi': 30})\n"
        "with e6duck.open(sys.argv[2]) as database: stats = database.stats()\n"
        "save_all(Path(sys.argv[1]), stats)"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path, sample], check=True)
    names = sorted(path.name for path in files.iterdir())
    assert len(names) == 7  # no drafts
    assert names == sorted(path.name for path in tmp_path.iterdir())
    for name in names:
        assert (tmp_path / name).read_bytes() == (files / name).read_bytes(), name


def test_a_file_is_of_the_kind_of_its_ending(files: Path) -> None:
    for path in files.iterdir():
        assert path.read_bytes().startswith(KINDS[path.suffix])


def test_paper_is_white_and_the_site_is_dark(files: Path) -> None:
    for name, color in (("map.png", (21, 47, 86)), ("light.png", (255, 255, 255))):
        with Image.open(files / name) as image:
            assert image.convert("RGB").getpixel((3, 3)) == color


def test_text_in_an_svg_is_text(files: Path) -> None:
    root = ElementTree.parse(files / "map.svg").getroot()
    found = [each for each in root.iter() if each.tag.endswith("}text")]
    said = {each.text for each in found}
    assert {"cost_$5_or_$x^2$", "_(artist)", "キツネ", "a\"quote's_&amp;_<b>", "query tag"} <= said
    styles = {each.get("style", "") for each in found}
    assert all("DejaVu Sans" in style and "sans-serif" in style for style in styles)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_tags_at_one_point_make_a_picture(tmp_path: Path, count: int) -> None:
    spots = [Spot(str(at), "lore", at, None, 0, 0, at == 0) for at in range(count)]
    save(map_of(*spots), tmp_path / "few.svg")
    assert f">{count - 1}</text>" in (tmp_path / "few.svg").read_text()


def test_capital_letters_end_a_name_as_well(tmp_path: Path) -> None:
    save(few(), tmp_path / "MAP.PNG")
    assert (tmp_path / "MAP.PNG").read_bytes().startswith(KINDS[".png"])


@pytest.mark.parametrize("name", ["map", "map.jpg", "map.png.txt", ".png"])
def test_a_picture_of_another_kind_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=re.escape(".png, .svg, .pdf or .html")):
        save(odd_map(), tmp_path / name)


def test_a_name_is_checked_before_anything_heavy_is_imported() -> None:
    code = (
        "import sys; from pathlib import Path; from e6duck.charts.save import check\n"
        "check(Path('map.png'))\n"
        "assert not {'matplotlib', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("suffix", [".svg", ".html"])
def test_a_picture_that_cannot_be_written_is_reported(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"folder{suffix}").mkdir()
    for name in (f"folder{suffix}", f"no/such{suffix}"):
        with pytest.raises(E6DuckError, match=rf"{name} cannot be written: .+"):
            save(few(), tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [f"folder{suffix}"]


def test_a_picture_that_fails_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "map.png").write_text("old")
    monkeypatch.setattr(Figure, "savefig", lambda *args, **options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save(odd_map(), tmp_path / "map.png")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


# A window


@pytest.mark.skipif(sys.platform != "linux", reason="this system always has a display")
@pytest.mark.parametrize("backend", [None, "TkAgg"])
def test_no_display_is_reported_with_the_way_out(backend: str | None) -> None:
    code = (
        "import os\n"
        "for name in ('DISPLAY', 'WAYLAND_DISPLAY', 'MPLBACKEND'): os.environ.pop(name, None)\n"
        f"if {backend!r}: os.environ['MPLBACKEND'] = {backend!r}\n"
        "from e6duck.charts.save import UsageError, show\n"
        "from tests.support.maps import odd_map\n"
        "try: show(odd_map())\n"
        "except UsageError as error: print(error, error.option)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert "there is no display" in ended.stdout
    assert ended.stdout.endswith("use output with a file name, such as fox.png output\n")


@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")
def test_a_window_lays_the_map_out_anew_when_its_size_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from matplotlib import pyplot

    pyplot.switch_backend("agg")
    monkeypatch.setattr(FigureCanvasAgg, "required_interactive_framework", "none", raising=False)
    sizes = []

    def resized(*, block: bool) -> None:
        figure = pyplot.gcf()
        for size in ((10, 10), (1, 1)):
            figure.set_size_inches(size)
            figure.canvas.callbacks.process("resize_event", None)
            (axes,) = figure.axes
            sizes.append((axes.get_xlim()[1], axes.get_ylim()[0]))
            figure.savefig(io.BytesIO())
        pyplot.close(figure)

    monkeypatch.setattr(pyplot, "show", resized)
    show(few())
    assert sizes == [(720, 720), (300, 240)]
