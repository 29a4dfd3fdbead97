"""The options of the normalize command, and which of them can be used together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..captions.rules import CATEGORIES
from ..errors import UsageError

_READING = {
    *("OUTPUT_DIR", "--config", "--report", "--print-topk", "--print-implied-topk"),
    *("--stats-categories", "--print-blacklist", "--all-text", "--follow-links"),
}
"""The options of whatever reads a folder of captions"""
_NEEDS = {
    "--run": "--run names the run for --undo; add --undo",
    "--explain": "--explain is for one text: e6duck normalize - --explain < caption.txt",
    "-": "give a folder, not -",
}
"""What to say of options that are not used with anything else"""


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
    all_text: bool
    follow_links: bool

    @property
    def is_text(self) -> bool:
        """Whether one text is cleaned, from standard input."""
        return str(self.input_dir) == "-"

    @property
    def is_dry(self) -> bool:
        """Whether no caption is written."""
        return self.check or self.diff or self.suggest

    @property
    def folder(self) -> Path:
        """The folder to work on; raises `UsageError` where none is given."""
        if self.input_dir is None:
            raise UsageError("give INPUT_DIR, a folder of captions, or - for standard input")
        return self.input_dir

    def check_fit(self) -> None:
        """Raise `UsageError` for what is unknown, or would be ignored beside something else."""
        for name in self.stats_categories:
            if name not in (*CATEGORIES, "unknown"):
                known = ", ".join(CATEGORIES)
                raise UsageError(f"--stats-categories {name} is none of {known}, unknown")
        self._check_output()
        mode, used = self._mode()
        for option, is_given in self._given().items():
            if is_given and option not in used:
                raise UsageError(_NEEDS.get(option) or f"{option} cannot be used with {mode}")

    def _check_output(self) -> None:
        """Raise `UsageError` for a number after -k or -j, which would be taken for a folder."""
        name, is_listing = str(self.output_dir), {self.print_topk, self.print_implied_topk}
        if name.isdigit() and is_listing != {None} and not Path(name).exists():
            raise UsageError(f"{name} would be OUTPUT_DIR; a number of tags is written -k{name}")

    def _mode(self) -> tuple[str, set[str]]:
        """Return what is asked for, and the options that it takes."""
        if self.write_config:
            return "--write-config", {"--write-config", "--config"}
        if self.undo:
            return "--undo", {"--undo", "--run", "--backup"}
        if self.show_config:
            return "--show-config", {"-", "--show-config", "--config", "OUTPUT_DIR"}
        if self.is_text and self.explain:
            return "--explain", {"-", "--explain", "--check", "--config"}
        if self.is_text:
            return "- (one text)", {"-", "--check", "--diff", "--config"}
        if self.suggest:
            return "--suggest", _READING | {"--suggest"}
        if self.check or self.diff:
            return "--check" if self.check else "--diff", _READING | {"--check", "--diff"}
        return "a folder", _READING | {"--yes", "--backup"}

    def _given(self) -> dict[str, bool]:
        """Return which options are given."""
        return {
            "-": self.is_text,
            "OUTPUT_DIR": self.output_dir is not None,
            "--config": self.config is not None,
            "--yes": self.yes,
            "--check": self.check,
            "--diff": self.diff,
            "--undo": self.undo,
            "--run": self.run is not None,
            "--backup": self.backup is not None,
            "--report": bool(self.reports),
            "--print-topk": self.print_topk is not None,
            "--print-implied-topk": self.print_implied_topk is not None,
            "--stats-categories": bool(self.stats_categories),
            "--print-blacklist": self.print_blacklist,
            "--show-config": self.show_config,
            "--write-config": self.write_config,
            "--suggest": self.suggest,
            "--explain": self.explain,
            "--all-text": self.all_text,
            "--follow-links": self.follow_links,
        }

    def written_out(self) -> list[str]:
        """Return the words of the command that makes the changes that --check found."""
        words = ["e6duck", "normalize", str(self.folder)]
        words += [str(self.output_dir)] if self.output_dir else []
        words += ["--config", str(self.config)] if self.config else []
        words += ["--all-text"] * self.all_text + ["--follow-links"] * self.follow_links
        return words
