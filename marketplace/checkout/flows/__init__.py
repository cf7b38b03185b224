"""The act of checking out, over several transactions."""
