"""What rolled through the corridor: counted from what happened, frozen month by month.

A lorry counts in the month in which it left its hub, by the clock of Chongqing. Nothing is counted beside the facts:
open months are asked for anew each time, closed ones stand as they were closed. What becomes known of a closed month
later is written as a correction into the month that is closed next.
"""
