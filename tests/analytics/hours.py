"""Local days and business hours, by the words of docs/analytics.md ("Days and business hours") alone."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def local(ms, zone):
    return datetime.fromtimestamp(ms / 1000, timezone.utc).astimezone(zone)


def day_of(ms, zone):
    return local(ms - ms % 1000, zone).date()


def instant(day, minute, zone):
    """When the local clock shows a minute of a day. One that it skips is the first after it; of two, the first."""
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
    ms = int(wall.replace(tzinfo=zone, fold=0).timestamp()) * 1000
    if local(ms, zone).replace(tzinfo=None) == wall:
        return ms
    # Skipped: the clock jumps somewhere around here, over this minute.
    before, after = ms - 86_400_000, ms + 86_400_000
    while after - before > 1000:
        middle = (before + after) // 2000 * 1000
        if local(middle, zone).replace(tzinfo=None) >= wall:
            after = middle
        else:
            before = middle
    return after


def bounds(day, zone):
    return instant(day, 0, zone), instant(day + timedelta(days=1), 0, zone)


def minutes(text):
    hours, rest = text.split(":")
    return int(hours) * 60 + int(rest)


def union(intervals):
    merged = []
    for begin, end in sorted(intervals):
        if merged and begin <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        elif begin < end:
            merged.append([begin, end])
    return merged


def without(intervals, closed):
    for shut, opens in closed:
        parts = []
        for begin, end in intervals:
            parts += [[begin, min(end, shut)], [max(begin, opens), end]]
        intervals = [part for part in parts if part[0] < part[1]]
    return intervals


class Hours:
    """The versions of one schedule: `validFrom` in milliseconds, `zone`, `weekly`, `holidays`."""

    def __init__(self, versions):
        self.versions = sorted(versions, key=lambda version: version["validFrom"])

    def within(self, begin, end):
        """How much of [begin, end) is open; none if there were no hours yet at its beginning."""
        if not self.versions or begin < self.versions[0]["validFrom"]:
            return None
        ends = [version["validFrom"] for version in self.versions[1:]] + [end]
        return sum(
            opened(version, max(begin, version["validFrom"]), min(end, until))
            for version, until in zip(self.versions, ends)
        )


def opened(version, begin, end):
    if begin >= end:
        return 0
    zone = ZoneInfo(version["zone"])
    first, last = day_of(begin, zone) - timedelta(days=2), day_of(end, zone) + timedelta(days=1)
    intervals = []
    while first <= last:
        for weekly in version["weekly"]:
            if weekly["day"] == DAYS[first.weekday()]:
                opens, closes = minutes(weekly["from"]), minutes(weekly["to"])
                if closes <= opens:
                    closes += 24 * 60
                intervals.append((instant(first, opens, zone), instant(first, closes, zone)))
        first += timedelta(days=1)
    closed = [bounds(date.fromisoformat(day), zone) for day in version["holidays"]]
    inside = without(union(intervals), closed)
    return sum(max(0, min(until, end) - max(since, begin)) for since, until in inside)
