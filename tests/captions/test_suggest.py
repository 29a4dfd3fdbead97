"""Suggested aliases: those that are not commented out are right."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

from e6duck.captions.normalizer import Normalizer
from e6duck.captions.report import findings
from e6duck.captions.suggest import suggested_aliases
from e6duck.commands.normalize.text import alias_lines
from tests.support.prose_database import build_prose_database

GOLDEN = Path(__file__).parent / "golden" / "misspelled.csv"


def test_no_active_alias_is_wrong(tmp_path: Path) -> None:
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        meant = {row["text"].replace(" ", "_"): row["meant"] for row in csv.DictReader(file)}
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.txt").write_text(", ".join(meant), encoding="utf-8")
    normalizer = Normalizer(build_prose_database(tmp_path))
    aliases = suggested_aliases(normalizer.vocabulary, findings(normalizer.plan(tmp_path / "set")))
    lines = list(alias_lines(aliases))
    active = tomllib.loads("\n".join(lines))["aliases"]
    assert {text: name for text, name in active.items() if meant[text] != name} == {}
    assert len(active) >= 0.85 * sum(map(bool, meant.values()))
    assert any(line.startswith('# "dear" = "deer"  # 1 time; perhaps') for line in lines)


def test_an_order_of_words_with_a_preposition_is_not_sure(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.txt").write_text("back on, on the back, viewer looking at")
    normalizer = Normalizer(build_prose_database(tmp_path))
    aliases = suggested_aliases(normalizer.vocabulary, findings(normalizer.plan(tmp_path / "set")))
    found = {alias.text: (alias.names[:1], alias.is_sure) for alias in aliases}
    assert found["back_on"] == (("on_back",), False)
    assert found["viewer_looking_at"] == (("looking_at_viewer",), False)
