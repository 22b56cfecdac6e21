"""When a field may be said to have a value: as the API server sent it, defaults and all."""

from __future__ import annotations

from typing import Any

import pytest

from reconverge.judges.fields import Has, Shows
from reconverge.judges.judge import WantSentinel
from reconverge.model import Ref
from reconverge.verdict import Verdict
from tests.builders import NAMESPACE, Audience, Json, meta
from tests.judges.steady.worlds import JOB, World

END_S = 10.0
KEY = "batch.kubernetes.io/controller-uid"


def asked(world: World, field: tuple[str, ...], value: str | None, *, start: int = 1) -> Audience:
    promise = Shows(of=JOB, field=field, value=value)
    return Audience(world, promise.judge(deadline_s=END_S), start=start)


def verdict(audience: Audience) -> tuple[Verdict, str]:
    """Let time pass, with a watch of Jobs that hears."""
    audience.wait(END_S)
    story = audience.story
    for number, want in enumerate(audience.wanted):
        assert isinstance(want, WantSentinel)
        stray = Ref("Job", NAMESPACE, f"stray-{number}", f"stray-{number}")
        wire = {"metadata": meta(stray.name, stray.uid, story.next_version())}
        story.see("Job", "added", wire)
        story.challenged("sentinel", stray, version=story.version)
    audience.wait(END_S + 60)
    finding = audience.verdict()
    return finding.verdict, finding.why


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (("spec", "backoffLimit"), "6"),
        (("spec", "suspend"), "false"),
        (("spec", "selector", "matchLabels", KEY), "job-1"),
        (("status", "conditions", "1", "type"), "Complete"),
        (("spec", "parallelism"), None),
        (("status", "conditions", "2", "type"), None),
        (("spec", "backoffLimit", "deeper"), None),
    ],
    ids=lambda one: ".".join(one) if isinstance(one, tuple) else one,
)
def test_a_field_is_read_from_what_was_sent(field: tuple[str, ...], value: str | None) -> None:
    """Numbers and words by their JSON; keys may have dots, and places in a list are numbers."""
    world = World()
    spec: Json = {"backoffLimit": 6, "suspend": False, "selector": {"matchLabels": {KEY: "job-1"}}}
    rows: list[Any] = [{"type": "SuccessCriteriaMet"}, {"type": "Complete"}]
    for row in rows:
        row["status"] = "True"
    world.show(JOB, spec, {"conditions": rows})
    assert verdict(asked(world, field, value))[0] is Verdict.HELD
    assert verdict(asked(world, field, "something else"))[0] is Verdict.BROKEN


@pytest.mark.parametrize(
    ("key", "expected"), [("backoffLimit", Verdict.HELD), ("parallelism", Verdict.BROKEN)]
)
def test_a_field_may_say_whatever_it_says(key: str, expected: Verdict) -> None:
    """It only has to be there."""
    world = World()
    world.show(JOB, {"backoffLimit": 0}, {})
    promise = Has(of=JOB, field=("spec", key))
    assert verdict(Audience(world, promise.judge(deadline_s=END_S), start=1))[0] is expected


def test_a_default_of_ours_is_no_default_of_theirs() -> None:
    """Our view of a Job says 6 where the API server says nothing; only what it says counts."""
    world = World()
    world.show(JOB, {}, {})
    found = verdict(asked(world, ("spec", "backoffLimit"), "6"))
    assert found == (Verdict.BROKEN, "spec.backoffLimit: absent; not 6")


def test_the_newest_delivery_counts() -> None:
    """What it said before, and what comes too late, is of no account."""
    world = World()
    world.show(JOB, {}, {"succeeded": 1})
    audience = asked(world, ("status", "succeeded"), "2")
    assert audience.hear() is None
    world.at(3)
    world.show(JOB, {}, {"succeeded": 2})
    finding = audience.hear()
    assert finding is not None
    assert (finding.verdict, finding.instant_s) == (Verdict.HELD, 3.0)


def test_what_was_delivered_before_the_question_counts() -> None:
    """The judge reads back to the last delivery of the object."""
    world = World()
    world.show(JOB, {}, {"succeeded": 2})
    world.note()
    audience = asked(world, ("status", "succeeded"), "2", start=len(world.timeline) - 1)
    assert verdict(audience)[0] is Verdict.HELD


def test_what_is_gone_shows_nothing() -> None:
    """Not even that a field is absent."""
    world = World()
    world.show(JOB, {}, {})
    world.see("Job", "deleted", {"metadata": meta("batch", JOB.uid, world.next_version())})
    last = len(world.timeline) - 1
    found = verdict(asked(world, ("status", "succeeded"), None, start=last))
    assert found == (Verdict.BROKEN, 'Job "batch" does not exist; Job "batch" is gone')
