"""Write rules, limits, delegations and cases."""
