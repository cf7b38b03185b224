"""Search: which live listings fit the words of a query.

A listing becomes a *document* of *tokens* made by one tokenizer for every language; a *SearchIndex* keeps documents and
returns *hits*, ids with a score. The index is a convenience that can always be rebuilt: the database is the record, it
counts facets, sorts by price, and has the last word on what is live. Listings that changed are *touched*: a job
re-indexes them in batches, alone in writing. Whatever is wrong with the index, a query is answered from the database.
"""
