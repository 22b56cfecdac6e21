"""A node's taints, changed one at a time.

The API server replaces their list as a whole (it is atomic in core/v1 NodeSpec), and the node
lifecycle controller writes its own taints into it. So what is written back is tied to the version
that was read.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from reconverge.cluster.door import Cluster, JsonObject
from reconverge.cluster.errors import Conflict
from reconverge.model import Node, Ref, Taint

# The lifecycle controller and the kubelet write a node a few times a second at most.
_ATTEMPTS_MAX = 5


def add_taint(cluster: Cluster, node: Ref, taint: Taint) -> None:
    """Taint `node`; a taint of the same key and effect is replaced. Raises NotFound, Conflict."""
    _change(cluster, node, lambda known: (*_without(known, taint), taint))


def remove_taint(cluster: Cluster, node: Ref, taint: Taint) -> None:
    """Take that taint off `node`, whatever its value. Idempotent. Raises NotFound, Conflict."""
    _change(cluster, node, lambda known: _without(known, taint))


def _change(
    cluster: Cluster, node: Ref, change: Callable[[tuple[Taint, ...]], tuple[Taint, ...]]
) -> None:
    for attempt in range(1, _ATTEMPTS_MAX + 1):
        view = cluster.read("Node", node.name)
        assert isinstance(view, Node)
        body: JsonObject = {
            "metadata": {"resourceVersion": str(view.resource_version)},
            "spec": {"taints": msgspec.to_builtins(change(view.spec.taints))},
        }
        try:
            cluster.patch(node, body)
        except Conflict:
            if view.uid != node.uid or attempt == _ATTEMPTS_MAX:
                raise
        else:
            return


def _without(known: tuple[Taint, ...], taint: Taint) -> tuple[Taint, ...]:
    return tuple(one for one in known if (one.key, one.effect) != (taint.key, taint.effect))
