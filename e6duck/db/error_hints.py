"""What a user of e6duck can do about an error of DuckDB."""

from __future__ import annotations

import re

# What DuckDB's message begins with, and what a user of e6duck can do.
_HINTS = {
    re.compile(r"Permission Error: File system LocalFileSystem has been disabled"): (
        "load a file with --table NAME=FILE, write the result with -o FILE, or use --trusted for"
        " SQL of your own"
    ),
    re.compile(r"Permission Error: Loading external extensions is disabled"): (
        "use --trusted for SQL of your own, or the DuckDB shell: e6duck shell"
    ),
    # A macro does not know the database that it is in; DuckDB binds its tables by the search path.
    re.compile(r'Catalog Error: Table with name (\w+) does not exist!\nDid you mean "\w+\.\1\b'): (
        "a macro finds its tables only in the current database; run first: use NAME, the name that"
        " its database is attached as"
    ),
}


def with_hint(message: str) -> str:
    """Return DuckDB's message, with a last line that names the way out where we know one."""
    for pattern, hint in _HINTS.items():
        if pattern.match(message):
            return f"{message.rstrip()}\n\nhint: {hint}"
    return message
