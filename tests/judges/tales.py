"""A promise and a tale, and what is found about it once it has been told to its end."""

from __future__ import annotations

from collections.abc import Callable

from reconverge.judges.promise import Promise
from reconverge.verdict import Finding, Verdict
from tests.builders import Audience, Responder, Story

END_S = 60.0
Tale = Callable[[Story], object]


def nothing(story: Story) -> None:
    del story


class Scene:
    """A span from second 10 to 60, over a world that `before` tells."""

    def __init__(self, promise: Promise, before: Tale) -> None:
        self.story = Story()
        before(self.story)
        start = len(self.story.timeline)
        self.story.at(10.0).note()
        self.audience = Audience(self.story, promise.judge(deadline_s=END_S), start=start)
        self.harness = Responder(self.audience)
        self.story.at(20.0)

    def end(self) -> Finding:
        self.harness.run(100.0)
        return self.audience.verdict()

    def told(self) -> tuple[Verdict, str]:
        finding = self.end()
        return finding.verdict, finding.why


def told(promise: Promise, tale: Tale, *, before: Tale = nothing) -> tuple[Verdict, str]:
    """The finding about a tale that goes on, from second 20, from what `before` tells."""
    scene = Scene(promise, before)
    tale(scene.story)
    return scene.told()
