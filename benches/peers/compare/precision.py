"""A ladder of tolerances, and the speed at an error."""

from dataclasses import dataclass
from math import exp, log
from typing import Optional

TARGETS = (1e-4, 1e-6)
LADDER = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10)
QUICK_LADDER = (1e-2, 1e-4, 1e-6, 1e-8, 1e-10)


@dataclass
class Point:
    """One tolerance: what it cost and how far off it was."""

    rtol: float
    atol: float
    error: float
    subjects: int
    seconds: float
    right_hand_sides: Optional[float]  # per subject, where the solver tells
    steps: Optional[float]

    @property
    def speed(self):
        return self.subjects / self.seconds


def speed_at(points, error):
    """Subjects per second at an error: read off the line, in logarithms, between neighbours of the ladder on either side of
    it, or the fastest point that is at least as good. None where no point is."""
    speeds = [point.speed for point in points if point.error <= error]
    for worse, better in zip(points, points[1:]):
        if worse.error > error > better.error > 0:
            along = log(worse.error / error) / log(worse.error / better.error)
            speeds.append(exp(log(worse.speed) + along * log(better.speed / worse.speed)))
    return max(speeds, default=None)
