"""Changes of an order after its placement: one side proposes, the other accepts, and only then anything changes.

Words: a **change** has a **kind** - ``reduce`` (fewer units of a line), ``discount`` (a lower price for its units that
have not ended), ``add`` (more of its goods as a line of their own), ``cancel`` (the whole order) - and **terms**.
Its **delta** is what the order's price changes by. It binds to the **hash** of what it was proposed about.

States: proposed → accepted, declined, withdrawn; expired when nobody answered in time, void when the order went on.
Whatever does not end accepted leaves the old agreement as it stands.
"""
