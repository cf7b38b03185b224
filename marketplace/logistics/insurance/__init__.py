"""Cargo insurance: what insurers offer, who is insured for how much, certificates, and claims against the insurer.

It knows orders and their lines by their ids alone.
"""
