"""The words every feature shares: money, quantities, ids, time, errors, lifecycles, events, the database, pages.

Imports nothing of ours. Only ``kernel.db`` commits.
"""
