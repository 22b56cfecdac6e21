"""Promises made of a predicate of one's own: for those who use reconverge, not for reconverge.

The temporal promises are values of which every part is known, so that a stored record can be read
again by any program. A predicate of somebody else's is known only where it is imported: there the
promise is judged like any other, and `reconverge analyze` says UNKNOWN of it.
"""

from __future__ import annotations

from typing import ClassVar, cast

from reconverge.judges.predicate import Predicate
from reconverge.judges.predicates import AnyPredicate
from reconverge.judges.promise import Promise
from reconverge.judges.tally import Looked, Tally
from reconverge.judges.temporal import Always, Eventually, Never, ThenStays


class Question(Predicate, frozen=True, kw_only=True):
    """Base of a predicate of one's own: `words` and `lack`, both pure, and nothing else.

    `kinds` are the kinds of objects that `lack` looks at; it is asked again whenever one of them
    changes. Objects of other kinds than Pod and Node must be on the record: they are where the
    scenario applied one of that kind.
    """

    kinds: ClassVar[frozenset[str]] = frozenset({"Pod"})

    def tally(self) -> Tally:
        """`lack`, asked at each change of its kinds."""
        return Looked(self.lack, kinds=self.kinds)


def always(predicate: Predicate) -> Always:
    """It is so at every instant: for `experiment.hold`, from the last fault on."""
    return Always(of=cast(AnyPredicate, predicate))


def never(predicate: Predicate) -> Never:
    """It is so at no instant: for `experiment.hold`, from the last fault on."""
    return Never(of=cast(AnyPredicate, predicate))


def eventually(predicate: Predicate, *, after: str = "") -> Promise:
    """It is so at some instant by the deadline: for `experiment.expect`.

    With `after`, the `id` of an injection, only what comes after that fault's effect counts.
    """
    return Eventually(of=cast(AnyPredicate, predicate), injections=(after,) if after else ())


def then_stays(predicate: Predicate, *, for_s: float, after: str = "") -> Promise:
    """It comes to be so by the deadline, and is so at each instant for `for_s` seconds."""
    return ThenStays(
        of=cast(AnyPredicate, predicate), for_s=for_s, injections=(after,) if after else ()
    )
