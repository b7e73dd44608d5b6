package org.althing.tools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.althing.client.ReceivedMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Properties.UserProperty;
import org.althing.mqtt.Property;
import org.jspecify.annotations.Nullable;

/**
 * The format of {@code -F}: text, escapes {@code \x}, times {@code @x}, and {@code %[-][0][width][.precision]x}. Read once,
 * then written for each message. Width and precision count bytes.
 */
final class OutputFormat {
    /** What may stand before x and X, and is written behind so many digits as the precision says. */
    private static final String HEX_SEPARATORS = "!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~ ";

    private static final String CODES = "%ACDEFIJPRSUXdfjlmpqrtx";

    private sealed interface Part {
        record Text(byte[] bytes) implements Part {}

        record Time(char code) implements Part {}

        record Field(char code, boolean left, boolean zero, int width, int precision, char separator) implements Part {}
    }

    private final List<Part> parts = new ArrayList<>();
    private boolean newline = true;
    private boolean pretty;

    private OutputFormat() {}

    static OutputFormat of(String format) throws UsageException {
        return new Reader(format).read();
    }

    void finish(boolean withNewline, boolean prettyJson) {
        newline = withNewline;
        pretty = prettyJson;
    }

    // ---- reading -------------------------------------------------------------------------------------------------

    private static final class Reader {
        private final String format;
        private final StringBuilder text = new StringBuilder();
        private final OutputFormat into = new OutputFormat();
        private int at;

        Reader(String format) {
            this.format = format;
        }

        OutputFormat read() throws UsageException {
            while (at < format.length()) {
                char c = format.charAt(at++);
                switch (c) {
                    case '%' -> field();
                    case '@' -> time();
                    case '\\' -> escape();
                    default -> text.append(c);
                }
            }
            endText();
            return into;
        }

        private char next(String what) throws UsageException {
            if (at == format.length()) {
                throw new UsageException("Incomplete " + what + " specifier.");
            }
            return format.charAt(at++);
        }

        private void field() throws UsageException {
            char c = next("format");
            boolean left = c == '-';
            if (left) {
                c = next("format");
            }
            boolean zero = c == '0';
            if (zero) {
                c = next("format");
            }
            int width = 0;
            while (c >= '0' && c <= '9') {
                width = Math.min(width * 10 + c - '0', 1_000_000);
                c = next("format");
            }
            int precision = -1;
            if (c == '.') {
                precision = 0;
                c = next("format");
                while (c >= '0' && c <= '9') {
                    precision = Math.min(precision * 10 + c - '0', 1_000_000);
                    c = next("format");
                }
            }
            char separator = 0;
            if (HEX_SEPARATORS.indexOf(c) >= 0) {
                separator = c;
                c = next("format");
            }
            if (CODES.indexOf(c) < 0) {
                throw new UsageException("Invalid format specifier '" + c + "'.");
            }
            if (c == '%') {
                text.append('%');
            } else {
                endText();
                into.parts.add(new Part.Field(c, left, zero, width, precision, separator));
            }
        }

        private void time() throws UsageException {
            char c = next("format");
            if (c == '@') {
                text.append('@');
            } else {
                endText();
                into.parts.add(new Part.Time(c));
            }
        }

        private void escape() throws UsageException {
            char c = next("escape");
            text.append(
                    switch (c) {
                        case '\\' -> '\\';
                        case '0' -> '\0';
                        case 'a' -> '\u0007';
                        case 'e' -> '\u001b';
                        case 'n' -> '\n';
                        case 'r' -> '\r';
                        case 't' -> '\t';
                        case 'v' -> '\u000b';
                        default -> throw new UsageException("Invalid escape specifier '" + c + "'.");
                    });
        }

        private void endText() {
            if (!text.isEmpty()) {
                into.parts.add(new Part.Text(text.toString().getBytes(StandardCharsets.UTF_8)));
                text.setLength(0);
            }
        }
    }

    // ---- writing -------------------------------------------------------------------------------------------------

    /** Writes one message. */
    void write(ReceivedMessage message, WallTime time, ByteSink out, Terminal terminal) throws IOException {
        for (Part part : parts) {
            if (part instanceof Part.Text it) {
                out.put(it.bytes());
            } else if (part instanceof Part.Time it) {
                out.put(time.format(it.code()));
            } else if (part instanceof Part.Field it) {
                field(it, message, time, out, terminal);
            }
        }
        if (newline) {
            out.put('\n');
        }
    }

    private void field(Part.Field field, ReceivedMessage message, WallTime time, ByteSink out, Terminal terminal)
            throws IOException {
        Properties properties = message.message().properties();
        switch (field.code()) {
            case 'A' -> topicAlias(field, message.topicAlias(), out);
            case 'C' -> text(field, properties.string(Property.CONTENT_TYPE), out);
            case 'D' -> correlationData(properties, out);
            case 'E' -> number(field, properties, Property.MESSAGE_EXPIRY_INTERVAL, out);
            case 'F' -> number(field, properties, Property.PAYLOAD_FORMAT_INDICATOR, out);
            case 'I' -> text(field, time.iso(), out);
            case 'J', 'j' -> MessageJson.write(message, time, field.code() == 'J', pretty, out, terminal);
            case 'l' -> number(field, message.payload().length(), out);
            case 'm' -> number(field, message.packetIdentifier(), out);
            case 'P' -> userProperties(properties, out);
            case 'p' -> bytes(field, message.payload(), out);
            case 'q' -> out.put(Integer.toString(message.qos().level()));
            case 'R' -> responseTopic(field, properties, out);
            case 'r' -> out.put(message.retain() ? '1' : '0');
            case 'S' -> number(field, properties, Property.SUBSCRIPTION_IDENTIFIER, out);
            case 't' -> text(field, message.topic(), out);
            case 'U' -> out.put(time.unix());
            case 'X', 'x' -> hex(field, message.payload(), out);
            case 'd', 'f' -> floating(field, message.payload(), out, terminal);
            default -> throw new IllegalStateException("no such format: " + field.code());
        }
    }

