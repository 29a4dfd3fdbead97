"""Real captions against the real export, both beside the project: what comes out, in figures."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from e6duck.builder.build import build
from e6duck.captions.normalizer import Normalizer
from e6duck.captions.report_files import report
from tests.conftest import CHECKOUT

CAPTIONS = CHECKOUT.parent / "shared" / "data" / "captions"


@pytest.mark.shared
def test_real_captions_come_out_as_they_did(shared_export: Path) -> None:
    database = build(shared_export, write_index=False).database
    normalizer = Normalizer(database)
    told = report(normalizer.vocabulary, normalizer.plan(CAPTIONS, shared_export / "out"))
    assert told["totals"] == {
        "read": 500,
        "changed": 498,
        "unchanged": 2,
        "left_out": 0,
        "not_captions": 0,
    }
    assert told["removed"] == {"duplicate": 38, "implied": 919}
    assert len(told["unknown"]) == 47
    assert told["unknown"][0]["text"] == "no_humans"
    assert told["unknown"][0]["count"] == 500
    assert [each["text"] for each in told["ambiguous"]] == ["blurry", "aurora"]
    assert told["frequent_changes"][0] == {
        "before": "outdoors",
        "after": "outside",
        "reason": "alias of outside",
        "count": 473,
    }
    texts = "".join(f"{each['name']}\0{each['after']}\0" for each in told["files"])
    assert hashlib.sha256(texts.encode()).hexdigest() == GOLDEN
    first = told["files"][0]
    assert first["after"] == (
        "outside, no_humans, nature, scenery, purple flower, field, flower_field, still_life"
    )


GOLDEN = "82877c3fb98e4c8ce378f7cdce54a0bf6bd897e3bf2c23680e3f39172f446d22"
