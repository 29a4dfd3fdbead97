"""Draw the pictures of the documents from the sample export."""

from __future__ import annotations

import shutil
import tempfile

import e6duck

from . import CHECKOUT, PICTURES


def main() -> None:
    """Build the sample, with its vectors, and draw each picture."""
    with tempfile.TemporaryDirectory() as folder:
        for path in (CHECKOUT / "data").glob("*.csv.gz"):
            shutil.copy(path, folder)
        built = e6duck.build(folder)
        e6duck.train(built.database)
        with e6duck.open(built.database) as database:
            for picture in PICTURES:
                picture.draw(database)
                print(picture.path.relative_to(CHECKOUT))


main()
