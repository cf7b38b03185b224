"""What is insured for how much at which premium, and how a claim goes."""
