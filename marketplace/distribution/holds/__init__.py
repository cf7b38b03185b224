"""Who bears what a held lorry costs: by a published table, shared out once the hold has ended.

Words: a *bearing rule* says for a class of causes, from a day on, who bears waiting, off-loading, transfer and the
rest. A *case* is one hold of a departure, with the rule of the day on which it began and what was aboard then; the
operator may name the consignment that it is about. Each cost of a case becomes *shares* that are the cost exactly: an
owner's is a charge, owed to the carrier like a fee; the carrier's is set off against its invoices; the city's stays in
the cost sheet.
"""
