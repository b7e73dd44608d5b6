package org.althing.net.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.althing.net.Security;
import org.jspecify.annotations.Nullable;

/** Reads the header that a proxy sends before anything else, of one of the two versions. */
final class ProxyHeaderReader {
    /** What is wrong with a header. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        Refusal(String message) {
            super(message);
        }
    }

    private static final byte[] SIGNATURE_2 = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};
    private static final int HEAD_2_BYTES = 16;
    /** Addresses and everything else in a header of version 2; a Unix address needs 216. */
    private static final int BODY_2_BYTES_MAX = 4_096;

    private static final int LINE_1_BYTES_MAX = 107;
    private static final int UNIX_BYTES = 108;

    private static final int TCP_IPV4 = 0x11;
    private static final int TCP_IPV6 = 0x21;
    private static final int STREAM_UNIX = 0x31;

    private static final int TLV_SSL = 0x20;
    private static final int TLV_SSL_VERSION = 0x21;
    private static final int TLV_SSL_CN = 0x22;
    private static final int TLV_SSL_CIPHER = 0x23;
    private static final int SSL_USED = 0x01;
    private static final int SSL_CERTIFICATE = 0x02 | 0x04;

    private final int version;

    /** @param version 1 or 2 */
    ProxyHeaderReader(int version) {
        this.version = version;
    }

    /**
     * Reads a header; the buffer stands behind it then. Null, with nothing taken, while it is not complete.
     *
     * @throws Refusal if it is no header of this version
     */
    @Nullable
    ProxyHeader read(ByteBuffer bytes) throws Refusal {
        return version == 1 ? readLine(bytes) : readBinary(bytes);
    }

    // ---- version 1: PROXY TCP4 192.0.2.1 198.51.100.1 56324 443

    private static @Nullable ProxyHeader readLine(ByteBuffer bytes) throws Refusal {
        byte[] seen = new byte[Math.min(bytes.remaining(), LINE_1_BYTES_MAX)];
        bytes.get(bytes.position(), seen);
        String text = new String(seen, ISO_8859_1);
        if (!text.startsWith("PROXY ".substring(0, Math.min(6, text.length())))) {
            throw new Refusal("it does not begin with a PROXY line of version 1");
        }
        int end = text.indexOf("\r\n");
        if (end < 0) {
            if (text.length() == LINE_1_BYTES_MAX) {
                throw new Refusal("its PROXY line is longer than " + LINE_1_BYTES_MAX + " bytes");
            }
            return null;
        }
        bytes.position(bytes.position() + end + 2);
        String[] words = text.substring(0, end).split(" ", -1);
        if (words.length >= 2 && words[1].equals("UNKNOWN")) {
            return new ProxyHeader(null, null, false, null);
        }
        if (words.length != 6 || !(words[1].equals("TCP4") || words[1].equals("TCP6"))) {
            throw new Refusal("its PROXY line is '" + text.substring(0, end) + "'");
        }
        boolean isIpv6 = words[1].equals("TCP6");
        return new ProxyHeader(address(words[2], words[4], isIpv6), address(words[3], words[5], isIpv6), false, null);
    }

    private static SocketAddress address(String host, String port, boolean isIpv6) throws Refusal {
        boolean literal = !host.isEmpty() && host.chars().allMatch(c -> "0123456789abcdefABCDEF.:".indexOf(c) >= 0);
        if (!literal || isIpv6 != (host.indexOf(':') >= 0)) {
            throw new Refusal("'" + host + "' in its PROXY line is no address of this kind");
        }
        try {
            int number = Integer.parseInt(port);
            if (number > 0 && number <= 65_535 && port.chars().allMatch(Character::isDigit)) {
                return new InetSocketAddress(InetAddress.getByName(host), number); // a literal: nothing is looked up
            }
        } catch (NumberFormatException | UnknownHostException e) {
            throw new Refusal("'" + host + " " + port + "' in its PROXY line is no address");
        }
        throw new Refusal("'" + port + "' in its PROXY line is no port");
    }

    // ---- version 2

