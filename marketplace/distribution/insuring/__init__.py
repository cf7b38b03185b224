"""Cargo insurance of orders: offered for their goods and freight, certified at the hub, claimed when goods are lost."""
