/**
 * A change of the database that failed. Where half of it is there already ("already exists"), one more try meets what the last one
 * left.
 */
export const MIGRATION_FAILED =
  /Migration failed|migration file .{0,200} failed|knex.{0,200}error|Migration table is already locked|MigrationLocked|migration directory is corrupt|migrations? timed out|(?:relation|table|type|column|constraint|index|function|schema) "[^"]{1,200}"(?: of relation "[^"]{1,200}")? already exists/i;
