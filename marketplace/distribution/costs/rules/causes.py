"""Whose account a cost is noted to that something caused; by which table is the matter of ``distribution.holds``."""

from enum import StrEnum


class Bearer(StrEnum):
    """To whose account a cost is noted."""

    SHIPPER = "shipper"  # whose consignment the cause is about
    GOODS = "goods"  # the goods that it was spent on: one consignment, or all aboard by shares
    CUSTOMS = "customs"  # noted so before there were rules: it stays with the city
    CARRIER = "carrier"
    PLATFORM = "platform"
