"""What the stand-in keeps, one module per resource of Stripe."""
