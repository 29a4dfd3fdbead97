"""What commands share: options, output formats, tables, texts, progress bars.

Imports the library; no command.
"""
