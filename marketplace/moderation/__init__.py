"""Reviews of what merchants want to show: cases, their queue, and decisions made exactly once.

A *case* is about a submitted listing, a waiting change set of one that is up, or a price that jumped. It is pending
until a moderator confirms, declines or requests changes, or its subject is withdrawn. A decision binds to the
fingerprint of what was looked at; its reason, being prose, is kept in a row of its own.
"""
