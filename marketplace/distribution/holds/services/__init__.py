"""Publish the table, hear of holds, enter their costs, share them out, charge, set off and let off."""
