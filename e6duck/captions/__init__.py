"""Clean captions by rules: read, resolve, decide, write, report.

Imports tags, index, db and the ground floor.
"""
