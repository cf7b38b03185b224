"""What is to be done in distribution centres: one list over announced goods, transfers, sales, counts and bond.

A *task* names an act and the thing whose form does it; nothing is kept, each is read off what it is about.
"""
