"""Tags: look up, search, neighbors, profile, statistics, the difference between two builds.

Imports index, db, files, progress and errors.
"""
