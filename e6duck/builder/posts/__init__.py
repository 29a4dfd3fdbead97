"""The posts: read their file in parts, count the names on them, and number their tags.

Imports the modules of builder but build, inputs and pipeline, and what they may import.
"""
