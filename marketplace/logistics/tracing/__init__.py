"""Who is told where the cargo is, who tells it, and when it is expected.

A *report* is an event of the journey that a carrier, or the company at a *post* (a place on the way that it reports
for), sends signed with its *reporting key*. An *estimate* is worked out anew with each fact. A *tracking link* shows
places, times and states of one booking to whoever has it. A *hook* is an address of a company that gets the events of
its bookings: active → ended, each *delivery* of one event to it pending → delivered, failed.
"""
