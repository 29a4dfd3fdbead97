"""What commands share: options, output formats, tables, summaries, the progress bar.

Imports the library, but no command.
"""
