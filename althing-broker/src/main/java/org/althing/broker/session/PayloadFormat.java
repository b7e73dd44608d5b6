package org.althing.broker.session;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Property;

/** Whether payloads are what their Payload Format Indicator says (MQTT 5.0, section 3.3.2.3.2). */
public final class PayloadFormat {
    private static final int CHARACTERS_AT_A_TIME = 1_024;

    private PayloadFormat() {}

    /** Whether the payload is well-formed UTF-8, or the message does not say that it is. */
    public static boolean fits(ApplicationMessage message) {
        return message.properties().integer(Property.PAYLOAD_FORMAT_INDICATOR, 0) == 0
                || isUtf8(message.payload().asByteBuffer());
    }

    private static boolean isUtf8(ByteBuffer bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer characters = CharBuffer.allocate(Math.min(CHARACTERS_AT_A_TIME, bytes.remaining() + 1));
        CoderResult result = decoder.decode(bytes, characters, true);
        while (result.isOverflow()) {
            characters.clear();
            result = decoder.decode(bytes, characters, true);
        }
        return !result.isError();
    }
}
