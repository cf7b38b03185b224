"""Distribution centres: where they are, what lies in them for whom, under which customs status, and every movement.

Words: a *centre* is kept by a partner company of kind DC or by the operator. A *lot* is what one company has of one
listing in one centre under one *status*: bonded (no duty paid, until a last day) or free. *Movements* are append-only
and sum to the lot's two figures, on hand and promised. Bonded goods become free by a *release* under an import
declaration, in part or whole, into a lot of their own: one lot never has both. An *origin proof* counts for as many
units as it has left. A *transfer* is sent by one centre and received by another; a *count* compares with the shelf.
"""
