"""Write README.md anew: what its examples print, and its generated parts."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from . import README, Block, blocks, with_parts
from .masks import masked
from .parts import parts
from .session import Ran, Session


def main() -> None:
    """Run the examples in a new home folder, and make the parts; the rest of the page stays."""
    page = with_parts(README.read_text(encoding="utf-8"), parts())
    with tempfile.TemporaryDirectory() as home:
        session = Session(Path(home))
        ran = {block: session.run(block) for block in blocks(page) if block.is_run}
    failed = [each for found in ran.values() for each in found if each.code]
    if failed:
        sys.exit(
            "".join(f"$ {each.command}\n{each.printed}exit code {each.code}\n" for each in failed)
        )
    lines = page.splitlines(keepends=True)
    for block, found in reversed(ran.items()):
        if block.language == "console":
            lines[block.first : block.last] = _shown(block, found)
    README.write_text("".join(lines), encoding="utf-8", newline="\n")
    print(f"{README.name}: {sum(map(len, ran.values()))} examples")


def _shown(block: Block, found: list[Ran]) -> list[str]:
    """Return the lines of a block; a print that differs only where it may stays as it is."""
    shown: list[str] = []
    for example, ran in zip(block.examples(), found, strict=True):
        is_same = masked(example.printed) == masked(ran.printed)
        printed = example.printed if is_same else ran.printed
        shown += [f"$ {ran.command}\n", *printed.splitlines(keepends=True)]
    return shown


main()
