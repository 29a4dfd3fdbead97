-- fit: a number within bounds; what is beyond them becomes the nearest one, and null stays null.
create temp macro fit(value, low, high) as
case when value < low then low when value > high then high else value end
