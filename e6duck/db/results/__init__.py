"""Values and tables as text and as HTML; writes nothing.

Imports no other package.
"""
