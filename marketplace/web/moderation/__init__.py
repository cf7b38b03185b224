"""The reviewers' queue and the side-by-side page."""
