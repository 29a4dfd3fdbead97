-- training: the number of tags with a vector, whether they are of another build, and the database's path.
select
    (select count(*) from tag_factors),
    exists (
        from training_info
        join build_info on build_info.name = training_info.name
        where training_info.name = 'build_id' and training_info.value <> build_info.value
    ),
    (select path from duckdb_databases() where database_name = current_database())
