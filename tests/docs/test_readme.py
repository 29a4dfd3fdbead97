"""The documents are true: examples print what is shown, tables are those of the program."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from e6duck.__main__ import all_commands, commands
from e6duck.captions.rules import Rules
from tests.docs.readme import CHECKOUT, COMMAND, Block, Page, generated, pages, with_parts
from tests.docs.readme.masks import masked
from tests.docs.readme.parts import parts
from tests.docs.readme.session import Session, build_sample

PAGES = pages()
BY_NAME = {page.name: page for page in PAGES}
FRONT, CHANGELOG = BY_NAME["README.md"], BY_NAME["e6duck/CHANGELOG.md"]
WITH_EXAMPLES = [page for page in PAGES if any(block.is_run for block in page.blocks)]
STALE = f"this page is stale; run: {COMMAND}"
EXTERNAL = "https:"

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


# The examples


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with its database, vectors and index files; each page has a copy."""
    return build_sample(tmp_path_factory.mktemp("sample"))


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: page.name)
def test_the_examples_work_and_print_what_is_shown(page: Page, built: Path, tmp_path: Path) -> None:
    session = Session(tmp_path, built)
    for block in page.blocks:
        ran = session.run(block) if block.is_run else []
        for each in ran:
            assert each.code == 0, f"{block.title}\n$ {each.command}\n{each.printed}"
        if block.language == "console":
            for example, each in zip(block.examples(), ran, strict=True):
                assert masked(each.printed) == masked(example.printed), f"{block.title}\n{STALE}"


def test_what_is_not_run_is_known() -> None:
    reasons = {
        (page.name, block.text.splitlines()[0]): block.not_run
        for page in PAGES
        for block in page.blocks
        if block.not_run
    }
    assert reasons == {
        ("README.md", "pip install . && e6duck build ./data"): "pip",
        ("README.md", "pip install '.[test]' && pytest"): "pip",
        ("README.md", "e6duck shell"): "opens an interactive program",
        ("README.md", "e6duck fetch ~/e621 --contact you@example.org"): "needs the network",
        (
            "e6duck/builder/README.md",
            "e6duck fetch ~/e621 --contact you@example.org",
        ): "needs the network",
        (
            "e6duck/compat/README.md",
            "e6duck import ~/e6db/data",
        ): "needs e6db's published files",
        ("data/README.md", "python -m tests.synth --sample data"): "works on the checkout",
        ("tests/README.md", "pip install -e '.[dev]'"): "works on the checkout",
        (
            "e6duck/captions/README.md",
            "e6duck normalize captions.parquet --column caption -o clean.parquet",
        ): "needs datasets",
        ("tests/README.md", "python -m tests.bench build --large --peer ../e6db"): "takes minutes",
        ("tests/README.md", "python -m tests.docs.readme"): "works on the checkout",
    }


def test_most_pages_have_examples() -> None:
    assert len(WITH_EXAMPLES) > 6
    assert sum(block.is_run for page in PAGES for block in page.blocks) > 30


@each_page
def test_a_block_that_is_not_run_is_generated_or_checked(page: Page) -> None:
    made = "".join(generated(page.text).values())
    for block in page.blocks:
        assert block.language in ("console", "sh", "python", "text", "toml", "yaml"), block.title
        assert block.language != "text" or block.text in made, block.title


def test_the_first_two_lines_that_begin_with_pip_are_the_two_commands() -> None:
    first, second, *_ = re.findall(r"^pip install .*", FRONT.text, re.MULTILINE)
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
            "neighbors     28% of a tag's 10 nearest share … (by chance: 3.1%)",
            "neighbors     9% of a tag's 10 nearest share … (by chance: 12.0%)",
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


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: page.name)
def test_a_wrong_word_anywhere_is_found(page: Page) -> None:
    examples = (each for block in page.blocks if block.is_run for each in _printing(block))
    for printed in examples:
        for word in set(re.findall(r"[^\W\d_]{3,}", printed)) - {"seconds"}:
            wrong = printed.replace(word, word[::-1] + "x", 1)
            assert masked(wrong) != masked(printed), word


def _printing(block: Block) -> Iterator[str]:
    if block.language == "console":
        yield from (example.printed for example in block.examples())


# The generated parts


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return parts()


