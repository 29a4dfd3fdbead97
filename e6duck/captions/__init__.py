"""Cleans captions by rules: reads, resolves and rewrites their tags, and reports the changes.

Imports tags, index, db and the modules errors, files and progress.
"""
