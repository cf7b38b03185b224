"""Read rules, limits, delegations and cases, as frozen rows."""
