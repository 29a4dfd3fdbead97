"""DuckDB: connections, SQL files, sandboxed queries, the catalog of relations.

Imports the ground floor.
"""
