"""The tables, as text and as JSON."""

from .precision import TARGETS, speed_at


def number(value):
    """Three digits."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def text(report):
    lines = []
    for workload in report["workloads"]:
        lines += ["", f"{workload['name'].upper()}: work and precision", "", HEADER]
        for entry in workload["contestants"]:
            for point in entry["points"]:
                lines.append(
                    f"{entry['name']:28} {point.rtol:8.0e} {point.error:9.1e} {number(point.speed):>12} "
                    f"{number(point.right_hand_sides):>12} {number(point.steps):>10}"
                )
            if entry["failed"]:
                lines.append(f"{entry['name']:28} {entry['failed']}")
        lines += ["", f"{workload['name'].upper()}: subjects/s at an error, and how many times a peer's Euthymia's are", ""]
        lines += summary(workload["contestants"])
    exact = exactly(report)
    if exact:
        lines += ["", "W4, W1 by its exponentials (`--solver auto`) against steps (`--solver rodas5p`): " + exact]
    course = report.get("course")
    if course:
        solving, total = (course["subjects"] / course[f"{phase}_seconds"] for phase in ("solve", "total"))
        lines += ["", f"W3, `euthymia simulate {course['name']}`: {number(solving)} subjects/s solving, {number(total)} in all"]
    if report["absent"]:
        lines += ["", "Absent:"]
        lines += [f"  {name}: {install}" for name, install in report["absent"].items()]
    return "\n".join(lines[1:])


HEADER = f"{'':28} {'rtol':>8} {'error':>9} {'subjects/s':>12} {'right sides':>12} {'steps':>10}"


def ours(entries):
    return [entry for entry in entries if entry["name"].startswith("euthymia ")]


def summary(entries):
    columns = [(entry, target) for entry in ours(entries) for target in TARGETS]
    heads = [f"{entry['name'].split()[1]} {target:.0e}" for entry, target in columns]
    lines = [" ".join([" " * 28, *(f"{target:>10.0e}" for target in TARGETS), *(f"{head:>14}" for head in heads)])]
    for entry in entries:
        speeds = {target: speed_at(entry["points"], target) for target in TARGETS}
        cells = [f"{number(speeds[target]):>10}" for target in TARGETS]
        for own, target in columns:
            speed = speed_at(own["points"], target)
            ratio = speed / speeds[target] if speed and speeds[target] else None
            cells.append(f"{number(ratio) + ('x' if ratio else ''):>14}")
        lines.append(" ".join([f"{entry['name']:28}", *cells]))
    return lines


def exactly(report):
    for workload in report["workloads"]:
        own = {entry["name"].split()[1]: entry["points"] for entry in ours(workload["contestants"])}
        if workload["name"] == "w1" and {"auto", "rodas5p"} <= own.keys():
            found = []
            for target in TARGETS:
                exact, steps = speed_at(own["auto"], target), speed_at(own["rodas5p"], target)
                if exact and steps:
                    found.append(f"{exact / steps:.3g}x at {target:.0e}")
            return ", ".join(found)
    return ""


def data(report):
    """The same for `json.dumps`."""
    workloads = []
    for workload in report["workloads"]:
        contestants = []
        for entry in workload["contestants"]:
            points = [{**vars(point), "subjects_per_second": point.speed} for point in entry["points"]]
            at = {f"{target:.0e}": speed_at(entry["points"], target) for target in TARGETS}
            contestants.append({**entry, "points": points, "subjects_per_second_at_error": at})
        for entry in contestants:
            entry["euthymia_is_faster"] = {
                own["name"]: {
                    target: speed / entry["subjects_per_second_at_error"][target]
                    for target, speed in own["subjects_per_second_at_error"].items()
                    if speed and entry["subjects_per_second_at_error"][target]
                }
                for own in ours(contestants)
            }
        workloads.append({"name": workload["name"], "contestants": contestants})
    return {**report, "workloads": workloads}
