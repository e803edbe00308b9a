from __future__ import annotations

from geoteam.server.throttle import Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_next_try_waits_until_the_first_is_a_minute_old() -> None:
    clock = Clock()
    throttle = Throttle(2, clock)
    assert throttle.wait_s("a") == 0
    clock.now += 10
    assert throttle.wait_s("a") == 0
    assert throttle.wait_s("a") == 50
    clock.now += 50
    assert throttle.wait_s("a") == 0
    assert throttle.wait_s("a") == 10


def test_addresses_do_not_brake_each_other() -> None:
    throttle = Throttle(1, Clock())
    assert throttle.wait_s("a") == 0
    assert throttle.wait_s("b") == 0
    assert throttle.wait_s("a") == 60


def test_old_addresses_are_forgotten() -> None:
    clock = Clock()
    throttle = Throttle(1, clock)
    for number in range(10_001):
        throttle.wait_s(str(number))
    clock.now += 61
    throttle.wait_s("new")
    assert set(throttle._tries) == {"new"}
