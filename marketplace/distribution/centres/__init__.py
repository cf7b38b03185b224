"""What lies in distribution centres and the listings that it is sold by.

An *offer* says that a listing is sold from a centre, bonded or free: bonded goods as an import, on a basis at a place
of the centre's country, free ones only by a seller of that country in its currency. Units are promised to order lines
and given back when their order is cancelled.
"""
