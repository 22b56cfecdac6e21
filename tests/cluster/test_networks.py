"""The rules of a cut, as netfilter is given them: all in one transaction, in a chain of our own."""

from __future__ import annotations

import pytest

from reconverge.cluster.door import Cut
from reconverge.cluster.networks import chain_of, rules_of


def test_everybody_is_cut_off_both_ways() -> None:
    """One rule, and a jump to it from what comes in and from what goes out."""
    assert rules_of(Cut()).splitlines() == [
        "*mangle",
        ":RECONVERGE-ALL-BOTH-100 - [0:0]",
        "-A RECONVERGE-ALL-BOTH-100 -j DROP",
        "-I PREROUTING -i eth0 -j RECONVERGE-ALL-BOTH-100",
        "-I POSTROUTING -o eth0 -j RECONVERGE-ALL-BOTH-100",
        "COMMIT",
    ]


@pytest.mark.parametrize(("direction", "hook"), [("in", "PREROUTING"), ("out", "POSTROUTING")])
def test_one_way_is_cut_at_its_own_hook(direction: str, hook: str) -> None:
    """What goes the other way meets no rule of ours."""
    cut = Cut(direction=direction, peers=("10.0.0.2",))  # type: ignore[arg-type]
    rules = rules_of(cut)
    jumps = [line.split()[1] for line in rules.splitlines() if line.startswith("-I")]
    assert jumps == [hook]
    assert f"-A {chain_of(cut)} -s 10.0.0.2 -j DROP" in rules
    assert f"-A {chain_of(cut)} -d 10.0.0.2 -j DROP" in rules


def test_a_share_of_the_packets_is_lost_by_chance() -> None:
    """Each packet by its own, as netfilter's statistic match draws it."""
    assert "-m statistic --mode random --probability 0.3 -j DROP" in rules_of(Cut(percent=30))


def test_the_name_of_a_chain_fits_and_tells_cuts_apart() -> None:
    """iptables takes 28 characters; two cuts of one node must not share a chain."""
    cuts = [
        Cut(peers=peers, direction=direction, percent=percent)  # type: ignore[arg-type]
        for peers in ((), ("10.0.0.2",))
        for direction in ("both", "in", "out")
        for percent in (1, 100)
    ]
    names = {chain_of(cut) for cut in cuts}
    assert len(names) == len(cuts)
    assert max(map(len, names)) <= 28
