-- clamp: a number within bounds: the nearest bound if it is beyond them; null stays null.
create temp macro clamp(value, low, high) as
case when value < low then low when value > high then high else value end
