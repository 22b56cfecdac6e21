"""What was written in a lab since it began, put onto the timeline on which it is judged.

Nobody watches while a learner works, be it for a minute or a day. The API server's audit log has
it all, if it still reaches back to the beginning: the binding of the learner's account was made
then, so a log that has its line has every later one.
"""

from __future__ import annotations

import msgspec

from reconverge.cluster.door import Audited, Cluster
from reconverge.cluster.errors import NotFound
from reconverge.errors import ReconvergeError
from reconverge.judges.learning import Beginning
from reconverge.timeline import Timeline, Wrote

_FIRST = ("create", "RoleBinding")


class History:
    """Who wrote what in `namespace` since a lab began with `begun`."""

    def __init__(self, cluster: Cluster, namespace: str, begun: Beginning) -> None:
        self._cluster, self._namespace, self._begun = cluster, namespace, begun

    def recall(self, timeline: Timeline) -> Beginning:
        """Put it onto the timeline; the beginning, which says whether all of it is there."""
        try:
            writes = self._writes()
        except ReconvergeError as error:
            text = f"who wrote what since the beginning is not known: {error}"
            timeline.note(text)
            return self._begun
        for write in writes:
            timeline.append(
                lambda at_s, write=write: msgspec.structs.replace(  # type: ignore[misc]
                    write, at_s=at_s
                )
            )
        return msgspec.structs.replace(self._begun, is_told=True)

    def _writes(self) -> tuple[Wrote, ...]:
        if not isinstance(self._cluster, Audited):
            raise NotFound("this cluster keeps no audit log that can be read here")
        writes = self._cluster.past_writes(self._namespace)
        if not any((one.verb, one.kind) == _FIRST for one in writes):
            raise NotFound("the audit log does not reach back to the beginning any more")
        return writes
