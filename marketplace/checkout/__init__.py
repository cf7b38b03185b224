"""From cart to orders: what a cart comes to, and the act that holds, charges, places and books.

A *bundle* is the part of a cart that becomes one order: one merchant, one set of trade terms, one currency. A
*checkout attempt* is the claim row of the act, one per company and idempotency key: held → ordered, awaiting_payment
→ ordered, or abandoned. By bank everything happens in one transaction. By card stock and space are held first, then
every charge is authorised, then the orders are placed, then the charges are captured; what a crash leaves half done
is finished or given up by a job from the attempt's row, never refunded blindly. The lines of a cart are claimed by its
newest attempt: an earlier one that waits for its buyer on a payment page ends for it, unless it was paid meanwhile.
"""
