"""DuckDB: connections, SQL files, sandboxed queries, answers, the catalog of relations.

Imports errors and progress only.
"""
