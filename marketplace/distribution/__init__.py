"""The link between orders and lorries: which booking carries an order line, and who pays the lorry operator for it.

A *line booking* ties a quantity of an order line to a booking on a departure. A *freight contract* is the agreement
with one carrier under one tariff for the lines of one order: the buyer's own under FCA, the merchant's under DAP;
agreed → cancelled with its order. Order events confirm, take and release the space here, so that orders know no
lorries and logistics knows no orders.
"""