@each_page
def test_the_generated_parts_are_up_to_date(page: Page, made: dict[str, str]) -> None:
    assert with_parts(page.text, made) == page.text, STALE


def test_every_generated_part_stands_in_one_document(made: dict[str, str]) -> None:
    names = [name for page in PAGES for name in generated(page.text)]
    assert sorted(names) == sorted(made)


# What is written by hand


def test_every_option_that_is_named_is_there() -> None:
    every = (commands, *all_commands().values())
    known = {option for command in every for option in _options(command)}
    named = {option for page in PAGES for option in _named_options(page)}
    of_other_programs = {"--data_dir", "--peer"}  # of e6db's scripts, and of the benchmark
    assert named - known == of_other_programs
    assert len(named) > 40


def _options(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        yield from parameter.opts


def _named_options(page: Page) -> list[str]:
    lines = page.own_text.splitlines()
    ours = "\n".join(line for line in lines if "python -m tests" not in line)
    return re.findall(r"(?<![\w-])--[a-z][\w-]+", ours.replace("(`--posts", ""))


@each_page
def test_every_link_leads_somewhere(page: Page) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", page.text):
        if not link.startswith(EXTERNAL):
            path, _, anchor = link.partition("#")
            target = (page.path.parent / path).resolve() if path else page.path
            assert target.exists(), link
            assert not anchor or anchor in _anchors(target), link


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page != CHANGELOG], ids=lambda page: page.name
)
def test_no_two_headings_have_the_same_anchor(page: Page) -> None:
    anchors = _anchors(page.path)
    assert len(anchors) == len(set(anchors))


def _anchors(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    return [re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings]


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page.text.count("\n## ") > 1 and page not in (FRONT, CHANGELOG)],
    ids=lambda page: page.name,
)
def test_a_long_page_begins_with_its_contents(page: Page) -> None:
    contents = page.text[: page.text.index("\n## ")]
    for heading in re.findall(r"^## (.+)$", page.text, re.MULTILINE):
        anchor = re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        assert f"(#{anchor})" in contents, heading


def test_the_changelog_has_the_version_of_the_project() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert re.findall(r"^## \[(.+)\]", CHANGELOG.text, re.MULTILINE)[:2] == [
        "Unreleased",
        project["version"],
    ]


def test_the_readme_is_short_and_leads_to_every_other_document() -> None:
    page = FRONT
    assert len(page.text.encode()) < 12_000
    known = set(re.findall(r"\]\(([\w/]+\.md)\)", page.text))
    assert {each.name for each in PAGES} - known == {"README.md", "data/README.md"}


@pytest.mark.parametrize(
    ("document", "folder"),
    [("e6duck/README.md", "e6duck"), ("sql/README.md", "sql"), ("tests/README.md", "tests")],
)
def test_a_document_names_every_folder(document: str, folder: str) -> None:
    text = BY_NAME[document].own_text
    for path in (CHECKOUT / folder).iterdir():
        if path.is_dir() and path.name != "__pycache__":
            assert re.search(rf"`{path.name}[`/]", text), path.name


def test_every_setting_that_is_shown_is_one_of_the_rules() -> None:
    known = set(Rules.__dataclass_fields__)
    blocks = BY_NAME["e6duck/captions/README.md"].blocks
    shown = [tomllib.loads(block.text) for block in blocks if block.language == "toml"]
    assert shown
    for each in shown:
        assert each.keys() <= known


def test_the_hook_to_copy_is_that_of_the_project() -> None:
    hooks = (CHECKOUT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    (block,) = [
        block for block in BY_NAME["e6duck/captions/README.md"].blocks if block.language == "yaml"
    ]
    for key in ("id", "name", "entry", "args", "pass_filenames", "files"):
        pattern = rf"^[ -]*{key}: (.+)$"
        ours = re.search(pattern, hooks, re.MULTILINE)
        shown = re.search(pattern, block.text, re.MULTILINE)
        assert ours and shown and ours[1] == shown[1], key


@each_page
def test_the_texts_fit_a_screen(page: Page) -> None:
    inside = {number for each in page.blocks for number in range(each.first, each.last)}
    for number, line in enumerate(page.text.splitlines()):
        assert number in inside or line.startswith("|") or len(line) <= 130, line
