"""The `reconverge` command: words to calls, errors to one sentence and an exit code.

Nothing else lives here. Commands import what they need when they run, so that `--help` is quick.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar, NoReturn

import click

from reconverge.errors import ExitCode, ReconvergeError
from reconverge.interrupts import interrupt_when_told_to_end


class Interrupted(ReconvergeError):
    """Ctrl-C, SIGTERM or SIGHUP, after everything half-made has been removed."""

    exit_code = ExitCode.INTERRUPTED


class Commands(click.Group):
    """A group whose commands live in modules that are imported when they are called.

    Add a command: one line in COMMANDS, `name: "module:function"` and its one-line help.
    """

    COMMANDS: ClassVar[dict[str, tuple[str, str]]] = {
        "run": (
            "reconverge.commands.run:run",
            "Run scenarios: pytest, with every option of pytest.",
        ),
        "watch": (
            "reconverge.commands.watch:watch",
            "Follow a run from another terminal.",
        ),
        "steps": (
            "reconverge.commands.steps:steps",
            "The words that a scenario can be made of, with examples.",
        ),
        "inject": (
            "reconverge.commands.inject:inject",
            "Do one fault by hand, and take it back.",
        ),
        "cluster": (
            "reconverge.commands.cluster:cluster",
            "Make, look at and remove kind clusters.",
        ),
        "doctor": (
            "reconverge.commands.doctor:doctor",
            "What this machine has, lacks, and what follows.",
        ),
        "analyze": (
            "reconverge.commands.analyze:analyze",
            "Judge a stored run again, without a cluster.",
        ),
        "report": (
            "reconverge.commands.report:report",
            "The page of a stored run: one file for any browser.",
        ),
        "diff": (
            "reconverge.commands.diff:diff",
            "What went differently between two stored runs.",
        ),
        "mutants": (
            "reconverge.commands.mutants:mutants",
            "Ask each scenario whether it can fail.",
        ),
        "recover": (
            "reconverge.commands.recover:recover",
            "Take back the faults of runs that were killed.",
        ),
        "chapter": (
            "reconverge.commands.chapter:chapter",
            "Which rows of the chapter a scenario proves, and which none does.",
        ),
        "faults": (
            "reconverge.commands.faults:faults",
            "Every fault there is, with its steps and its undo.",
        ),
        "rbac": (
            "reconverge.commands.rbac:rbac",
            "The permissions that scenarios need on a cluster of yours.",
        ),
        "migrate": (
            "reconverge.commands.migrate:migrate",
            "Bring old manifests to API versions of today.",
        ),
        "study": (
            "reconverge.commands.study:study",
            "Exercises of the chapter: do them, and have them judged.",
        ),
        "schema": (
            "reconverge.commands.schema:schema",
            "The JSON Schema of run.json.",
        ),
        "completion": (
            "reconverge.commands.completion:completion",
            "Teach bash, zsh or fish our commands and options.",
        ),
    }

    def invoke(self, ctx: click.Context) -> object:
        """As click does, but an interruption keeps its exit code whoever reads our output."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            raise Interrupted("interrupted") from interrupt

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's
        return list(self.COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        if name not in self.COMMANDS:
            return None
        from importlib import import_module

        module, _, function = self.COMMANDS[name][0].partition(":")
        command = getattr(import_module(module), function)
        assert isinstance(command, click.Command)
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        """The list without importing what it names."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self.COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.version_option(package_name="reconverge")
def reconverge(debug: bool) -> None:
    """Chaos testing of real Kubernetes clusters: faults injected, verdicts you can trust."""


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    interrupt_when_told_to_end()
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """One command; its exit code. Errors of ours become one sentence on standard error."""
    debug = "--debug" in arguments
    try:
        result = reconverge.main(arguments, prog_name="reconverge", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return int(ExitCode.BAD_INPUT)
    except click.ClickException as error:
        error.show()
        return int(ExitCode.BAD_INPUT)
    except ReconvergeError as error:
        if debug:
            raise
        _say(str(error))
        return int(error.exit_code)
    return result if isinstance(result, int) else 0


def _say(sentence: str) -> None:
    with suppress(BrokenPipeError):
        click.secho("error: ", fg="red", nl=False, err=True, color=colour())
        click.echo(sentence, err=True)


def colour() -> bool | None:
    """Whether to colour: never with NO_COLOR (no-color.org), else click decides by the terminal."""
    import os

    return False if os.environ.get("NO_COLOR") else None


def progress_line(*, quiet: bool) -> Callable[[str], None]:
    """Shows what is being done, a line each, on standard error.

    A reader that has gone away (`... 2>&1 | head`) must not end the work, least of all a clean-up.
    """

    def show(line: str) -> None:
        if not quiet:
            with suppress(BrokenPipeError):
                click.echo(line, err=True)

    return show
