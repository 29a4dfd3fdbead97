"""The command normalize: its options, a run over a folder, and what it prints.

Imports commands.shared and the library.
"""
