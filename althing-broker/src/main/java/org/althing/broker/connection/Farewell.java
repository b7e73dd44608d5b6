package org.althing.broker.connection;

import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.althing.broker.BrokerConfig.Announcements;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ReasonCode;

/** What a client of MQTT 5.0 that is refused or disconnected is told: the code, where else to go, and, if it asks, why. */
final class Farewell {
    private static final int REASON_LENGTH_MAX = 200;
    private static final Pattern NOT_PRINTABLE = Pattern.compile("[^\\x20-\\x7E]");

    private final Announcements announcements;
    private final Predicate<ControlPacket> out;
    private final boolean explains;

    /**
     * @param explains whether the client has asked for words
     * @param out sends a packet; false, with nothing sent, if it is larger than the client accepts
     */
    Farewell(Announcements announcements, boolean explains, Predicate<ControlPacket> out) {
        this.announcements = announcements;
        this.explains = explains;
        this.out = out;
    }

    /** With words for people if the client has asked for them and takes them ([MQTT-3.2.2-19], [MQTT-3.14.2-3]). */
    void say(ReasonCode reasonCode, String why, Function<Properties, ControlPacket> packet) {
        Properties properties = whereElse(reasonCode);
        boolean said = explains && mayBeExplained(reasonCode) && out.test(packet.apply(explained(properties, why)));
        if (!said) {
            boolean ignored = out.test(packet.apply(properties));
        }
    }

    /** [MQTT-3.2.2-22] and section 3.14.2.2.5: a Server Reference, for the two reasons that ask for one. */
    private Properties whereElse(ReasonCode reasonCode) {
        String reference = announcements.serverReference();
        boolean elsewhere = reasonCode == ReasonCode.USE_ANOTHER_SERVER || reasonCode == ReasonCode.SERVER_MOVED;
        return reference == null || !elsewhere
                ? Properties.NONE
                : Properties.builder().set(Property.SERVER_REFERENCE, reference).build();
    }

    /** Whether words may be added: not where they would help somebody who guesses names, passwords or rights. */
    private static boolean mayBeExplained(ReasonCode code) {
        return code != ReasonCode.BAD_USER_NAME_OR_PASSWORD
                && code != ReasonCode.NOT_AUTHORIZED
                && code != ReasonCode.BANNED
                && code != ReasonCode.CONTINUE_AUTHENTICATION;
    }

    /** The same with a Reason String; what it quotes of the client's own words is made harmless. */
    private static Properties explained(Properties properties, String why) {
        String text = why.length() > REASON_LENGTH_MAX ? why.substring(0, REASON_LENGTH_MAX) : why;
        return text.isEmpty()
                ? properties
                : properties.toBuilder()
                        .set(Property.REASON_STRING, NOT_PRINTABLE.matcher(text).replaceAll("?"))
                        .build();
    }

    /** A reason code in the words of the log. */
    static String words(ReasonCode reasonCode, String more) {
        String words = switch (reasonCode) {
            // Mosquitto's words for both, which scripts look for.
            case NOT_AUTHORIZED, BAD_USER_NAME_OR_PASSWORD -> "not authorised";
            default -> reasonCode.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        };
        return more.isEmpty() ? words : words + ": " + more;
    }
}
