"""What runs beside the web: the job consumer, the clock's periodic jobs, and the supervisor of all processes.

``jobs`` is the one table of job names; ``runner`` claims and runs one job; ``bell`` is the huey queue that wakes
runners; ``relay`` finds what nobody rang for and puts periodic jobs on the list; ``consumer`` and ``supervisor`` are
the processes.
"""
