"""The database that is in the place of a new one: whether it may be replaced, and what is kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from .. import files
from ..builder import pipeline
from ..db.catalog import user_relations
from ..db.connection import Connection, checkpoint_wal, shared_lock
from ..db.sql_files import scripts
from . import write


def replaceable(database: Path) -> tuple[str, ...]:
    """Return the user's own relations in the old database; raises where it may not be replaced."""
    checkpoint_wal(database)
    if not database.exists():
        return ()
    with shared_lock(database) as connection:
        return _user_relations(connection)


def _user_relations(connection: Connection) -> tuple[str, ...]:
    every = (*scripts("build"), *pipeline.more_scripts())
    return tuple(user_relations(connection, {each.name for each in every if each.is_lasting}))


def replace(
    database: Path,
    draft: Path,
    index_drafts: Mapping[Path, Path],
    out_dir: Path | None,
    users: tuple[str, ...],
    on_progress: pipeline.Progress,
) -> tuple[Path | None, tuple[str, ...]]:
    """Put the new files in the place of the old.

    Returns where the old database is kept, if it is, and the user's relations that are in it.
    A shared lock on the old database keeps writers away until it is gone.
    """
    kept_old = None
    checkpoint_wal(database)
    with ExitStack() as stack:
        if database.exists():
            held = stack.enter_context(shared_lock(database))
            users = users or _user_relations(held)  # somebody may have come and gone since
            if users:
                kept_old = database.with_name(database.name + ".old")
                _keep(database, kept_old, stack)
            if os.name == "nt":  # where a file that is open cannot be replaced
                stack.close()
        for _ in write.publish(database, draft, index_drafts, out_dir):
            on_progress("publish", 0)
    return kept_old, users


def _keep(database: Path, kept_old: Path, stack: ExitStack) -> None:
    """Give the old database its second name, without opening and closing it, as it is held."""
    copy = files.draft_path(kept_old)
    stack.callback(files.discard, copy)
    try:
        os.link(database, copy)
    except OSError:  # a file system without links
        source = stack.enter_context(database.open("rb"))
        with copy.open("wb") as target:
            shutil.copyfileobj(source, target)
        files.sync(copy)
    copy.replace(kept_old)
