"""Reads the layout of captions: separators, prompt syntax, and sentences between tags.

Imports captions.rules, captions.text and captions.tokens.
"""
