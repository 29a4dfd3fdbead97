-- term: a tag of a query, with its sign: 1, or -1 if it is subtracted.
create temp table term as
select
    unnest($query_numbers::uinteger[]) as query_number,
    unnest($tag_ids::uinteger[]) as tag_id,
    unnest($signs::tinyint[]) as sign
