-- depth: the pairs of tags of which one implies the other over so many steps, rare tags among them.
select depth, count(*) as implications
from (
    select depth from tag_implications
    union all
    select depth from rare_tag_implications
)
group by depth
order by depth
