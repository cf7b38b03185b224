"""Room on departures: held, confirmed, given back, rolled. Never sold twice.

Acts are idempotent per subject (an order line's id). A departure's ``taken_*`` columns are hot: they are changed last,
by one conditional UPDATE, and callers that book several loads go in order of the departures' ids. Every change is an
entry in ``capacity_entry``; their sums are the columns.
"""
