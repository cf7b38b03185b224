"""Take reports in, work estimates out, and hand events to those who asked for them."""
