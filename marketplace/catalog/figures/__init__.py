"""How often goods are looked at and put into carts: two numbers a day for each listing, and nothing of who it was.

A *view* is a product page that a person was shown, a *cart* one that took the listing in. Both are counted in the
memory of the process that saw them and brought to the database a few seconds later, all at once (``tally``): what a
process counted since is lost when it is killed. Days are those of the merchant's own clock.
"""
