"""The merchant's desk, the application to sell, accounts; the reviewers' applications and papers to look at."""
