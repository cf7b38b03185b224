"""Where each handling unit stands in the lorry: the floor plan of a departure.

Words: a *task* is a lorry, what goes into it, what must stand apart and what is pinned; an *item* is a handling unit,
or a *block* of a loose lot that has no sides, assumed on a pallet; a *spot* says where an item stands. Lengths are in
millimetres from the corner left of the front wall: x to the doors, y to the right, z up. What is unloaded last goes in
first. A plan: packing, draft, final, failed, superseded. A packer in a process of its own draws it (``packer``); code
of our own that shares nothing with it checks it (``rules.checking``).
"""
