"""Work to be done after a commit: a job is written with the act that wants it, neither without the other.

A *job* is a name and ids; it is pending, running (claimed under a lease), done or failed (given up). Whoever
runs jobs claims each by a conditional update; a lease that ran out gives the job back. The queue that wakes
runners is only a *bell*: it may be lost at any time, because the rows are the truth.
"""
