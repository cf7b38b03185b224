"""Companies that sell: their applications, what was decided about them, and the accounts they are paid into.

A *merchant* is a company that applied to sell: onboarding → submitted → approved / rejected; an approved one may be
suspended for a reason and reinstated, and asking for changes leads back to onboarding. Each *application* stays as it
was sent (submitted → approved / rejected / changes_requested), each *decision* with its reason in a row of its own. The
registration number is checked by a *validator* where one exists, else by a stated *pattern* and the reviewer's eye. A
*requirement* is an item a company is asked for by the rules of its country, required or wanted: missing, pending,
accepted, rejected, waived or expired, worked out from what it shows (a number, an address, a *paper*) and the last
*ruling* of a reviewer about just that. Two gates: what the country requires is shown before applying, and everything
required is accepted or waived before approval, which itself accepts the number and the licence of the application. What
ends is told of thirty and seven days before; it suspends nobody. A *payee* is an account in one currency: pending →
active → retired, or withdrawn while pending.
"""
