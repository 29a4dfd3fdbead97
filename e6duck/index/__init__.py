"""The index files: write, read, check and publish them; vectors and lists for other programs.

Imports db, and the modules errors, files and progress.
"""
