"""Read covers, insurances, certificates and claims."""
