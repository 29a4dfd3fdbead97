"""The error tree, with exit codes.

    E6DuckError           1  a command that could not do its work
    ├── UsageError        2  the arguments are not valid
    │   └── RulesError    2  the rules for captions have faults (in `rules`): one line per fault
    ├── SourceError       1  the export is missing, broken or of an unknown layout
    ├── DatabaseError     1  the database is missing, in use, too new or not one of e6duck
    ├── IndexFilesError   1  the index files are missing or of different builds
    ├── AuditError        1  a finished draft breaks a rule of sql/build/audit
    └── QueryError        1  the SQL of a user failed

Each message is one line that names the thing and the way out (a ``QueryError`` adds DuckDB's own
lines with the caret). Everything else that is raised is a bug and keeps its traceback, except
``Interruption``, a KeyboardInterrupt that says in what state the files are.
"""

from __future__ import annotations

from collections.abc import Sequence


class E6DuckError(Exception):
    """A command could not do its work; the message says why, and what to do.

    exit_code: what `e6duck` ends with if nothing catches it. options: the parameters that the
    message names, as Python spells them (`min_posts`); the command line prints each as its flag
    (`--min-posts`).
    """

    exit_code = 1

    def __init__(
        self, message: str = "", *, option: str | None = None, options: Sequence[str] = ()
    ):
        super().__init__(message)
        self.options = (option, *options) if option else tuple(options)

    @property
    def option(self) -> str | None:
        """The first of the options; None if the message names none."""
        return self.options[0] if self.options else None


class UsageError(E6DuckError):
    """The arguments are not valid."""

    exit_code = 2


class SourceError(E6DuckError):
    """The export is missing, broken or of an unknown layout."""


class DatabaseError(E6DuckError):
    """The database is missing, in use, made by a newer e6duck, or not one of e6duck."""


class IndexFilesError(E6DuckError):
    """The index files are missing or of different builds."""


class AuditError(E6DuckError):
    """A finished draft breaks a rule of sql/build/audit; the old database stays as it was."""


class QueryError(E6DuckError):
    """The SQL of a user failed; DuckDB's own lines, with the caret, follow the first one."""


class E6DuckWarning(UserWarning):
    """Something that a user should know, though the work goes on; the message is one line."""


class Interruption(KeyboardInterrupt):
    """The user pressed Ctrl-C; the message, if any, says in what state the files are.

    It is not an `E6DuckError`: `except KeyboardInterrupt` catches it.
    """
