"""Who owes whom how much, on which rail, and the double-entry ledger that proves it.

A *subject* (an order or a freight contract, known here by kind and id only) has *terms*: a *plan* of *milestones* per
line, a settlement *mode* and a *rail*. What falls due by one event is one *payment* with its own reference. In mode
``direct`` the payer pays the payee's account and the city only keeps the score: milestones go pending → due →
slip_received → part_paid → paid (overdue by the clock), and the ledger has memorandum entries. In ``provider_held`` a
licensed provider holds the money: pending → held → released (refunded), and the ledger has cash entries. An *incoming
transfer* is money that a payee says has arrived, unmatched or matched to payments.
"""
