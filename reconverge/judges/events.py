"""Whether a component has remarked on an object: Kubernetes Events, by the object's UID.

An Event explains and does not prove: identical ones are merged, a component drops them after a
burst, and they are kept for an hour. Promise one where the remark itself is what is promised.
"""

from __future__ import annotations

from reconverge.judges.promise import Promise
from reconverge.judges.states import StateJudge
from reconverge.judges.steady import Steadiness
from reconverge.model import Event, ObjectReference, Ref, Snapshot


class Remarked(Promise, frozen=True, kw_only=True):
    """An Event about `about` with this reason, whose message contains `message`.

    `times` is how often at least, with merged ones counted as often as they were merged.
    """

    about: Ref
    reason: str
    message: str = ""
    times: int = 1

    def sentence(self) -> str:
        what = f' that says "{self.message}"' if self.message else ""
        often = f", {self.times} times" if self.times > 1 else ""
        return f'"{self.about.name}" has an event {self.reason}{what}{often}'

    def judge(self, *, deadline_s: float) -> StateJudge:
        return StateJudge(self, self.weigh, kinds=("Event",), deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        about = [one for one in events_of(snapshot, self.about) if one.reason == self.reason]
        found = [one for one in about if self.message in one.message]
        count = sum(one.count or 1 for one in found)
        others = sorted({one.reason for one in events_of(snapshot, self.about)})
        seen = found[-1].message if found else f"its events: {', '.join(others) or 'none'}"
        lacking = () if count >= self.times else (f"{count} such events of {self.times}",)
        return Steadiness(lacking, seen)


def events_of(snapshot: Snapshot, about: Ref) -> list[Event]:
    """The Events about that object, oldest first."""
    found = (one for one in snapshot.objects("Event") if isinstance(one, Event))
    mine = [one for one in found if _is_about(one.involved_object, about)]
    return sorted(mine, key=lambda one: one.resource_version)


def _is_about(involved: ObjectReference, about: Ref) -> bool:
    """By UID; who names none, such as the taint-eviction-controller, means the name of its time."""
    if involved.uid:
        return involved.uid == about.uid
    named = (involved.kind, involved.namespace, involved.name)
    return named == (about.kind, about.namespace, about.name)