    /** As %*.*s of printf: the precision cuts, the width fills with blanks. What is not there is empty. */
    private static void text(Part.Field field, @Nullable String text, ByteSink out) {
        byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
        int length = field.precision() < 0 ? bytes.length : Math.min(field.precision(), bytes.length);
        int fill = field.width() - length;
        if (!field.left()) {
            out.fill(' ', fill);
        }
        out.put(bytes, length);
        if (field.left()) {
            out.fill(' ', fill);
        }
    }

    private static void topicAlias(Part.Field field, int alias, ByteSink out) {
        if (alias == 0) {
            out.fill(' ', field.width());
        } else {
            number(field, alias, out);
        }
    }

    private static void number(Part.Field field, Properties properties, Property property, ByteSink out) {
        if (properties.has(property)) {
            number(field, properties.integer(property, 0), out);
        } else {
            out.fill(' ', field.width());
        }
    }

    private static void number(Part.Field field, long number, ByteSink out) {
        byte[] digits = Long.toString(number).getBytes(StandardCharsets.US_ASCII);
        filled(field, digits, out);
    }

    /** Mosquitto: the width cuts a payload too, and does not fill one behind which there is a precision. */
    private static void bytes(Part.Field field, Bytes payload, ByteSink out) {
        int length = field.width() > 0 ? Math.min(payload.length(), field.width()) : payload.length();
        int fill = field.width() - length;
        if (!field.left()) {
            out.fill(field.zero() ? '0' : ' ', fill);
        }
        out.put(payload.toByteArray(), length);
        if (field.left()) {
            out.fill(' ', fill);
        }
    }

    /** Mosquitto: the width cuts the payload to as many bytes, and fills to as many digits. */
    private static void hex(Part.Field field, Bytes payload, ByteSink out) {
        String digits = field.code() == 'x' ? "0123456789abcdef" : "0123456789ABCDEF";
        int length = field.width() > 0 ? Math.min(payload.length(), field.width()) : payload.length();
        int fill = field.width() - 2 * length;
        int written = 0;
        if (!field.left()) {
            for (int i = 0; i < fill; i++) {
                out.put(field.zero() ? '0' : ' ');
                written = separated(field, written, true, out);
            }
        }
        for (int i = 0; i < 2 * length; i++) {
            int value = payload.at(i / 2);
            out.put(digits.charAt((i % 2 == 0 ? value >> 4 : value) & 15));
            written = separated(field, written, i < 2 * length - 1, out);
        }
        if (field.left()) {
            out.fill(' ', fill);
        }
    }

    /** Puts the separator where one belongs, but not behind the last digit; returns the number of digits. */
    private static int separated(Part.Field field, int written, boolean more, ByteSink out) {
        int group = field.precision();
        if (more && group > 0 && written % group == group - 1) {
            out.put(field.separator() == 0 ? ' ' : field.separator());
        }
        return written + 1;
    }

    /** A payload that is the bytes of a float or a double of this machine's kind, as %f of printf writes it. */
    private static void floating(Part.Field field, Bytes payload, ByteSink out, Terminal terminal) {
        boolean isDouble = field.code() == 'd';
        if (payload.length() != (isDouble ? Double.BYTES : Float.BYTES)) {
            String name = isDouble ? "double" : "float";
            terminal.errorPart("requested " + name + " printing, but non-" + name + " data received");
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(payload.toByteArray()).order(ByteOrder.nativeOrder());
        filled(field, Decimals.of(isDouble ? bytes.getDouble() : bytes.getFloat(), field.precision()), out);
    }

    private static void filled(Part.Field field, byte[] bytes, ByteSink out) {
        int fill = field.width() - bytes.length;
        if (field.left()) {
            out.put(bytes).fill(' ', fill);
        } else {
            out.fill(field.zero() ? '0' : ' ', fill).put(bytes);
        }
    }

    private static void correlationData(Properties properties, ByteSink out) {
        Bytes data = properties.bytes(Property.CORRELATION_DATA);
        if (data != null) {
            out.put(data);
        }
    }

    /** Mosquitto: where there is none, not even the width is filled. */
    private static void responseTopic(Part.Field field, Properties properties, ByteSink out) {
        if (properties.has(Property.RESPONSE_TOPIC)) {
            text(field, properties.string(Property.RESPONSE_TOPIC), out);
        }
    }

    private static void userProperties(Properties properties, ByteSink out) {
        boolean first = true;
        for (UserProperty pair : properties.userProperties()) {
            if (!first) {
                out.put(' ');
            }
            first = false;
            out.put(pair.name()).put(':').put(pair.value());
        }
    }
}
