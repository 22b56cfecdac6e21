"""A promise and a tale, and what is found about it once it has been told to its end."""

from __future__ import annotations

from collections.abc import Callable

from reconverge.judges.promise import Promise
from reconverge.verdict import Verdict
from tests.builders import Audience, Responder, Story

END_S = 60.0
Tale = Callable[[Story], object]


def told(
    promise: Promise, tale: Tale, *, before: Callable[[Story], object] | None = None
) -> tuple[Verdict, str]:
    """The finding about a tale that begins after 20 seconds; `before` tells what it finds there."""
    story = Story()
    start = 0
    if before is not None:
        before(story)
        start = len(story.timeline)
        story.at(10.0).note()
    audience = Audience(story, promise.judge(deadline_s=END_S), start=start)
    responder = Responder(audience)
    story.at(20.0)
    tale(story)
    responder.run(100.0)
    finding = audience.verdict()
    return finding.verdict, finding.why
