-- common_names: the names that are most used according to the site, as many as $1; ratings first.
(from (values ('rating_safe'), ('rating_questionable'), ('rating_explicit')))
union all
(
    select name
    from tag_source
    order by site_post_count desc
    limit $1
)
