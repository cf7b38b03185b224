"""Decisions about who may sell, and into which account they are paid."""
