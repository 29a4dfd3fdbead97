"""Pictures and pages: the tag map and the statistics; imports tags, db and below."""
