package org.althing.broker.conf;

import static org.althing.broker.conf.ConfigOption.Reload.RESTART;
import static org.althing.broker.conf.ConfigOption.Reload.YES;
import static org.althing.broker.conf.ConfigOption.Scope.GLOBAL;

import java.util.List;
import java.util.Map;
import org.althing.broker.conf.ConfigOption.Type;
import org.althing.broker.conf.OptionRows.Range;

/** The lines of the table about what is stored, the log, and the program. */
final class ProgramOptions {
    private ProgramOptions() {}

    static Map<String, ConfigOption> rows() {
        OptionRows rows = new OptionRows();
        persistence(rows);
        log(rows);
        program(rows);
        return rows.rows();
    }

    private static void persistence(OptionRows rows) {
        rows.flag(
                "persistence",
                GLOBAL,
                false,
                RESTART,
                "Sessions, queues and retained messages are kept on disk; see [durability.md](durability.md)",
                (conf, value) -> conf.persistence = value);
        rows.alias("retained_persistence", "persistence");
        rows.text(
                "persistence_location",
                GLOBAL,
                "working folder",
                RESTART,
                "Folder that it is kept in; the environment variable `MOSQUITTO_PERSISTENCE_LOCATION` wins",
                (conf, value) -> conf.persistenceLocation = value);
        rows.text(
                "persistence_file",
                GLOBAL,
                "mosquitto.db",
                RESTART,
                "Its name there; Althing adds `.althing`",
                (conf, value) -> conf.persistenceFile = value);
        rows.choice(
                "althing_durability",
                GLOBAL,
                List.of("commit", "interval", "system"),
                RESTART,
                "What an acknowledgement waits for: the disk, the disk within an interval, or the operating system; see [durability.md](durability.md)",
                (conf, value) -> conf.durability = value);
        rows.number(
                "althing_durability_interval",
                GLOBAL,
                Range.of(100, 1, 3_600_000),
                RESTART,
                "Milliseconds of that interval",
                (conf, value) -> conf.durabilityIntervalMillis = value.intValue());
        String saved = "every change is saved before it is acknowledged (see `althing_durability`)";
        rows.moot("autosave_interval", GLOBAL, Type.INTEGER, saved);
        rows.moot("autosave_on_changes", GLOBAL, Type.BOOLEAN, saved);
    }

    private static void log(OptionRows rows) {
        rows.add(
                "log_dest",
                GLOBAL,
                Type.LIST,
                "stderr",
                YES,
                "Where lines go: `stdout`, `stderr`, `syslog`, `topic` (below `$SYS/broker/log`), `file PATH`; `none` forgets those before it; repeatable",
                ConfBuilder::logDestination);
        rows.add(
                "log_type",
                GLOBAL,
                Type.LIST,
                "error warning notice information",
                YES,
                "Which lines: also `debug`, `subscribe`, `unsubscribe`, `websockets`, `internal`, `all`; `none` forgets those before it; repeatable",
                ConfBuilder::logType);
        rows.flag(
                "log_timestamp",
                GLOBAL,
                true,
                YES,
                "Each line begins with the time",
                (conf, value) -> conf.logTimestamp = value);
        rows.text(
                "log_timestamp_format",
                GLOBAL,
                "seconds since 1970",
                YES,
                "Its form, as strftime takes it",
                (conf, value) -> conf.logTimestampFormat = value);
        rows.number(
                "log_facility",
                GLOBAL,
                Range.of("daemon", 0, 7),
                YES,
                "Facility of syslog: local0 to local7",
                (conf, value) -> conf.logFacility = value.intValue());
        rows.flag(
                "connection_messages",
                GLOBAL,
                true,
                YES,
                "Connects and disconnects are logged",
                (conf, value) -> conf.broker.connectionMessages(value));
        rows.choice(
                "althing_log_format",
                GLOBAL,
                List.of("text", "json"),
                YES,
                "`json`: each line is an object with time, level, text and, where it is about a client, client and address",
                (conf, value) -> conf.logJson = value.equals("json"));
    }

    private static void program(OptionRows rows) {
        rows.number(
                "sys_interval",
                GLOBAL,
                Range.of(10, 0, 65_535),
                YES,
                "Seconds between two looks of the `$SYS` topics; 0: none",
                (conf, value) -> conf.broker.sysIntervalSeconds(value.intValue()));
        rows.text(
                "pid_file",
                GLOBAL,
                "",
                RESTART,
                "File for the process id, removed at the end",
                (conf, value) -> conf.pidFile = value);
        rows.text(
                "user",
                GLOBAL,
                "mosquitto",
                RESTART,
                "A program on the JVM keeps the user that started it: a warning if that is root and another one is asked for",
                (conf, value) -> conf.user = value);
        rows.add(
                "include_dir",
                GLOBAL,
                Type.LIST,
                "",
                YES,
                "Reads the files `*.conf` in this folder, in alphabetical order; in the main file only",
                (conf, line) -> {
                    throw new IllegalStateException("the reader takes include_dir");
                });
    }
}
