"""Companies, the people in them, what they may do, and how they prove who they are.

A *company* is of one *kind* (trade, operator, or a partner such as carrier or broker). A *person* logs in
with an e-mail address or a phone number; a *membership* joins the two with *roles*, which become
*permissions*. An *actor* is a person acting for a company right now. A person is active, disabled or erased;
a membership is live or ended; an invitation is open, accepted or expired. Names, addresses, mails and phones
are kept here and nowhere else, so that a person can be exported and erased.
"""
