"""Views, carts and orders of goods as pages show them: three periods in a table, ninety days drawn."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from marketplace.reports.queries.figures import Seen
from marketplace.web.shared import charts


def shown(seen: Seen) -> dict[str, Any]:
    """Return numbers by period and the points of a chart each of views and orders."""
    local = ZoneInfo(seen.zone)
    days = [(datetime.combine(day, time.min, local), numbers) for day, numbers in seen.days]
    return {
        "periods": [{"days": days, "numbers": numbers} for days, numbers in seen.periods.items()],
        "most": max(numbers.views for _, numbers in days),
        "most_orders": max(numbers.orders for _, numbers in days),
        "first": days[0][0].date(),
        "last": days[-1][0].date(),
        "views": charts.steps([(at, numbers.views) for at, numbers in days], base=0),
        "orders": charts.steps([(at, numbers.orders) for at, numbers in days], base=0),
        "whole": list(seen.periods.values())[-1],
    }
