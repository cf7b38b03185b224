"""Reviews of what merchants want to show: cases, their queue, and decisions made exactly once.

A *case* is about a submitted listing, a waiting change set of one that is up, a price that jumped, what people
reported, a listing that is taken down, or an appeal. It is pending until a moderator confirms, declines or requests
changes, or its subject is withdrawn. A decision binds to the fingerprint of what was looked at; its reason, being
prose, is kept in a row of its own, and so is what people report and say in appeals.
"""
