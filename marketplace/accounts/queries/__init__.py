"""Reads of accounts, by subject: actors, people, companies, members, terms; all return frozen rows."""
