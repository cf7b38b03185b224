"""Read what those who handle cargo see of it, and what payers are asked for goods above their booking."""
