"""A run over a folder of captions: scan, plan, replace files, keep a journal, undo.

Imports the captions room and what it may import.
"""
