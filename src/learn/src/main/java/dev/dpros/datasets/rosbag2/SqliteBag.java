package dev.dpros.datasets.rosbag2;

import dev.dpros.core.ForeignText;
import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import dev.dpros.datasets.rosbag.BagConnection;
import dev.dpros.datasets.rosbag.BagReader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.sqlite.SQLiteConfig;

/**
 * Reads a SQLite file of rosbag2, versions 1 to 4 of its tables, by its rows in the order they were written. The file is
 * not changed. One thread.
 */
final class SqliteBag {
    private static final String REMEDY = "'ros2 bag reindex' makes its metadata.yaml";
    private static final int CLOSED_ROWS = 2;

    private final Path path;
    private final BagReader.Visitor visitor;
    private final boolean closed;
    private final Map<Long, BagConnection> topics = new HashMap<>();
    private long messages;

    private SqliteBag(Path path, boolean closed, BagReader.Visitor visitor) {
        this.path = path;
        this.closed = closed;
        this.visitor = visitor;
    }

    /**
     * Reads a file as far as it goes.
     *
     * @param closed whether metadata.yaml names it
     * @throws InputException if it is none of rosbag2, or is damaged though it was closed
     */
    static BagReader.Scan read(Path path, boolean closed, BagReader.Visitor visitor) {
        return new SqliteBag(path, closed, visitor).read();
    }

    /** Whether a file has what its recorder has not yet moved into it. */
    static boolean hasJournal(Path path) {
        return holds(journal(path, "-wal")) || holds(journal(path, "-journal"));
    }

    /** The file in which SQLite keeps what belongs to another. */
    static Path journal(Path path, String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    private static boolean holds(Path file) {
        return file.toFile().length() > 0;
    }

    /** Takes what its recorder left beside a copy into it. */
    static void settle(Path copy) {
        OpenFiles.requireSome(copy.toString());
        try (Connection database = new SQLiteConfig().createConnection(url(copy));
                Statement statement = database.createStatement()) {
            statement.execute("PRAGMA journal_mode=DELETE");
        } catch (SQLException e) {
            throw new InputException(copy + ": SQLite: " + oneLine(e), e);
        }
    }

    private Connection open() throws SQLException {
        OpenFiles.requireSome(path.toString());
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setPragma(SQLiteConfig.Pragma.LIMIT_LENGTH, Integer.toString(Compression.MAX_BYTES));
        return config.createConnection(url(path) + "?immutable=1");
    }

    /** A name may hold what means something in a URL. */
    private static String url(Path path) {
        return "jdbc:sqlite:file://" + path.toUri().getRawPath();
    }

    private BagReader.Scan read() {
        boolean whole = closed;
        try (Connection database = open(); Statement statement = database.createStatement()) {
            statement.execute("PRAGMA trusted_schema=OFF");
            statement.execute("PRAGMA writable_schema=ON"); // else a file that is cut off is not opened at all
            whole |= closedBy(statement);
            connections(statement);
            String cut = messages(statement, whole);
            return new BagReader.Scan(whole, messages, cut, REMEDY);
        } catch (SQLException e) {
            throw InputException.of(path.toString(), "SQLite", "a whole database of rosbag2", oneLine(e), "");
        }
    }

    /** Whether its recorder closed it: it writes what it knows at the beginning and again at the end. Older ones do not tell. */
    private boolean closedBy(Statement statement) throws SQLException {
        for (String table : new String[] {"topics", "messages"}) {
            if (!has(statement, table)) {
                throw InputException.of(path.toString(), "SQLite", "rosbag2's tables topics and messages", "none named " + table, "");
            }
        }
        if (!has(statement, "metadata")) {
            return true;
        }
        try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM metadata")) {
            return rows.next() && rows.getLong(1) >= CLOSED_ROWS;
        }
    }

    /** Whether there is a real table of this name: a view could compute for ever. */
    private static boolean has(Statement statement, String table) throws SQLException {
        try (ResultSet rows = statement.executeQuery("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '" + table
                + "' AND rootpage > 0")) {
            return rows.next();
        }
    }

    private void connections(Statement statement) throws SQLException {
        Map<String, String[]> definitions = definitions(statement);
        TreeSet<String> columns = new TreeSet<>();
        try (ResultSet rows = statement.executeQuery("PRAGMA table_info(topics)")) {
            while (rows.next()) {
                columns.add(rows.getString("name"));
            }
        }
        String hash = columns.contains("type_description_hash") ? "type_description_hash" : "''";
        try (ResultSet rows = statement.executeQuery("SELECT id, name, type, serialization_format, " + hash + " FROM topics ORDER BY id")) {
            while (rows.next()) {
                String type = text(rows, 3);
                String[] definition = definitions.getOrDefault(type, new String[] {"", ""});
                String encoding = ForeignText.printable(text(rows, 4));
                BagConnection cdr = McapChannels.cdr(topics.size(), ForeignText.printable(text(rows, 2)), ForeignText.printable(type),
                        text(rows, 5), definition[0], definition[1]);
                BagConnection topic = encoding.equals(BagConnection.CDR) ? cdr
                        : new BagConnection(cdr.id(), cdr.topic(), cdr.type(), "", "", encoding.isEmpty() ? "no encoding" : encoding);
                topics.put(rows.getLong(1), topic);
                visitor.connection(topic);
            }
        }
    }

    private static Map<String, String[]> definitions(Statement statement) throws SQLException {
        Map<String, String[]> definitions = new HashMap<>();
        if (has(statement, "message_definitions")) {
            try (ResultSet rows = statement.executeQuery(
                    "SELECT topic_type, encoding, encoded_message_definition FROM message_definitions ORDER BY id")) {
                while (rows.next()) {
                    definitions.put(text(rows, 1), new String[] {text(rows, 2), text(rows, 3)});
                }
            }
        }
        return definitions;
    }

    /** Returns what the file ends within, if its recorder did not close it. */
    private String messages(Statement statement, boolean whole) throws SQLException {
        long last = Long.MIN_VALUE;
        try (ResultSet rows = statement.executeQuery("SELECT id, topic_id, timestamp, data FROM messages ORDER BY id")) {
            while (rows.next()) {
                long id = rows.getLong(1);
                if (id <= last) { // pages that lead back
                    throw new SQLException("row " + id + " after row " + last);
                }
                last = id;
                message(id, rows);
            }
            return "";
        } catch (SQLException e) {
            if (whole) {
                throw new SQLException(oneLine(e) + " after " + messages + " messages", e);
            }
            return "a page after message " + messages + " (" + oneLine(e) + ")";
        }
    }

    private void message(long id, ResultSet rows) throws SQLException {
        BagConnection topic = topics.get(rows.getLong(2));
        byte[] data = rows.getBytes(4);
        if (topic == null || data == null) {
            return; // of a topic that was removed: rosbag2 does not play it either
        }
        String where = path + ", message " + id;
        long timeNs = rows.getLong(3);
        if (timeNs < 0) {
            throw new SQLException("message " + id + " at " + timeNs + " ns");
        }
        messages++;
        ByteBuffer message = ByteBuffer.wrap(data);
        visitor.message(topic.id(), timeNs, topic.encoding().equals(BagConnection.CDR) ? Compression.message(where, message) : message);
    }

    private static String text(ResultSet rows, int column) throws SQLException {
        String text = rows.getString(column);
        return text == null ? "" : text;
    }

    private static String oneLine(SQLException e) {
        return ForeignText.printable(e.getMessage());
    }
}
