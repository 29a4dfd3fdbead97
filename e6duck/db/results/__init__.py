"""Query results as text: values, tables, file formats.

Imports db and the ground floor.
"""
