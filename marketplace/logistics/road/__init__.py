"""What a lorry needs on the road: customs transit and declarations, other tractors, cooling, what holds it up.

A *declaration* recorded as lodged locks its consignment: from then on it is rolled, given up or added to only after an
amendment was recorded. A *transit movement* takes a lorry's consignments from one customs office to another under a
guarantee. A *vehicle handover* lets another tractor and other drivers go on. *Readings* of a logger beside the range
of a consignment show its excursions.
"""
