"""Pure rules of prices: terms of a tariff version, what freight is made up of, shares of a shared lorry."""
