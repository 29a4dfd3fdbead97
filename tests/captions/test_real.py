"""Real captions against the real export, both beside the project: each change and its count."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from e6duck.builder.build import build
from e6duck.captions.normalizer import Normalizer
from e6duck.captions.report import findings
from tests.conftest import CHECKOUT

CAPTIONS = CHECKOUT.parent / "shared" / "data" / "captions"
GOLDEN = Path(__file__).parent / "golden" / "real_changes.csv"


@pytest.mark.shared
def test_real_captions_are_changed_as_listed(shared_export: Path) -> None:
    database = build(shared_export, write_index=False).database
    plan = Normalizer(database).plan(CAPTIONS, shared_export / "out")
    found = findings(plan)
    assert (found.read, found.changed, found.skipped, found.not_captions) == (500, 498, {}, {})
    assert found.removed == {"duplicate": 38, "implied": 919}
    ranked = sorted(found.changes.items(), key=lambda item: (-item[1], item[0]))
    rows = [[str(count), *change] for change, count in ranked]
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        assert rows == list(csv.reader(file))[1:]
    assert len(found.unknown) == 47
    assert found.unknown["no_humans"] == 500
    assert found.ambiguous.keys() == {"blurry", "aurora"}
    assert plan.changed[0].result.text == (
        "outside, no_humans, nature, scenery, purple flower, field, flower_field, still_life"
    )
