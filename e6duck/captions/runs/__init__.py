"""A run over a folder of captions: scan, plan, replace the files, keep a journal, undo.

Imports the modules of captions and what they may import, but not normalizer and the reports.
"""
