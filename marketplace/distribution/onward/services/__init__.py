"""Acts on lines that change lorry."""
