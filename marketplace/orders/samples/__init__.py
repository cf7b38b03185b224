"""Samples: an order of few units at a price of their own, approved or refused, credited once on a bulk order."""
