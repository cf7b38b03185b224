"""The operator's board of money that does not add up yet: unmatched, stuck, bounced, late, or near a deadline."""
