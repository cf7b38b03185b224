"""The merchant's desk, the application to sell, accounts, and the reviewers' queue of applications."""
