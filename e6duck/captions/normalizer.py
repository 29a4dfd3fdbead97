"""Caption files made clean: the facade over rules, plan, journal and undo."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..db.connection import AnyDatabase, connection_of, path_of
from ..errors import UsageError
from .cleaner import Cleaner, texts_of
from .policy import Policy
from .resolver import Resolver
from .rules import Rules, read_rules, rules_from
from .runs import caption_files, journal
from .runs.apply import Run, apply, undo
from .runs.plan import Plan, Progress, plan_copy, plan_in_place, read_all, texts
from .runs.scan import walk
from .steps import Result
from .tokens import Tokenizer
from .vocabulary import Vocabulary


class Normalizer:
    """Cleans captions with the tags of a database, by rules.

    db: a database, its path or its folder. rules: `Rules`, a file, a mapping as in normalize.toml;
    the defaults without. Raises `RulesError` with all that is wrong in the rules, `DatabaseError`
    where there is no database.

    The rules are those of e6db's normalize_tags.py, and more: see `Rules`.
    """

    def __init__(
        self,
        db: AnyDatabase,
        rules: Rules | Mapping[str, Any] | Path | str | None = None,
    ) -> None:
        self.rules = _rules(rules)
        connection = connection_of(db)
        self._path = path_of(connection)
        self.vocabulary = Vocabulary(connection)
        self.resolver = Resolver(self.vocabulary, self.rules)
        self._reader = Tokenizer(Policy(self.resolver))
        self._cleaner = Cleaner(self._reader, self.rules)

    def __repr__(self) -> str:
        return f"Normalizer({str(self._path)!r}, {self.rules!r})"

    def normalize_text(self, text: str) -> Result:
        """Return a caption clean (`.text`), with what became of its pieces, and why (`.changes`).

        What is no known tag comes back to the letter.
        """
        self._reader.learn(texts_of([text], self.rules.multiline))
        return self._cleaner.clean(text)

    def plan(
        self,
        folder: Path | str,
        out_dir: Path | str | None = None,
        *,
        all_text: bool = False,
        follow_links: bool = False,
        on_progress: Progress = lambda stage, done: None,
    ) -> Plan:
        """Read every caption below a folder and return what would be written; writes nothing.

        A text file is a caption if an image or video of the same name is beside it, or if its
        folder holds nothing but captions (and normalize.toml); names such as README.txt and
        requirements.txt never are. all_text: take the others, too, but not such names; a pattern in
        include_filename_regexp takes all that it matches.

        out_dir: where to write; without it, the captions are replaced. follow_links: enter folders
        that are links. on_progress: called with a stage and the files done since the last call.
        `Plan.changed` are the captions that would be written otherwise, `Plan.skipped` the files
        that are left as they are and `Plan.not_captions` those not taken for captions, with the
        reasons; `Plan.unreadable` are those that could not be read. Raises `UsageError` where
        folder is not a folder, or one of the two is inside the other.
        """
        source = _real(folder)
        target = source if out_dir is None else _real(out_dir)
        is_copy = target != source
        standing = next(place for place in (target, *target.parents) if os.path.lexists(place))
        if is_copy and not standing.is_dir():
            raise UsageError(f"{standing} is not a folder to write to")
        if is_copy:
            _check_apart(source, target)
        with gc_paused():
            folders, unreadable = walk(source, follow_links=follow_links)
            chosen, others = caption_files.choose(
                folders, self.rules, self.vocabulary.matching, all_text=all_text
            )
            files = read_all(chosen, on_progress)
            self._reader.learn(texts_of(texts(files), self.rules.multiline))
            if is_copy:
                plan = plan_copy(source, target, files, self._cleaner.clean)
            else:
                plan = plan_in_place(source, files, self._cleaner.clean)
        return replace(
            plan,
            skipped=plan.skipped | unreadable,
            unreadable=plan.unreadable | unreadable.keys(),
            not_captions=others,
        )

    def apply(
        self,
        plan: Plan,
        *,
        backup: Path | str | None = None,
        on_progress: Progress = lambda stage, done: None,
    ) -> Run:
        """Carry out a plan; the old bytes are on the disk first, beside the database or in backup.

        `Run.run` names the run, for `undo`; `Run.written` counts the files. A file that changed
        since it was read is left as it is, and told in `Run.failed`. on_progress: as in `plan`;
        from several threads, but never from two at once.
        """
        with gc_paused():
            return apply(plan, self._backup(backup), on_progress)

    def undo(
        self, folder: Path | str, run: str | None = None, *, backup: Path | str | None = None
    ) -> Run:
        """Put back what a run (the latest one of the folder) replaced: bytes, mode and time.

        backup: as it was given to `apply`. What was edited since is left, and told in `Run.failed`.
        Raises `UsageError` where there is no such run.
        """
        return undo_run(folder, self._backup(backup), run)

    def _backup(self, given: Path | str | None) -> Path:
        return Path(given) if given else journal_folder(self._path)


def undo_run(
    folder: Path | str,
    backup: Path,
    run: str | None = None,
    on_progress: Progress = lambda stage, done: None,
) -> Run:
    """Put back what a run of a folder replaced, by its journal in backup."""
    root = _real(folder)
    return undo(root, journal.find(backup, root, run), on_progress)


def journal_folder(database: Path) -> Path:
    """Return where the journals lie: beside the database."""
    return _real(database).parent / journal.FOLDER


def _real(folder: Path | str) -> Path:
    return Path(os.path.realpath(folder))


def _check_apart(source: Path, target: Path) -> None:
    """Raise `UsageError` where one folder is inside the other: a run would read its own output."""
    if target.is_relative_to(source):
        raise UsageError(f"OUTPUT_DIR {target} is inside INPUT_DIR; choose a folder outside it")
    if source.is_relative_to(target):
        raise UsageError(f"INPUT_DIR {source} is inside OUTPUT_DIR; choose another OUTPUT_DIR")


@contextmanager
def gc_paused() -> Iterator[None]:
    """Let Python not look for garbage: a plan is many objects, and none of them is any."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _rules(rules: Rules | Mapping[str, Any] | Path | str | None) -> Rules:
    if isinstance(rules, Rules):
        return rules
    if isinstance(rules, (str, Path)):
        return read_rules(Path(rules))
    return rules_from(rules or {})
