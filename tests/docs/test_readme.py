"""README.md is true: its examples print what it shows, its tables are those of the program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from e6duck.__main__ import commands
from tests.docs.readme import CHECKOUT, COMMAND, README, Block, blocks, generated, with_parts
from tests.docs.readme.masks import masked
from tests.docs.readme.parts import parts
from tests.docs.readme.session import Ran, Session

PAGE = README.read_text(encoding="utf-8")
BLOCKS = blocks(PAGE)
STALE = f"{README.name} is stale; run: {COMMAND}"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[Block, list[Ran]]:
    """What the examples print, run one after another in one folder."""
    session = Session(tmp_path_factory.mktemp("home"))
    return {block: session.run(block) for block in BLOCKS if block.is_run}


# The examples


@pytest.mark.parametrize(
    "block", [each for each in BLOCKS if each.is_run], ids=lambda each: each.title
)
def test_an_example_works_and_prints_what_is_shown(
    block: Block, played: dict[Block, list[Ran]]
) -> None:
    for ran in played[block]:
        assert ran.code == 0, f"{ran.command}\n{ran.printed}"
    if block.language == "console":
        for example, ran in zip(block.examples(), played[block], strict=True):
            assert masked(ran.printed) == masked(example.printed), f"{ran.command}\n{STALE}"


def test_what_is_not_run_is_known() -> None:
    assert [(each.text.splitlines()[0], each.not_run) for each in BLOCKS if each.not_run] == [
        ("pip install . && e6duck build ./data", "pip"),
        ("pip install '.[test]' && pytest", "pip"),
        ("e6duck shell", "opens an interactive program"),
        ("e6duck fetch ~/e621 --contact you@example.org", "needs the network"),
        ("e6duck import ~/e6db/data", "needs e6db's published files"),
        ("pip install -e '.[test,dev]'", "works on the checkout"),
    ]


def test_no_block_is_of_another_language() -> None:
    assert {each.language for each in BLOCKS} == {"console", "sh", "python", "text"}
    assert sum(each.is_run for each in BLOCKS) > 10
    assert all(each.text in parts_text() for each in BLOCKS if each.language == "text")


def test_the_first_two_lines_that_begin_with_pip_are_the_two_commands() -> None:
    first, second, *_ = re.findall(r"^pip install .*", PAGE, re.MULTILINE)
    assert first == "pip install . && e6duck build ./data"
    assert second == "pip install '.[test]' && pytest"


def test_an_example_cannot_use_the_network(tmp_path: Path) -> None:
    asks = 'import socket; socket.create_connection(("127.0.0.1", 9))'
    (ran,) = Session(tmp_path).run(Block("python", 0, 1, asks, None))
    assert ran.code == 1
    assert "no command but fetch uses the network" in ran.printed


# What may differ


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("red_fox  1827  0.916", "red_fox  1827  0.874"),
        ("steam 0.96, tea 0.95", "steam 0.91, tea 0.90"),
        (
            "siblings among the 10 nearest neighbors: 28%",
            "siblings among the 10 nearest neighbors: 3%",
        ),
        (
            "build         966d63a70e62e7c7, 0.7 seconds",
            "build         0123456789abcdef, 12.3 seconds",
        ),
        ("--run 20261122-235301-084829-d326", "--run 20300101-000000-000000-0000"),
        ("posts.csv.gz 5.3 MB", "posts.csv.gz 812 kB"),
    ],
)
def test_scores_times_sizes_and_ids_may_differ(shown: str, printed: str) -> None:
    assert masked(shown) == masked(printed)


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("red_fox  1827  0.916", "red_dog  1827  0.916"),
        ("red_fox  1827  0.916", "red_fox  1828  0.916"),
        ("red_fox  1827  0.916", "red_fox  1827   0.916"),
        ("red_fox  1827  0.916", "red_fox  1827"),
        ("red_fox  1827  0.916", "red_fox  1827  4.783"),
        ("steam 0.96, tea 0.95", "tea 0.96, steam 0.95"),
        ("tea_cup 4.71 times", "tea_cup 4.72 times"),
        ("build         966d63a70e62e7c7, 0.7 seconds", "build         966d63a70e62e7c7"),
        ("kept; dropped: 1,190 deleted", "kept; dropped: 1,191 deleted"),
        ("1,239 tags in 154 dimensions", "1,239 tags in 128 dimensions"),
        ("2008 ▅▇▅ 2025, most in 2020: 63", "2008 ▅▇▆ 2025, most in 2020: 63"),
        ("exit code 3", "exit code 0"),
    ],
)
def test_nothing_else_may_differ(shown: str, printed: str) -> None:
    assert masked(shown) != masked(printed)


def test_a_wrong_word_anywhere_is_found(played: dict[Block, list[Ran]]) -> None:
    for block, found in played.items():
        for ran in found if block.language == "console" else []:
            for word in set(re.findall(r"[^\W\d_]{3,}", ran.printed)) - {"seconds"}:
                wrong = ran.printed.replace(word, word[::-1] + "x", 1)
                assert masked(wrong) != masked(ran.printed), word


# The rest of the page


def parts_text() -> str:
    return "".join(generated(PAGE).values())


def test_the_generated_parts_are_up_to_date() -> None:
    assert with_parts(PAGE, parts()) == PAGE, STALE


def test_every_option_that_is_named_is_there() -> None:
    known = {option for each in _commands() for option in each.opts}
    written = PAGE
    for part in generated(PAGE).values():
        written = written.replace(part, "")
    ours = "\n".join(line for line in written.splitlines() if "python -m tests" not in line)
    named = set(re.findall(r"(?<![\w-])--[a-z][\w-]+", ours))
    of_other_programs = {"--posts", "--data_dir"}
    assert named - known == of_other_programs
    assert len(named) > 40


def _commands() -> Iterator[click.Parameter]:
    for each in commands.commands.values():
        yield from each.params


def test_every_link_within_the_project_leads_somewhere() -> None:
    headings = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    anchors = [re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings]
    assert len(anchors) == len(set(anchors))
    links = re.findall(r"\]\((?!https:)([^)]+)\)", PAGE)
    for link in links:
        assert link[1:] in anchors if link.startswith("#") else (CHECKOUT / link).exists(), link
    contents = PAGE[: PAGE.index("\n## ")]
    for heading in re.findall(r"^## (.+)$", PAGE, re.MULTILINE):
        assert f"(#{heading.lower().replace(',', '').replace(' ', '-')})" in contents, heading


def test_the_texts_fit_a_screen() -> None:
    inside = {number for each in BLOCKS for number in range(each.first, each.last)}
    for number, line in enumerate(PAGE.splitlines()):
        assert number in inside or line.startswith("|") or len(line) <= 130, line
