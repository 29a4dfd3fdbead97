"""Pictures and pages: the tag map, the statistics."""
