"""Shares of shared lorries: what every line aboard is credited with once its lorry leaves fuller than it was paid for.

The rule is the *fill steps* that its freight contract froze from the tariff. A *share* is of one booking under one
contract; it is written once, and what the contract asks falls by the difference.
"""
