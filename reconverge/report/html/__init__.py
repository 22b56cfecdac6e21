"""`report.html`: a run in one file that opens anywhere, made from the run's folder alone.

Pure models say what is to be shown (`picture`, `lanes`, `acts`, `scenario`, `run`), one module puts
them into the page (`page`). The browser draws a scenario's picture when it is opened, from numbers
that lie in the page; it decides nothing.
"""

from __future__ import annotations

from reconverge.report.html.page import NAME, page_of, write

__all__ = ["NAME", "page_of", "write"]
