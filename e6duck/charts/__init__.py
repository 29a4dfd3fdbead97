"""Pictures and pages of the map of tags and of the statistics; imports tags, compat, db, files and
errors.
"""
