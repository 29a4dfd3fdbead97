"""Lets `python -m e6duck` do what `e6duck` does."""

from .commands.main import main

main()
