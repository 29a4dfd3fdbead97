"""Reads the layout of captions: separators, prompt syntax, and sentences between tags.

Imports nothing of the package.
"""
