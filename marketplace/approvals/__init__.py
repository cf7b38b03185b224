"""Approval inside a buying company: its rules, its spending limits, who stands in for whom, and the cases.

A *rule* is policy: the first one that applies says who approves. A *limit* is what one person, each holder of a role or
a unit may spend in a period of the company's calendar; what is pending counts like what is placed. A *case* is the file
of one request: pending → approved, rejected, voided, expired or withdrawn. It holds what is asked for, by its content
hash, and the steps as they were when it was opened. An approval is used once, for exactly that content, or for what
lies inside an approved *range*. Nobody approves his own, and nobody does it for him.

This package knows no carts and no orders: whoever asks hands in plain facts.
"""
