package org.althing.broker.conf;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.althing.broker.conf.ConfigOption.Effect;
import org.althing.broker.conf.ConfigOption.Reload;
import org.althing.broker.conf.ConfigOption.Scope;
import org.althing.broker.conf.ConfigOption.Setter;
import org.althing.broker.conf.ConfigOption.Type;

/** Takes the lines of the table, one call each. */
final class OptionRows {
    /** Applies a value that has been read and is within its range. */
    @FunctionalInterface
    interface Apply<T> {
        void to(ConfBuilder conf, T value) throws ConfException;
    }

    private final Map<String, ConfigOption> rows = new LinkedHashMap<>();

    Map<String, ConfigOption> rows() {
        return rows;
    }

    void flag(String name, Scope scope, boolean byDefault, Reload reload, String summary, Apply<Boolean> apply) {
        add(
                name,
                scope,
                Type.BOOLEAN,
                Boolean.toString(byDefault),
                reload,
                summary,
                (conf, line) -> apply.to(conf, Values.bool(line)));
    }

    void number(String name, Scope scope, Range range, Reload reload, String summary, Apply<Long> apply) {
        add(
                name,
                scope,
                Type.INTEGER,
                range.byDefault(),
                reload,
                summary,
                (conf, line) -> apply.to(conf, Values.integer(line, range)));
    }

    void text(String name, Scope scope, String byDefault, Reload reload, String summary, Apply<String> apply) {
        add(name, scope, Type.STRING, byDefault, reload, summary, (conf, line) -> apply.to(conf, Values.string(line)));
    }

    void lastText(String name, Scope scope, String byDefault, Reload reload, String summary, Apply<String> apply) {
        add(
                name,
                scope,
                Type.LAST_STRING,
                byDefault,
                reload,
                summary,
                (conf, line) -> apply.to(conf, Values.string(line)));
    }

    void choice(String name, Scope scope, List<String> choices, Reload reload, String summary, Apply<String> apply) {
        add(
                name,
                scope,
                Type.WORDS,
                choices.getFirst(),
                reload,
                summary,
                (conf, line) -> apply.to(conf, Values.oneOf(line, choices)));
    }

    void add(String name, Scope scope, Type type, String byDefault, Reload reload, String summary, Setter setter) {
        put(new ConfigOption(name, scope, type, byDefault, reload, Effect.APPLIED, summary, setter));
    }

    /** Another name of an option. */
    void alias(String name, String of) {
        ConfigOption other = rows.get(of);
        if (other == null) {
            throw new IllegalStateException(of);
        }
        put(new ConfigOption(
                name,
                other.scope(),
                other.type(),
                other.byDefault(),
                other.reload(),
                other.effect(),
                "Old name of `" + of + "`",
                other.setter()));
    }

    /** An option that changes nothing: costs a warning where it stands. */
    void moot(String name, Scope scope, Type type, String why) {
        put(new ConfigOption(
                name, scope, type, "", Reload.YES, Effect.MOOT, "Changes nothing: " + why, (conf, line) -> {
                    if (type == Type.BOOLEAN) {
                        Values.bool(line);
                    } else if (type == Type.INTEGER) {
                        Values.integer(line, Integer.MIN_VALUE, Integer.MAX_VALUE);
                    } else {
                        Values.string(line);
                    }
                    conf.warn(line, why);
                }));
    }

    /** A number that changes nothing. */
    void moot(String name, Scope scope, Range range, String why) {
        put(new ConfigOption(
                name, scope, Type.INTEGER, "", Reload.YES, Effect.MOOT, "Changes nothing: " + why, (conf, line) -> {
                    Values.integer(line, range);
                    conf.warn(line, why);
                }));
    }

    /** An option of a part that this version does not have. */
    void refused(String name, Scope scope, Type type, String byDefault, String summary, Setter check) {
        put(new ConfigOption(name, scope, type, byDefault, Reload.RESTART, Effect.REFUSED, summary, check));
    }

    /** A flag of which only {@code false}, the default, is served. */
    void onlyFalse(String name, Scope scope, String summary, String why) {
        refused(name, scope, Type.BOOLEAN, "false", summary, (conf, line) -> {
            if (Values.bool(line)) {
                throw new ConfException("'" + name + " true' is not served: " + why + ".", line);
            }
        });
    }

    private void put(ConfigOption option) {
        if (rows.put(option.name(), option) != null) {
            throw new IllegalStateException("two lines for " + option.name());
        }
    }

    /** What a number may be. */
    record Range(String byDefault, long lowest, long highest, String error) {
        /** With Mosquitto's own words for what is out of it. */
        Range saying(String words) {
            return new Range(byDefault, lowest, highest, words);
        }

        static Range of(long byDefault, long lowest, long highest) {
            return new Range(Long.toString(byDefault), lowest, highest, "");
        }

        static Range of(String byDefault, long lowest, long highest) {
            return new Range(byDefault, lowest, highest, "");
        }
    }
}
