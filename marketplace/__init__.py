"""ASEAN Commodity City: centralized purchasing between China and ASEAN, from price list to settled order."""
