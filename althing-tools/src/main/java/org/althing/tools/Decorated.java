package org.althing.tools;

import java.time.ZoneId;
import org.althing.client.ReceivedMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Qos;
import org.althing.net.Clock;

/**
 * A message for people: time, topic, marks; the payload as text, as JSON over many lines, or as a hex dump. What could
 * move the cursor or worse is shown, not sent to the terminal.
 */
record Decorated(Colors colors, Clock clock) implements MessageWriter {
    private static final int DUMP_BYTES_MAX = 256;
    private static final int LINE_BYTES = 16;

    @Override
    public void write(ReceivedMessage message, Terminal terminal) {
        WallTime time = new WallTime(clock.wallMillis(), ZoneId.systemDefault());
        StringBuilder head = new StringBuilder(colors.dim(time.format('T')))
                .append(' ')
                .append(colors.topic(Printable.text(message.topic())));
        if (message.retain()) {
            head.append(colors.warn(" retained"));
        }
        if (message.qos() != Qos.AT_MOST_ONCE) {
            head.append(colors.dim(" qos " + message.qos().level()));
        }
        ByteSink out = terminal.out();
        out.put(head.toString());
        payload(message.payload(), out);
    }

    private void payload(Bytes payload, ByteSink out) {
        if (payload.isEmpty()) {
            out.put(colors.dim(" (empty)")).put('\n');
            return;
        }
        String text = Printable.utf8(payload);
        if (text == null) {
            out.put(colors.dim(" " + payload.length() + " bytes")).put('\n');
            dump(payload, out);
            return;
        }
        boolean structured = text.startsWith("{") || text.startsWith("[");
        Json json = structured ? JsonReader.readExactly(text) : null;
        if (json == null) {
            out.put(' ').put(Printable.lines(text)).put('\n');
        } else {
            out.put('\n');
            json.write(out, true, 0);
            out.put('\n');
        }
    }

    private void dump(Bytes payload, ByteSink out) {
        int shown = Math.min(payload.length(), DUMP_BYTES_MAX);
        for (int line = 0; line < shown; line += LINE_BYTES) {
            StringBuilder hex = new StringBuilder();
            StringBuilder text = new StringBuilder();
            for (int i = line; i < line + LINE_BYTES; i++) {
                if (i < shown) {
                    int value = payload.at(i) & 255;
                    hex.append(Character.forDigit(value >> 4, 16)).append(Character.forDigit(value & 15, 16));
                    text.append(value >= ' ' && value < 127 ? (char) value : '.');
                } else {
                    hex.append("  ");
                }
                hex.append(' ');
            }
            out.put("  ")
                    .put(hex.toString())
                    .put(' ')
                    .put(colors.dim(text.toString()))
                    .put('\n');
        }
        if (shown < payload.length()) {
            out.put(colors.dim("  ... " + (payload.length() - shown) + " more bytes"))
                    .put('\n');
        }
    }
}
