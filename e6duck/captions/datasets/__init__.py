"""Captions in tables: Arrow tables, and Parquet, JSON and CSV files of whole datasets.

Imports the modules of captions and what they may import, but not normalizer.
"""
