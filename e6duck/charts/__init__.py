"""Pictures and pages: the map of tags and the statistics.

Imports tags, db and the ground floor.
"""
