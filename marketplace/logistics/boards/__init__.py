"""Pictures of the corridor: how full a lorry is, where it is by the timetable, and its days beside those of others.

Words: the *level* of a lorry is how full it is by the measure that is fullest. A *place by time* is where a lorry would
be between the last stop it passed and the next one if it drove evenly: nobody has seen it there. A *strip* is a stay or
a drive on a line of days.
"""
