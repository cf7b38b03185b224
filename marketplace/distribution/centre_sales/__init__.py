"""Goods that lie in a distribution centre and are ordered there: no lorry carries them, their buyer has them fetched.

A *sale* is one order line of such goods, from the promise of its units to their delivery. Bonded ones are declared for
the importer of the order before they go; free ones are a sale inside the country.
"""
