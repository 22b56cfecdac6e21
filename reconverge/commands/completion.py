"""`reconverge completion`: the lines that teach a shell our commands, options and steps."""

from __future__ import annotations

import click

WHERE = {"bash": "~/.bashrc", "zsh": "~/.zshrc", "fish": "~/.config/fish/config.fish"}


@click.command()
@click.argument("shell", type=click.Choice(sorted(WHERE)))
def completion(shell: str) -> None:
    """Print what makes SHELL complete our commands and options.

    \b
    eval "$(reconverge completion bash)"        # in ~/.bashrc
    eval "$(reconverge completion zsh)"         # in ~/.zshrc
    reconverge completion fish | source         # in ~/.config/fish/config.fish
    """
    from click.shell_completion import get_completion_class

    from reconverge.cli import reconverge

    found = get_completion_class(shell)
    assert found is not None, f"click completes for {shell}"
    complete = found(reconverge, {}, "reconverge", "_RECONVERGE_COMPLETE")
    click.echo(complete.source())
