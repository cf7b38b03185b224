"""Offer and take insurance for orders, issue certificates, and open claims about their lines."""
