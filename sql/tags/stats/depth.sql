-- depth: the number of implications of each depth, including those of rare tags.
select depth, count(*) as implications
from (
    select depth from tag_implications
    union all
    select depth from rare_tag_implications
)
group by depth
order by depth
