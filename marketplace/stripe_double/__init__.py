"""A strict, stateful stand-in for Stripe: the demo's card provider, and what tests are run against.

It speaks the same HTTP as Stripe, in one pinned version: to the ``stripe`` library in this process without a socket
(``client.InProcess``) or on loopback (``python -m marketplace.stripe_double``). Every parameter is checked against the
library's own types, every state change against Stripe's rules; state is in an SQLite file of its own. *Switches* make
it misbehave on purpose: calls that time out before or after they are done, are throttled, fail, kill the process;
notices that come twice, late, in another order or never. No real card number is asked for anywhere.
"""
