"""What can be asked of the normalize command, and what cannot be asked together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..captions.rules import CATEGORIES
from ..errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Options:
    """The arguments of the command."""

    input_dir: Path | None
    output_dir: Path | None
    config: Path | None
    yes: bool
    check: bool
    diff: bool
    undo: bool
    run: str | None
    backup: Path | None
    reports: tuple[Path, ...]
    print_topk: int | None
    print_implied_topk: int | None
    stats_categories: tuple[str, ...]
    print_blacklist: bool
    show_config: bool
    write_config: bool
    suggest: bool
    explain: bool
    follow_links: bool

    @property
    def is_text(self) -> bool:
        """Whether one text is cleaned, from standard input."""
        return str(self.input_dir) == "-"

    @property
    def folder(self) -> Path:
        """The folder to work on; raises `UsageError` where none is given."""
        if self.input_dir is None:
            raise UsageError("give INPUT_DIR, a folder of captions, or - for standard input")
        return self.input_dir

    def check_fit(self) -> None:
        """Raise `UsageError` for what is unknown, or would not be heeded beside something else."""
        for name in self.stats_categories:
            if name not in (*CATEGORIES, "unknown"):
                known = ", ".join(CATEGORIES)
                raise UsageError(f"--stats-categories {name} is none of {known}, unknown")
        self._check_output()
        if self.undo:
            _check_none("--undo works on the folder that was written", self._about_captions)
        if self.is_text and not (self.show_config or self.write_config):
            _check_none("- cleans one text", self._about_folders)

    def _check_output(self) -> None:
        """Raise `UsageError` for a number after -k or -j, which would be taken for a folder."""
        name, is_listing = str(self.output_dir), {self.print_topk, self.print_implied_topk}
        if name.isdigit() and is_listing != {None} and not Path(name).exists():
            raise UsageError(f"{name} would be OUTPUT_DIR; a number of tags is written -k{name}")

    @property
    def _about_captions(self) -> dict[str, object]:
        return {
            "OUTPUT_DIR": self.output_dir,
            "--check": self.check,
            "--diff": self.diff,
            "--suggest": self.suggest,
            "--explain": self.explain,
            "--report": self.reports,
            "--config": self.config,
        }

    @property
    def _about_folders(self) -> dict[str, object]:
        return {
            "OUTPUT_DIR": self.output_dir,
            "--undo": self.undo,
            "--backup": self.backup,
            "--report": self.reports,
            "--suggest": self.suggest,
            "--print-topk": self.print_topk is not None,
            "--print-implied-topk": self.print_implied_topk is not None,
            "--stats-categories": self.stats_categories,
            "--print-blacklist": self.print_blacklist,
        }


def _check_none(why: str, options: dict[str, object]) -> None:
    for name, value in options.items():
        if value:
            raise UsageError(f"{why}, without {name}")
