"""Rewrite the documents: what their examples print, and their generated parts."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from . import Block, Page, blocks, pages, with_parts
from .masks import masked
from .parts import parts
from .session import Ran, Session, build_sample


def main() -> None:
    """Rewrite the pages that are named on the command line, or all; what a person wrote stays."""
    named = [Path(each).resolve() for each in sys.argv[1:]]
    made = parts()
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder) / "sample"
        sample.mkdir()
        build_sample(sample)
        for number, page in enumerate(pages()):
            if not named or page.path in named:
                home = Path(folder) / str(number)
                _rewrite(page, made, Session(home, sample))


def _rewrite(page: Page, made: dict[str, str], session: Session) -> None:
    """Rewrite a page, unless an example fails: then end with what it printed."""
    text = with_parts(page.text, made)
    ran = {block: session.run(block) for block in blocks(text) if block.is_run}
    failed = [each for found in ran.values() for each in found if each.code]
    if failed:
        sys.exit(
            "".join(f"$ {each.command}\n{each.printed}exit code {each.code}\n" for each in failed)
        )
    lines = text.splitlines(keepends=True)
    for block, found in reversed(ran.items()):
        if block.language == "console":
            lines[block.first : block.last] = _shown(block, found)
    page.path.write_text("".join(lines), encoding="utf-8", newline="\n")
    print(f"{page.name}: {sum(map(len, ran.values()))} examples")


def _shown(block: Block, found: list[Ran]) -> list[str]:
    """Return the lines of a block; a print that differs only where it may stays as it is."""
    shown: list[str] = []
    for example, ran in zip(block.examples(), found, strict=True):
        is_same = masked(example.printed) == masked(ran.printed)
        printed = example.printed if is_same else ran.printed
        shown += [f"$ {ran.command}\n", *printed.splitlines(keepends=True)]
    return shown


main()
