"""Companies that sell: their applications, what was decided about them, and the accounts they are paid into.

A *merchant* is a company that applied to sell: onboarding → submitted → approved / rejected; an approved one may be
suspended for a reason and reinstated, and asking for changes leads back to onboarding. Each *application* stays as it
was sent (submitted → approved / rejected / changes_requested), each *decision* with its reason in a row of its own. The
registration number is checked by a *validator* where one exists, else by a stated *pattern* and the reviewer's eye. A
*payee* is an account in one currency: pending → active → retired, or withdrawn while pending.
"""
