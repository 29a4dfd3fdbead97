"""The error tree, with exit codes.

    E6DuckError           1  a command that could not do its work
    ├── UsageError        2  the arguments do not fit
    │   └── RulesError    2  the rules for captions do not fit (in `rules`): a line a fault
    ├── SourceError       1  the export is missing, broken or of an unknown layout
    ├── DatabaseError     1  the database is missing, foreign, newer or in use
    ├── IndexFilesError   1  the index files are missing or of different builds
    ├── AuditError        1  a finished draft breaks a rule of sql/audit
    └── QueryError        1  the SQL of a user failed

Each message is one line that names the thing and the way out (a ``QueryError`` adds DuckDB's own
lines with the caret). Everything else that is raised is a bug and keeps its traceback, but for
``Interruption``, a KeyboardInterrupt that says what has become of the files.
"""

from __future__ import annotations


class E6DuckError(Exception):
    """A command could not do its work, and the message tells the user why.

    exit_code: what `e6duck` ends with where it is not caught.
    """

    exit_code = 1


class UsageError(E6DuckError):
    """The arguments do not fit."""

    exit_code = 2


class SourceError(E6DuckError):
    """The export is missing, broken or of an unknown layout."""


class DatabaseError(E6DuckError):
    """The database is missing, foreign, newer or in use."""


class IndexFilesError(E6DuckError):
    """The index files are missing or of different builds."""


class AuditError(E6DuckError):
    """A finished draft breaks a rule of sql/audit; the old database stays as it was."""


class QueryError(E6DuckError):
    """The SQL of a user failed; after the first line come DuckDB's own, with the caret."""


class Interruption(KeyboardInterrupt):
    """The user has pressed Ctrl-C; the text, where there is one, says in what state the files are.

    It is no `E6DuckError`: who catches `KeyboardInterrupt` catches it.
    """
