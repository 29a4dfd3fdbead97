"""The tag export of e621 as one DuckDB database, with the index files that e6db's users know."""
