"""Tags: look up, search, neighbours, profile, statistics, the difference between two builds.

Imports index, db, files, progress and errors.
"""
