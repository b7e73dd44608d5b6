package org.althing.vote.sql;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.Map;
import org.althing.vote.LogExport;
import org.althing.vote.Results;

/**
 * A copy of what the log makes public, as a SQLite database:
 *
 * <pre>
 *   poll(id, definition)                                         one row for each poll; the definition as JSON
 *   round(poll, round, state, voters, eligible)                  one for each round
 *   count(poll, round, option, count)                            what is shown of it
 *   ballot(poll, round, seq, voter, choice, ballots)             ballots that are public; see docs/voting.md
 *   log(head)                                                    SHA-256 of the log's last line that is in here
 * </pre>
 *
 * Each run writes it anew, in one transaction: readers see the state before or the state after.
 */
public final class SqliteMirror {
    private static final String[] TABLES = {
        "CREATE TABLE IF NOT EXISTS poll (id TEXT PRIMARY KEY, definition TEXT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS round (poll TEXT, round INTEGER, state TEXT NOT NULL, voters INTEGER NOT NULL,"
                + " eligible INTEGER, PRIMARY KEY (poll, round))",
        "CREATE TABLE IF NOT EXISTS count (poll TEXT, round INTEGER, option TEXT, count INTEGER NOT NULL,"
                + " PRIMARY KEY (poll, round, option))",
        "CREATE TABLE IF NOT EXISTS ballot (poll TEXT NOT NULL, round INTEGER NOT NULL, seq INTEGER,"
                + " voter TEXT NOT NULL, choice TEXT NOT NULL, ballots INTEGER NOT NULL)",
        "CREATE TABLE IF NOT EXISTS log (head TEXT NOT NULL)",
        "DELETE FROM poll",
        "DELETE FROM round",
        "DELETE FROM count",
        "DELETE FROM ballot",
        "DELETE FROM log",
    };

    private SqliteMirror() {}

    /**
     * Writes the export.
     *
     * @throws IOException if the file is no SQLite database, or cannot be written
     */
    public static void write(LogExport export, Path file) throws IOException {
        try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            database.setAutoCommit(false);
            try (Statement statement = database.createStatement()) {
                for (String sql : TABLES) {
                    statement.executeUpdate(sql);
                }
            }
            for (String poll : export.polls()) {
                poll(database, export, poll);
            }
            insert(database, "INSERT INTO log VALUES (?)", export.head());
            database.commit();
        } catch (SQLException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static void poll(Connection database, LogExport export, String poll) throws SQLException {
        insert(
                database,
                "INSERT INTO poll VALUES (?, ?)",
                poll,
                export.json(poll).strip());
        for (Results results : export.results(poll)) {
            insert(
                    database,
                    "INSERT INTO round VALUES (?, ?, ?, ?, ?)",
                    poll,
                    results.round(),
                    results.state().word(),
                    results.total(),
                    results.eligible());
            for (Map.Entry<String, Long> count : results.counts().entrySet()) {
                insert(
                        database,
                        "INSERT INTO count VALUES (?, ?, ?, ?)",
                        poll,
                        results.round(),
                        count.getKey(),
                        count.getValue());
            }
        }
        try (PreparedStatement statement = database.prepareStatement("INSERT INTO ballot VALUES (?, ?, ?, ?, ?, ?)")) {
            for (LogExport.Row row : export.rows(poll)) {
                fill(statement, poll, row.round(), row.seq(), row.voter(), row.choice(), row.ballots());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private static void insert(Connection database, String sql, @org.jspecify.annotations.Nullable Object... values)
            throws SQLException {
        try (PreparedStatement statement = database.prepareStatement(sql)) {
            fill(statement, values);
            statement.executeUpdate();
        }
    }

    private static void fill(PreparedStatement statement, @org.jspecify.annotations.Nullable Object... values)
            throws SQLException {
        for (int i = 0; i < values.length; i++) {
            switch (values[i]) {
                case null -> statement.setNull(i + 1, Types.INTEGER);
                case Integer number -> statement.setInt(i + 1, number);
                case Long number -> statement.setLong(i + 1, number);
                case Object text -> statement.setString(i + 1, text.toString());
            }
        }
    }
}
