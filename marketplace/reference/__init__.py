"""What the whole city looks up: places with their zones, units, currencies, exchange rates, working days, settings.

Words: a *place* is a hub, a distribution centre, a city or one side of a border crossing, known by its UN/LOCODE or by
a code of our own with a hyphen where it has none. A *rate* and a *setting* are dated facts: what is asked for an
instant is answered by the last one valid then, and old ones are never changed.
"""
