"""`reconverge run`: pytest on the features, and nothing hidden about it."""

from __future__ import annotations

from pathlib import Path

import click

FEATURES = "features"
# pytest would rewrite the asserts of its plugins before they are imported; this one is running.
_NO_NEWS = "ignore:Module already imported so cannot be rewritten:pytest.PytestAssertRewriteWarning"


class OwnErrors:
    """Whether pytest met an error of its own: its exit code for that is ours for a refusal."""

    def __init__(self) -> None:
        self.are_met = False

    def pytest_internalerror(self) -> None:
        """A hook of pytest's."""
        self.are_met = True


class Passed(click.Command):
    """A command whose own help lists the options that it hands on."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of a chaos run, from where pytest learns them."""
        from reconverge.pytest_plugin.options import described

        with formatter.section("Options of a chaos run, all of them pytest's as well"):
            formatter.write_dl(described())
        super().format_options(ctx, formatter)


@click.command(
    cls=Passed,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[FEATURES]... [OPTIONS]...")
def run(words: tuple[str, ...]) -> int:
    """Run scenarios: `pytest` in this folder, with every one of its options.

    Without FEATURES, those of the folder features/, if there is one, else of this folder. A feature
    is named by its file, a scenario by `FILE::TITLE`.

    \b
    reconverge run
    reconverge run shop.feature --seed 4711
    reconverge run features/replication -n 4
    reconverge run -k surplus --keep-namespace
    reconverge run -m "replica_set and not node_loss"
    reconverge run shop.feature --kube-context staging

    Exit code: 0 all HELD, 1 something BROKEN, 2 something UNKNOWN, 3 refused by the guard, 4 bad
    input, 130 interrupted and rolled back. `pytest --help` tells the rest of the options.
    """
    import pytest

    from reconverge.errors import BadInput, Unavailable

    errors = OwnErrors()
    code = pytest.main(["-W", _NO_NEWS, *_where(), *words], plugins=[errors])
    if code == pytest.ExitCode.NO_TESTS_COLLECTED:
        raise BadInput("no scenario was chosen", cure="name features, or loosen -k and -m")
    if errors.are_met:
        raise Unavailable("pytest met an error of its own; it is shown above")
    return int(code)


def _where() -> list[str]:
    """pytest looks there only where no word of the command line says where to look."""
    return ["-o", f"testpaths={FEATURES}"] if Path(FEATURES).is_dir() else []
