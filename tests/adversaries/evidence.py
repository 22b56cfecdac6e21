"""When a verdict is wrong: a pure comparison with what is known independently of it."""

from __future__ import annotations

import msgspec

from reconverge.verdict import Finding, Verdict

# A steady state that stood this long before the deadline, and stands yet, was there to be seen:
# the settle time of 1 s, two rounds of the truth's questions, and time for a challenge.
CERTAIN_S = 3.0
# What was done so shortly before or after an instant may belong to either side of it.
DELIVERY_S = 0.2


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one trial, in seconds of its timeline.

    `converged_since_s`: the first of all answers in a row, up to one after the verdict, that said
    so; None when the last one did not. `acts_s`: when a rival spoiled the steady state.
    `is_silenced`: the controller did no work up to the verdict. `was_hit`: the fault was real.
    """

    deadline_s: float
    converged_since_s: float | None
    acts_s: tuple[float, ...] = ()
    is_silenced: bool = False
    was_hit: bool = True

    def flaw_of(self, finding: Finding) -> str:
        """Why the verdict is wrong; empty when it is not. UNKNOWN never is."""
        match finding.verdict:
            case Verdict.HELD:
                return self._flaw_of_held(finding)
            case Verdict.BROKEN if self.was_hit and not self.is_silenced:
                return self._flaw_of_broken()
        return ""

    def _flaw_of_held(self, finding: Finding) -> str:
        if self.is_silenced:
            return "its controller could not have answered"
        if not self.was_hit:
            return "nothing was hit"
        since_s, until_s = finding.instant_s or 0.0, finding.decided_s
        for act_s in self.acts_s:
            if since_s + DELIVERY_S < act_s < until_s - DELIVERY_S:
                return f"spoiled at {act_s:.1f} s, between {since_s:.1f} and {until_s:.1f} s"
        is_excused = any(act_s >= until_s - DELIVERY_S for act_s in self.acts_s)
        is_so = self.converged_since_s is not None or is_excused
        return "" if is_so else "it is not converged"

    def _flaw_of_broken(self) -> str:
        since_s = self.converged_since_s
        if since_s is None or since_s >= self.deadline_s - CERTAIN_S or self.acts_s:
            return ""
        return f"it was converged from {since_s:.1f} s on, the deadline was {self.deadline_s:.1f} s"
