"""Questions about tags: look up, search, neighbours, profile, statistics, difference of two builds.

Imports index, db and the ground floor.
"""
