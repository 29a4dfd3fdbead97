-- misfit: 1 where a number is beyond bounds, else 0.
create temp macro misfit(value, low, high) as
coalesce((value < low or value > high)::integer, 0)
