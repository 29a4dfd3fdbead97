"""The commands, by what they do: arguments in, one library call, text out.

Each module holds its commands in COMMANDS, which cli registers; what they share is in arguments.
These modules and cli alone know click.
"""
