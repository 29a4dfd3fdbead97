"""What build and train have in common: train, show the progress, print a summary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .options import tell, tell_summary


def train_with_progress(database: Path, quiet: bool, **options: Any) -> None:
    """Train the vectors of a database; options are those of `trainer.train.train`."""
    from ...progress import no_notice
    from ...trainer.train import train
    from .progress import iteration_progress
    from .summaries import training_summary

    with iteration_progress(quiet) as advance:
        notify = no_notice if quiet else tell
        trained = train(database, on_progress=advance, on_notice=notify, **options)
    if not quiet:
        tell_summary(training_summary(trained))
