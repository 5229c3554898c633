"""Times of the day, and what only looks like one."""

from __future__ import annotations

import pytest

from retrieval.answering.marking.clocks import clock_times


def told(scanned: str) -> list[str]:
    return [scanned[start:end] for start, end in clock_times(scanned)]


@pytest.mark.parametrize(
    ("scanned", "time"),
    [
        ("it opens at 9:30 on weekdays", "9:30"),
        ("it left at 10:45 p.m. for leeds", "10:45 p.m."),
        ("um 9.30 uhr begann sie", "9.30 uhr"),
        ("gegen 8 uhr begann sie", "8 uhr"),
        ("à 8 h 40 avec 200 voyageurs", "8 h 40"),
        ("a las 08:12 horas aterrizó", "08:12 horas"),
        ("saat 14.30'da başladı", "14.30"),
        ("в 10 часов утра", "10 часов"),
        ("下午3点20分开始", "3点20分"),
        ("午後3時に始まる", "3時"),
        ("오후 3시 20분에", "3시 20분"),
    ],
)
def test_a_time_of_the_day_is_told(scanned: str, time: str) -> None:
    assert told(scanned) == [time]


@pytest.mark.parametrize("scanned", ["they won 3:1", "1.8 percent", "it took 3時間", "99:99", "12.06.2020", "🕐", ""])
def test_scores_decimals_and_lengths_of_time_are_none(scanned: str) -> None:
    assert told(scanned) == []
