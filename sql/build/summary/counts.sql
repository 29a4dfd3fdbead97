-- counts: one row with the sizes of a draft, by the fields of BuildResult and ImportResult.
select
    (select count(*) from tags) as tag_count,
    (select count(*) from rare_tags) as rare_tag_count,
    (select count(*) from tag_aliases) as alias_count,
    (select count(*) from tag_implications) as implication_count,
    (select count(*) from rare_tag_implications) as rare_implication_count,
    (select coalesce(max(depth), 0) from tag_implications) as implication_depth
