"""One effect under one key: the first answer to a request is kept, and a retry gets it again.

A key belongs to a *scope* (a person in a company) and to the *fingerprint* of the request it was first used for. It
is running, then done, and kept as long as what it made. Two usages: in a *single unit of work* the claim, the effect
and the answer commit together; a *flow* commits its claim first, under a lease, and the answer at its end, so that a
retry after the lease resumes it. As with Stripe, a request that was refused before anything was done leaves no key
behind (the unit of work rolls back, a flow releases): mended, it may be sent under the same key. A flow that failed
for good after it began - a declined card - completes with that refusal, and a retry hears it again.
"""
