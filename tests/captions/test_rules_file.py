"""Faults of rules that are about single values."""

from __future__ import annotations

from typing import Any

import pytest

from e6duck.captions.rules_file import rules_from


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"nosuchkey": 1}, "the rules: nosuchkey: there is no such setting"),
        (
            {"seperator": "comma"},
            "the rules: seperator: there is no such setting; did you mean separator?",
        ),
        (
            {"renames": {"My Fox": "a", "my_fox": "b"}},
            "the rules: renames.my_fox: My Fox and my_fox are the same tag; remove one",
        ),
        (
            {"renames": {"fox": "(zorro)"}},
            "the rules: renames.fox: (zorro) would be read as a tag with an attention weight;"
            " choose another name",
        ),
        (
            {"renames": {"fox": "A fox."}},
            "the rules: renames.fox: A fox. would be read as a sentence; choose another name",
        ),
        (
            {"renames": {"fox": "BREAK"}},
            "the rules: renames.fox: BREAK would be read as part of the prompt syntax;"
            " choose another name",
        ),
        (
            {"separator": "tab"},
            "the rules: separator: expected one of auto, comma, space, semicolon, pipe, newline,"
            " or a comma or line break",
        ),
        (
            {"output_separator": "space"},
            'the rules: output_separator: space requires separator = "space"',
        ),
        (
            {"output_separator": "newline", "multiline": "captions"},
            'the rules: output_separator: a line break contradicts multiline = "captions"',
        ),
        (
            {"separator": ", ", "output_separator": "comma"},
            "the rules: separator: expected one of auto, comma, space, semicolon, pipe, newline"
            " beside output_separator",
        ),
        (
            {"unknown": "drop"},
            "the rules: unknown: expected one of keep, spaces, underscores, not 'drop'",
        ),
    ],
)
def test_a_fault_is_named(values: dict[str, Any], fault: str) -> None:
    assert [str(each) for each in rules_from(values).faults] == [fault]


def test_an_older_separator_is_still_the_text_between_tags() -> None:
    assert rules_from({"separator": ",\n"}).faults == ()
