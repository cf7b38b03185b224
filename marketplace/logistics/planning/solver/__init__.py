"""The planner's child process: a relaxation by HiGHS, rounded and refilled, then neighbourhoods solved exactly.

Started as ``python -m marketplace.logistics.planning.solver``; nobody imports it, so a solver that hangs can be killed.
"""
