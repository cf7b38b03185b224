"""Writes to accounts, by subject: registration, invitations, membership, sign-in, second factor, tokens, people."""
