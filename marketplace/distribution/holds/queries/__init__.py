"""Read bearing rules, holds, and whose their costs are."""
