"""The documents as something that can be run: their examples, and the parts made from the program.

`python -m tests.docs.readme` rewrites what the examples print, and the generated parts, of all of
them. The examples of a page run one after another in a folder of their own, which holds the sample
export with its database. The source of a page says what is what:

- a `console` block holds commands, each after `$ `, and below it what it prints;
- an `sh` or `python` block is run, too, but what it prints is not shown;
- a block of another language is not run, and neither is one after `<!-- not run: REASON -->`;
- the lines between `<!-- begin NAME -->` and `<!-- end NAME -->` are generated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[3]
COMMAND = "python -m tests.docs.readme"

_FENCE = re.compile(r"```(\w*)$")
_NOT_RUN = re.compile(r"<!-- not run: (.+) -->$")
_PART = re.compile(r"^<!-- begin ([\w ]+) -->\n(.*?)^<!-- end \1 -->\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A command of a `console` block, and what the page says that it prints."""

    command: str
    printed: str


@dataclass(frozen=True)
class Block:
    """A fenced block: where its text begins and ends in the lines of the page, and what it is."""

    language: str
    first: int  # the line of the page (from 0) after the opening fence
    last: int  # the line of the closing fence
    text: str
    not_run: str | None  # why

    @property
    def is_run(self) -> bool:
        """Return whether the block is one that the examples are made of."""
        return self.language in ("console", "sh", "python") and self.not_run is None

    @property
    def title(self) -> str:
        """Return what a person finds the block by: its line in the page and its first command."""
        return f"{self.first + 1}: {self.text.splitlines()[0].removeprefix('$ ')}"

    def examples(self) -> Iterator[Example]:
        """Yield the commands of a `console` block with what they print."""
        command: str | None = None
        printed: list[str] = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                if command is not None:
                    yield Example(command, "".join(printed))
                command, printed = line.removeprefix("$ "), []
            else:
                assert command is not None, f"{self.title}: there is no command before {line!r}"
                printed.append(line + "\n")
        if command is not None:
            yield Example(command, "".join(printed))


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page, from the first to the last."""
    found: list[Block] = []
    lines = page.splitlines()
    opened: int | None = None
    for number, line in enumerate(lines):
        fence = _FENCE.match(line)
        if fence and opened is None:
            opened = number
        elif fence and opened is not None:
            before = lines[opened - 1] if opened else ""
            reason = _NOT_RUN.match(before)
            text = "\n".join(lines[opened + 1 : number])
            language = lines[opened].removeprefix("```")
            found.append(Block(language, opened + 1, number, text, reason[1] if reason else None))
            opened = None
    assert opened is None, f"the fence of line {(opened or 0) + 1} is not closed"
    return found


def generated(page: str) -> dict[str, str]:
    """Return the generated parts of a page by name."""
    return {match[1]: match[2] for match in _PART.finditer(page)}


def with_parts(page: str, parts: dict[str, str]) -> str:
    """Return the page with its generated parts replaced; raises `KeyError` for an unknown one."""

    def replaced(match: re.Match[str]) -> str:
        name = match[1]
        return f"<!-- begin {name} -->\n\n{parts[name].strip()}\n\n<!-- end {name} -->\n"

    return _PART.sub(replaced, page)


@dataclass(frozen=True)
class Page:
    """A document of the checkout."""

    path: Path

    @property
    def name(self) -> str:
        """Return the path within the checkout."""
        return self.path.relative_to(CHECKOUT).as_posix()

    @property
    def text(self) -> str:
        """Return the source of the page."""
        return self.path.read_text(encoding="utf-8")

    @property
    def blocks(self) -> list[Block]:
        """Return the fenced blocks."""
        return blocks(self.text)

    @property
    def own_text(self) -> str:
        """Return the source without its generated parts."""
        return _PART.sub("", self.text)


def pages() -> list[Page]:
    """Return all documents, README.md first."""
    names = ("README.md", "CHANGELOG.md")
    paths = {
        path
        for folder in ("data", "e6duck", "sql", "tests")
        for name in names
        for path in (CHECKOUT / folder).rglob(name)
    }
    return [Page(path) for path in (CHECKOUT / "README.md", *sorted(paths))]
