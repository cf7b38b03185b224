"""Registration, login, invitations, and what people do with their own account."""
