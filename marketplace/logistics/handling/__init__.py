"""Acts of those who handle cargo, done on phones that may be offline, and how what several phones did is put together.

An *act* has an id that the phone makes, so that it counts once however often it is sent. It names the cartons that it
is about by their numbers on the labels; what a departure's acts come to is worked out from all of them at once
(``rules.merging``), so it is the same in whatever order they come. What an act changes elsewhere is done by
``distribution.services.handling``, which knows lines and receipts.
"""
