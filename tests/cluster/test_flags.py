"""Settings out of command lines and kubelet configurations."""

from __future__ import annotations

import json

import pytest

from reconverge.cluster.flags import flags_of, kubelet_settings, number, runs, with_flags
from reconverge.errors import BadInput
from reconverge.judges.timing.defaults import default_settings

STOCK = default_settings("v1.34.4")
CONTROLLERS = "kube-controller-manager"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("40s", 40),
        ("1m30s", 90),
        ("1h0m0s", 3600),
        ("0s", 0),
        ("0", 0),
        ("1.5h", 5400),
        ("250ms", 0.25),
        ("2h45m10.5s", 9910.5),
        ("300", 300),
        ("0.55", 0.55),
    ],
)
def test_go_durations_and_numbers_are_read(text: str, value: float) -> None:
    """As time.ParseDuration reads them; flags in seconds are bare numbers."""
    assert number(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "s", "40 s", "forty", "1m30"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """A value that is not understood is never taken for something else."""
    with pytest.raises(BadInput, match="no duration"):
        number(text)


def test_a_command_line_is_read_as_pflag_reads_it() -> None:
    """With or without `=`, switches, and the last of several."""
    words = ["x", "--a=1", "--b", "2", "--c", "--d=k=v", "--a=3", "--e"]
    assert flags_of(words) == {"a": "3", "b": "2", "c": "true", "d": "k=v", "e": "true"}


def test_flags_become_settings_that_name_them() -> None:
    """The value and its origin; what is not on the line stays a default."""
    flags = {"node-monitor-grace-period": "1m30s", "node-eviction-rate": "0.5", "v": "2"}
    settings = with_flags(STOCK, CONTROLLERS, flags, where="cp")
    assert settings.node_monitor_grace_s.value == 90
    assert settings.node_monitor_grace_s.origin == "flag of kube-controller-manager on cp"
    assert settings.node_eviction_rate.value == 0.5
    assert settings.node_monitor_period_s == STOCK.node_monitor_period_s


def test_without_the_admission_plugin_pods_tolerate_nothing() -> None:
    """--disable-admission-plugins=DefaultTolerationSeconds overrules the flags in seconds."""
    flags = {
        "disable-admission-plugins": "PodSecurity,DefaultTolerationSeconds",
        "default-unreachable-toleration-seconds": "60",
    }
    settings = with_flags(STOCK, "kube-apiserver", flags, where="cp")
    assert settings.unreachable_toleration_s.value == 0
    assert settings.not_ready_toleration_s.value == 0


def test_a_schedulers_own_file_is_said_to_be_out_of_sight() -> None:
    """Its back-off may be set there."""
    settings = with_flags(STOCK, "kube-scheduler", {"config": "/etc/scheduler.yaml"}, where="cp")
    [told] = settings.unread
    assert "/etc/scheduler.yaml" in told


def test_a_shell_around_a_component_hides_its_flags() -> None:
    """Only a word that is the program itself makes a command line."""
    assert runs(CONTROLLERS, ["/usr/local/bin/kube-controller-manager", "--a=1"])
    assert not runs(CONTROLLERS, ["/bin/sh", "-c", "exec kube-controller-manager --a=1"])


def configz(**configuration: object) -> str:
    return json.dumps({"kubeletconfig": configuration})


def test_a_kubelet_tells_how_often_it_reports() -> None:
    """nodeStatusUpdateFrequency, as a Go duration."""
    kubelet = kubelet_settings(
        configz(nodeStatusUpdateFrequency="1m4s"), version="v1.34.4", node="worker"
    )
    assert kubelet.status_frequency_s.value == 64
    assert kubelet.status_frequency_s.origin == "configuration of the kubelet on worker"


LIMIT = {"maxContainerRestartPeriod": "5s"}


@pytest.mark.parametrize(
    ("version", "gates", "back_off"),
    [
        ("v1.31.14", {}, (10, 300)),
        ("v1.34.4", {}, (10, 300)),
        ("v1.34.4", {"KubeletCrashLoopBackOffMax": True}, (5, 5)),
        ("v1.35.3", {}, (5, 5)),
        ("v1.36.0", {"KubeletCrashLoopBackOffMax": False}, (10, 300)),
        ("v1.33.1", {"ReduceDefaultCrashLoopBackOffDecay": True}, (1, 60)),
    ],
)
def test_a_limit_of_the_back_off_needs_its_gate(
    version: str, gates: dict[str, bool], back_off: tuple[float, float]
) -> None:
    """KubeletCrashLoopBackOffMax: off up to 1.34, on since 1.35; it also lowers the first step."""
    body = configz(crashLoopBackOff=LIMIT, featureGates=gates)
    kubelet = kubelet_settings(body, version=version, node="worker")
    found = (kubelet.crash_backoff_first_s.value, kubelet.crash_backoff_max_s.value)
    assert found == back_off


def test_a_limit_beyond_the_reduced_back_off_keeps_its_first_step() -> None:
    """With both gates the configured limit counts, from 1 s on."""
    gates = {"KubeletCrashLoopBackOffMax": True, "ReduceDefaultCrashLoopBackOffDecay": True}
    body = configz(crashLoopBackOff={"maxContainerRestartPeriod": "5m0s"}, featureGates=gates)
    kubelet = kubelet_settings(body, version="v1.34.4", node="worker")
    assert (kubelet.crash_backoff_first_s.value, kubelet.crash_backoff_max_s.value) == (1, 300)


@pytest.mark.parametrize("body", ["", "404 page not found", "{}", '{"kubeletconfig": 3}'])
def test_what_is_no_configuration_is_refused(body: str) -> None:
    """An answer from somebody else is not read as an empty configuration."""
    with pytest.raises(BadInput, match="configz"):
        kubelet_settings(body, version="v1.34.4", node="worker")
