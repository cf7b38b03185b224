"""The register of official invoices: recorded, matched to order lines, exported to be issued, missed by age.

Official tax invoices are issued in the states' own systems; no paper of the city is one.
"""
