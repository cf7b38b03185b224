"""The demo city: fixed people and companies, made through the same services as everybody's, from one seed."""
