#!/usr/bin/env bash
# DuckDB: looking for a float32 value by = 0.1
#
# Good guess: a REAL column (float32) that holds 0.1f never equals 0.1, as in C and Java; or if it
# does, then also when a program passes 0.1 as a parameter.
# Really: the literal 0.1 is a DECIMAL, which is cast to the column's float32 and matches. The double 0.1, as setDouble or a
# cast gives it, widens the column instead and matches nothing. So a query that was tried by hand finds the frame, and the
# same query with a bound parameter finds none; setFloat and setBigDecimal do.
# Meets: the column `timestamp` of LeRobot datasets, which is float32: 8 of the first 10 frames at 10 fps are not found by their time.
#
# Versions: org.duckdb:duckdb_jdbc 1.5.6.0 (Maven Central). Seen on 2026-11-29, frames found of timestamps 0.0 to 0.9:
#| literal in the text     10
#| literal::DOUBLE         2
#| setDouble               2
#| setFloat                10
#| setBigDecimal           10
. "$(dirname "$0")/common.bash"
jars org.duckdb:duckdb_jdbc:1.5.6.0

cat >"$tmp/Frames.java" <<'J'
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

class Frames {
    interface Lookup {
        boolean finds(String second) throws SQLException;
    }

    interface Binder {
        void bind(PreparedStatement statement, String second) throws SQLException;
    }

    static void count(String what, Lookup lookup) throws SQLException {
        int found = 0;
        for (int frame = 0; frame < 10; frame++) {
            if (lookup.finds("0." + frame)) {
                found++;
            }
        }
        System.out.printf("%-23s %d%n", what, found);
    }

    static Lookup text(Connection connection, String suffix) {
        return second -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT frame FROM f WHERE timestamp = " + second + suffix)) {
                return rows.next();
            }
        };
    }

    static Lookup bound(Connection connection, Binder binder) {
        return second -> {
            try (PreparedStatement statement = connection.prepareStatement("SELECT frame FROM f WHERE timestamp = ?")) {
                binder.bind(statement, second);
                try (ResultSet rows = statement.executeQuery()) {
                    return rows.next();
                }
            }
        };
    }

    public static void main(String[] args) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:")) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE f AS SELECT i AS frame, (i / 10.0)::REAL AS timestamp FROM range(10) t(i)");
            }
            count("literal in the text", text(connection, ""));
            count("literal::DOUBLE", text(connection, "::DOUBLE"));
            count("setDouble", bound(connection, (s, v) -> s.setDouble(1, Double.parseDouble(v))));
            count("setFloat", bound(connection, (s, v) -> s.setFloat(1, Float.parseFloat(v))));
            count("setBigDecimal", bound(connection, (s, v) -> s.setBigDecimal(1, new BigDecimal(v))));
        }
    }
}
J
java -cp "$tmp/jars/*" "$tmp/Frames.java" >"$tmp/seen"
as_seen "$tmp/seen"
