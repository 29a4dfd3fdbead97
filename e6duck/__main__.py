"""Lets `python -m e6duck` do what `e6duck` does."""

from .cli import main

main()