    private static @Nullable ProxyHeader readBinary(ByteBuffer bytes) throws Refusal {
        int start = bytes.position();
        int seen = Math.min(bytes.remaining(), SIGNATURE_2.length);
        byte[] first = new byte[seen];
        bytes.get(start, first);
        if (!Arrays.equals(first, Arrays.copyOf(SIGNATURE_2, seen))) {
            throw new Refusal("it does not begin with a PROXY header of version 2");
        }
        if (bytes.remaining() < HEAD_2_BYTES) {
            return null;
        }
        int versionAndCommand = bytes.get(start + 12) & 0xFF;
        int family = bytes.get(start + 13) & 0xFF;
        int length = bytes.getShort(start + 14) & 0xFFFF;
        if (versionAndCommand != 0x20 && versionAndCommand != 0x21) {
            throw new Refusal("its PROXY header has version and command 0x" + Integer.toHexString(versionAndCommand));
        }
        if (length > BODY_2_BYTES_MAX) {
            throw new Refusal("its PROXY header has " + length + " bytes, more than " + BODY_2_BYTES_MAX);
        }
        if (bytes.remaining() < HEAD_2_BYTES + length) {
            return null;
        }
        ByteBuffer body = bytes.slice(start + HEAD_2_BYTES, length);
        bytes.position(start + HEAD_2_BYTES + length);
        boolean isLocal = versionAndCommand == 0x20;
        return isLocal ? new ProxyHeader(null, null, false, null) : readBody(family, body);
    }

    private static ProxyHeader readBody(int family, ByteBuffer body) throws Refusal {
        SocketAddress source;
        SocketAddress destination;
        switch (family) {
            case TCP_IPV4, TCP_IPV6 -> {
                int length = family == TCP_IPV4 ? 4 : 16;
                require(body, 2 * length + 4);
                InetAddress from = internet(body, length);
                InetAddress to = internet(body, length);
                source = new InetSocketAddress(from, body.getShort() & 0xFFFF);
                destination = new InetSocketAddress(to, body.getShort() & 0xFFFF);
            }
            case STREAM_UNIX -> {
                require(body, 1);
                source = unix(body);
                // Mosquitto: takes a path that is not filled up, with nothing behind it.
                destination = body.hasRemaining() ? unix(body) : source;
            }
            // "Free to reject it" (section 2.2): a proxy that speaks for itself says so by its command.
            default -> throw new Refusal("its PROXY header has the address family 0x" + Integer.toHexString(family));
        }
        Tls tls = tls(body);
        return new ProxyHeader(source, destination, tls.certificate, tls.security);
    }

    private static void require(ByteBuffer body, int addressBytes) throws Refusal {
        if (body.remaining() < addressBytes) {
            throw new Refusal("its PROXY header is too short for its addresses");
        }
    }

    private static InetAddress internet(ByteBuffer body, int length) throws Refusal {
        byte[] address = new byte[length];
        body.get(address);
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new Refusal("its PROXY header has an address of " + length + " bytes");
        }
    }

    private static SocketAddress unix(ByteBuffer body) throws Refusal {
        byte[] path = new byte[Math.min(UNIX_BYTES, body.remaining())];
        body.get(path);
        int end = 0;
        while (end < path.length && path[end] != 0) {
            end++;
        }
        try {
            return UnixDomainSocketAddress.of(new String(path, 0, end, UTF_8));
        } catch (java.nio.file.InvalidPathException e) {
            throw new Refusal("its PROXY header has a path that is none");
        }
    }

    /** What the proxy says about the client's TLS. */
    private record Tls(boolean certificate, @Nullable Security security) {}

    private static Tls tls(ByteBuffer tlvs) throws Refusal {
        Tls found = new Tls(false, null);
        while (tlvs.hasRemaining()) {
            int type = tlvs.get() & 0xFF;
            ByteBuffer value = value(tlvs);
            found = type == TLV_SSL ? ssl(value) : found;
        }
        return found;
    }

    private static Tls ssl(ByteBuffer value) throws Refusal {
        if (value.remaining() < 5) {
            throw new Refusal("its PROXY header says too little about TLS");
        }
        int client = value.get() & 0xFF;
        boolean verified = value.getInt() == 0;
        if ((client & SSL_USED) == 0) {
            return new Tls(false, null);
        }
        String protocol = "";
        String cipher = "";
        String name = null;
        while (value.hasRemaining()) {
            int type = value.get() & 0xFF;
            String text = UTF_8.decode(value(value)).toString();
            switch (type) {
                case TLV_SSL_VERSION -> protocol = text;
                case TLV_SSL_CIPHER -> cipher = text;
                case TLV_SSL_CN -> name = text;
                default -> {} // a key length or the like
            }
        }
        boolean trusted = verified && (client & SSL_CERTIFICATE) != 0;
        return new Tls(trusted, new Security(protocol, cipher, null, trusted ? name : null));
    }

    private static ByteBuffer value(ByteBuffer tlvs) throws Refusal {
        int length = tlvs.remaining() < 2 ? Integer.MAX_VALUE : tlvs.getShort() & 0xFFFF;
        if (length > tlvs.remaining()) {
            throw new Refusal("a part of its PROXY header is longer than the header");
        }
        ByteBuffer value = tlvs.slice(tlvs.position(), length);
        tlvs.position(tlvs.position() + length);
        return value;
    }
}
