"""The command completion: the script that lets a shell complete commands, options and tags."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(
    epilog="""\b
    Example:
      e6duck completion bash >> ~/.bashrc
      e6duck completion zsh >> ~/.zshrc
      e6duck completion fish > ~/.config/fish/completions/e6duck.fish"""
)
@click.argument("name", metavar="SHELL", type=click.Choice(("bash", "zsh", "fish")))
def completion(name: str) -> None:
    """Print a script that lets SHELL (bash, zsh or fish) complete commands, options and tags."""
    script = Path(__file__).with_name("completions") / f"e6duck.{name}"
    click.echo(script.read_text(encoding="utf-8"), nl=False)
