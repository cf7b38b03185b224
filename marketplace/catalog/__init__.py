"""Categories, commodities, and what merchants offer: listings with prices, packing, pictures and stock.

A *commodity* is the shared page of one kind of goods, in a *category*. A *listing* is one merchant's offer of it under
its own SKU: *ladders* (one currency on one *price basis*, an Incoterms rule and a named place; *tiers* are lower bounds
only), a minimum quantity and a *multiple*, *packing* by carton, and stock or a lead time. A listing goes draft →
submitted → live → paused / sold_out / delisted, or changes_requested. Material edits of a listing that is up wait in a
*change set* (pending → confirmed / declined / withdrawn) while the old version stays; price and stock go live at once.
The public reads *cards*, written anew in the transaction that changes a listing. A *stock hold* is live, allocated,
released or expired; stock *entries* are append-only.
"""
