package org.althing.broker.conf;

import static org.althing.broker.conf.ConfigOption.Reload.NEW_CONNECTIONS;
import static org.althing.broker.conf.ConfigOption.Reload.YES;
import static org.althing.broker.conf.ConfigOption.Scope.GLOBAL;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.althing.broker.access.AddressRange;
import org.althing.broker.conf.ConfigOption.Type;
import org.althing.broker.conf.OptionRows.Range;

/** Options against those who guess passwords or come too often; none of them is Mosquitto's. */
final class GuessingOptions {
    private static final int DAY_SECONDS = 86_400;

    private GuessingOptions() {}

    static Map<String, ConfigOption> rows() {
        OptionRows rows = new OptionRows();
        passwords(rows);
        rates(rows);
        return rows.rows();
    }

    private static void passwords(OptionRows rows) {
        rows.number(
                "althing_wrong_passwords",
                GLOBAL,
                Range.of(20, 0, Integer.MAX_VALUE),
                YES,
                "Wrong passwords from one address (IPv6: from one /64) until it has to wait before the next is looked at: 1 s, then twice as long after each further one; ten quiet minutes end it. Users who have come in since the start do not wait; 0 for no limit. See [access.md](access.md#guessing)",
                (conf, value) ->
                        conf.guessing = conf.guessing.withWrongPasswords(value.intValue(), conf.guessing.waitMax()));
        rows.number(
                "althing_wrong_password_wait",
                GLOBAL,
                Range.of(60, 1, DAY_SECONDS),
                YES,
                "The longest of these waits, in seconds",
                (conf, value) -> conf.guessing =
                        conf.guessing.withWrongPasswords(conf.guessing.wrongPasswordsMax(), Duration.ofSeconds(value)));
        rows.number(
                "althing_ban_after",
                GLOBAL,
                Range.of(0, 0, Integer.MAX_VALUE),
                YES,
                "Wrong passwords after which an address may not connect at all for `althing_ban_time`; 0 for never",
                (conf, value) -> conf.guessing = conf.guessing.withBan(value.intValue(), conf.guessing.banTime()));
        rows.number(
                "althing_ban_time",
                GLOBAL,
                Range.of(600, 1, 365 * DAY_SECONDS),
                YES,
                "How long it may not, in seconds",
                (conf, value) ->
                        conf.guessing = conf.guessing.withBan(conf.guessing.banAfter(), Duration.ofSeconds(value)));
        rows.add(
                "althing_ban",
                GLOBAL,
                Type.LIST,
                "",
                YES,
                "`ADDRESS` or `ADDRESS/BITS` that may never connect; repeatable",
                GuessingOptions::ban);
    }

    private static void rates(OptionRows rows) {
        rows.number(
                "althing_connection_rate",
                GLOBAL,
                Range.of(0, 0, Integer.MAX_VALUE),
                YES,
                "New connections that one address may open in a second, as many at once; more are closed; 0 for no limit",
                (conf, value) -> conf.guessing = conf.guessing.withConnectionsPerSecond(value.intValue()));
        rows.number(
                "althing_message_rate",
                GLOBAL,
                Range.of(0, 0, Integer.MAX_VALUE),
                NEW_CONNECTIONS,
                "PUBLISH packets that one client may send in a second, as many at once; a client that sends more is disconnected with 0x96; 0 for no limit",
                (conf, value) -> conf.broker.publishesPerSecondMax(value.intValue()));
        rows.flag(
                "althing_refuse_subscriptions",
                GLOBAL,
                false,
                YES,
                "A SUBSCRIBE is refused with 0x87 (before MQTT 5.0 0x80) where no rule of the ACL file lets the client read anything of it. Mosquitto grants it and sends nothing",
                (conf, value) -> conf.refuseSubscriptions = value);
    }

    private static void ban(ConfBuilder conf, Directive line) throws ConfException {
        List<AddressRange> banned = new ArrayList<>(conf.guessing.banned());
        try {
            banned.add(AddressRange.of(Values.string(line)));
        } catch (IllegalArgumentException e) {
            throw new ConfException("Invalid 'althing_ban' value: " + e.getMessage() + ".", line);
        }
        conf.guessing = conf.guessing.withBanned(banned);
    }
}
