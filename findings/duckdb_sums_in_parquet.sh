#!/usr/bin/env bash
# DuckDB: a sum of integers, written to Parquet
#
# Good guess: sum() over a BIGINT column is a whole number, and COPY ... TO a Parquet file stores it as INT64 (or a decimal).
# Really: sum() is a HUGEINT, and COPY writes HUGEINT as DOUBLE, without a word. The type changes (a reader in Python gets
# floats where it slices with integers), and beyond 2^53 the value too: nanosecond stamps lose their last digits.
# Remedy: sum(length)::BIGINT, also for a window: (sum(length) OVER (...))::BIGINT.
# Meets: LeRobot datasets edited with SQL, whose dataset_from_index and dataset_to_index are running sums of lengths.
#
# Versions: org.duckdb:duckdb_jdbc 1.5.6.0 (Maven Central). Seen on 2026-11-29:
#| in the query:    HUGEINT 9007199254740993
#| in the file:     DOUBLE 9.007199254740992E15
#| a running sum:   HUGEINT 23, in the file DOUBLE 23.0
#| with ::BIGINT:   BIGINT 9007199254740993, in the file BIGINT 9007199254740993
. "$(dirname "$0")/common.bash"
jars org.duckdb:duckdb_jdbc:1.5.6.0

cat >"$tmp/Sums.java" <<'J'
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

class Sums {
    final Statement statement;
    final String file;

    Sums(Statement statement, String file) {
        this.statement = statement;
        this.file = file;
    }

    String read(String query) throws SQLException {
        try (ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getMetaData().getColumnTypeName(1) + " " + result.getObject(1);
        }
    }

    String written(String query) throws SQLException {
        statement.execute("COPY (" + query + ") TO '" + file + "' (FORMAT parquet)");
        return read("SELECT * FROM '" + file + "'");
    }

    public static void main(String[] args) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            Sums sums = new Sums(statement, args[0]);
            String sum = "SELECT sum(n) AS s FROM (VALUES (9007199254740992::BIGINT), (1)) t(n)";
            String exact = sum.replace("sum(n)", "sum(n)::BIGINT");
            String running = "SELECT sum(n) OVER (ORDER BY i) AS s FROM (VALUES (1, 23), (2, 22)) t(i, n) ORDER BY i";
            System.out.println("in the query:    " + sums.read(sum));
            System.out.println("in the file:     " + sums.written(sum));
            System.out.println("a running sum:   " + sums.read(running) + ", in the file " + sums.written(running));
            System.out.println("with ::BIGINT:   " + sums.read(exact) + ", in the file " + sums.written(exact));
        }
    }
}
J
java -cp "$tmp/jars/*" "$tmp/Sums.java" "$tmp/sums.parquet" >"$tmp/seen"
as_seen "$tmp/seen"
