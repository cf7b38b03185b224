"""The city on site: storefronts, country pavilions, halls with booths, leads, events and enquiries."""
