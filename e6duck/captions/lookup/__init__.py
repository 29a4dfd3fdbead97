"""Reads from the database what spellings mean and which names match patterns.

Imports db, index and the rules.
"""
