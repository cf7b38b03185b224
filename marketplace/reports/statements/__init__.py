"""Statements of account: of commission, of freight, of a buyer with a merchant; every figure is the ledger's."""
