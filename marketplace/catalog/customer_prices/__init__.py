"""Prices for some buyers alone: groups of customers, price lists of theirs, who reads a listing's prices, who asks.

A *customer group* is a merchant's own set of companies. A *price list* holds prices of his listings in one currency on
one basis for companies and groups, from an instant until another; what a company finds there wins over the listing's
own price of that basis. An *audience* row names a company or a group for a price list, for the prices of a listing, or
for all of a merchant's. A *price request* is a company's wish to read them.

What one company reads depends on rows that name it, and on nothing that names another.
"""
