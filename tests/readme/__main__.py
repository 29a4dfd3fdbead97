"""Write README.md anew: what its examples print, and its generated parts."""

from __future__ import annotations

import tempfile
from pathlib import Path

from . import README, Block, blocks, with_parts
from .masks import masked
from .parts import parts
from .session import Ran, Session


def main() -> None:
    """Run the examples in a new home folder, and make the parts; the rest of the page stays."""
    page = with_parts(README.read_text(encoding="utf-8"), parts())
    lines = page.splitlines(keepends=True)
    with tempfile.TemporaryDirectory() as home:
        session = Session(Path(home))
        ran = [(block, session.run(block)) for block in blocks(page) if block.is_run]
    for block, found in reversed(ran):
        for each in found:
            print(f"{each.code or ' '} {block.title if len(found) == 1 else each.command}")
        if block.language == "console":
            lines[block.first : block.last] = _shown(block, found)
    README.write_text("".join(lines), encoding="utf-8", newline="\n")


def _shown(block: Block, found: list[Ran]) -> list[str]:
    """Return the lines of a block; a print that differs only where it may stays as it is."""
    shown: list[str] = []
    for example, ran in zip(block.examples(), found, strict=True):
        is_same = masked(example.printed) == masked(ran.printed)
        printed = example.printed if is_same else ran.printed
        shown += [f"$ {ran.command}\n", *printed.splitlines(keepends=True)]
    return shown


main()
