"""What a lorry is owed for goods that do not come, come late, or are taken off it late: by published rule.

A *fee rule* says from a day on how much, from when, and until when nothing is asked. A *fee* is charged once for a
booking and kind by the rule that was in force when the freight was agreed, to whoever hands the goods over, and owed
to the carrier by the same books as freight. Waiting of a whole lorry is a fee whose rate its freight froze. Where the
cause is the carrier's, customs' or the city's the operator waives it, with a reason: two people beyond the house's
threshold.
"""
