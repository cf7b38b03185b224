"""The channel to people outside the city: mails and text messages.

A *message* is queued with its template and the values for it, rendered and handed to an *outlet* by a job,
then sent or failed; the values - one-time codes among them - are wiped at that moment. Messages are personal data:
they are found and erased by address, and nothing that must last refers to them.
"""
