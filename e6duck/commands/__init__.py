"""The commands, one module each: arguments in, one library call, text out.

Imports the library and `commands.shared`; no command imports another. Only these modules and
`e6duck.__main__`, which registers the commands, use click.
"""
