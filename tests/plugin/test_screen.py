"""What is live, painted below pytest's own line."""

from __future__ import annotations

import io

from reconverge.pytest_plugin.screen import Screen

BEGIN, END = "\x1b[?2026h\x1b[?25l", "\x1b[?25h\x1b[?2026l"


class Line:
    """pytest's terminal writer, as far as it is asked."""

    width_of_current_line = 12
    fullwidth = 40


def live() -> tuple[Screen, io.StringIO]:
    out = io.StringIO()
    return Screen(out, is_live=True, writer=Line), out


def test_the_cursor_returns_to_where_pytest_left_it() -> None:
    """The lines are painted below and the cursor goes back up and to its column."""
    screen, out = live()
    screen.show(["2 of 3 ready", "58 s left"])
    painted = "\n\r2 of 3 ready\x1b[K\n\r58 s left\x1b[K\x1b[2A\r\x1b[12C"
    assert out.getvalue() == f"{BEGIN}{painted}{END}"


def test_what_is_gone_is_wiped_away() -> None:
    """Two lines, then one: the second does not stay."""
    screen, out = live()
    screen.show(["2 of 3 ready", "58 s left"])
    out.truncate(0)
    out.seek(0)
    screen.show(["3 of 3 ready"])
    assert "\x1b[J" in out.getvalue()
    out.truncate(0)
    out.seek(0)
    screen.clear()
    assert out.getvalue() == f"{BEGIN}\n\r\x1b[J\x1b[1A\r\x1b[12C{END}"


def test_what_has_not_changed_is_not_painted_again() -> None:
    """Nothing flickers where nothing happens."""
    screen, out = live()
    screen.show(["2 of 3 ready"])
    before = out.getvalue()
    screen.show(["2 of 3 ready"])
    assert out.getvalue() == before


def test_no_more_is_painted_than_the_terminal_has_rows() -> None:
    """What scrolls away could not be replaced."""
    screen, out = live()
    screen.show([str(number) for number in range(100)])
    assert out.getvalue().count("\x1b[K") == 22


def test_without_a_terminal_nothing_moves() -> None:
    """In CI a status that changes four times a second would fill the log."""
    out = io.StringIO()
    screen = Screen(out, is_live=False, writer=Line)
    screen.show(["2 of 3 ready"])
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
    screen.show(["anything"])
    screen.close()
