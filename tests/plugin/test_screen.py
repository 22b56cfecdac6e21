"""The status line of a waiting scenario, below pytest's own line."""

from __future__ import annotations

import io

from reconverge.pytest_plugin.screen import Screen


class Line:
    """pytest's terminal writer, as far as it is asked."""

    width_of_current_line = 12
    fullwidth = 40


def test_the_cursor_returns_to_where_pytest_left_it() -> None:
    """The line is drawn one row below and the cursor goes back up and to its column."""
    out = io.StringIO()
    Screen(out, is_live=True, writer=Line).show("2 of 3 ready")
    assert out.getvalue() == "\n\r\x1b[2K\x1b[2m2 of 3 ready\x1b[0m\x1b[A\r\x1b[12C"


def test_a_long_line_does_not_wrap() -> None:
    """A wrapped line would leave its rest behind when it is replaced."""
    out = io.StringIO()
    Screen(out, is_live=True, writer=Line).show("x" * 200)
    assert out.getvalue().count("x") == 39


def test_without_a_terminal_nothing_moves() -> None:
    """In CI a status that changes four times a second would fill the log."""
    out = io.StringIO()
    screen = Screen(out, is_live=False, writer=Line)
    screen.show("2 of 3 ready")
    screen.clear()
    assert out.getvalue() == ""


def test_a_step_of_making_a_cluster_is_said_everywhere() -> None:
    """It takes minutes, and stays in the log."""
    out = io.StringIO()
    Screen(out, is_live=False, writer=Line).say("building the node image")
    assert out.getvalue() == "\nbuilding the node image\n"


def test_a_muted_screen_is_silent() -> None:
    """xdist's workers have no terminal of their own."""
    screen = Screen(None, is_live=False)
    screen.say("anything")
    screen.show("anything")
    screen.close()
