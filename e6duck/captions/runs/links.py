"""What a file has besides its bytes: several names (hard links) and extended attributes.

A file with several names is written itself: a draft that replaced one of them would leave the
others with the old text. A kill may leave it half-written, so the journal has both texts of it.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from itertools import zip_longest

_WRITING = os.O_WRONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
# Attributes of the system that only an administrator can set, or that another disk cannot hold.
_REFUSED = {errno.EPERM, errno.EACCES, errno.ENOTSUP}


def write_through(path: str, old: bytes, new: bytes) -> None:
    """Write a file itself and bring it to the disk. If that fails, it is as it was."""
    descriptor = os.open(path, _WRITING)
    try:
        status = os.fstat(descriptor)
        try:
            _overwrite(descriptor, new)
        except BaseException:
            with suppress(OSError):
                _overwrite(descriptor, old)
                os.utime(descriptor, ns=(status.st_atime_ns, status.st_mtime_ns))
            raise
    finally:
        os.close(descriptor)


def _overwrite(descriptor: int, content: bytes) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]
    os.ftruncate(descriptor, len(content))
    os.fsync(descriptor)


def is_mix(content: bytes, old: bytes, new: bytes) -> bool:
    """Return whether a file that was being overwritten may have been left with this content."""
    shortest, longest = sorted((len(old), len(new)))
    return shortest <= len(content) <= longest and all(
        byte in pair for byte, pair in zip(content, zip_longest(old, new), strict=False)
    )


def copy_attributes(source: str, descriptor: int) -> None:
    """Give an open file the extended attributes of another, such as its access control list."""
    if not hasattr(os, "listxattr"):
        return
    try:
        names = os.listxattr(source, follow_symlinks=False)
    except OSError:  # the file system has none
        return
    for name in names:
        try:
            os.setxattr(descriptor, name, os.getxattr(source, name, follow_symlinks=False))
        except OSError as error:
            if error.errno not in _REFUSED:
                raise
