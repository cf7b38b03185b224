"""Bad input on every form and route: a clear refusal, never a fault of ours, nothing half written."""
