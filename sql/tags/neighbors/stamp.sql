-- stamp: what the vectors are told by: of which build, and of which training, by their content.
select
    (select value from build_info where name = 'build_id'),
    (select bit_xor(hash(tag_id, factors))::varchar from tag_factors),
    (select max(len(factors)) from tag_factors)
