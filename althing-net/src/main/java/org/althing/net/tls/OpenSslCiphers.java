package org.althing.net.tls;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Cipher lists of OpenSSL ({@code ECDHE-ECDSA-AES256-GCM-SHA384:HIGH:!aNULL}) as Java's names.
 *
 * <p>Understood are names of suites, in OpenSSL's notation and in that of the standard, the words {@code DEFAULT}, {@code
 * ALL} and {@code HIGH} for all that Java serves, words that a suite's name consists of ({@code ECDHE}, {@code AESGCM},
 * {@code ECDHE+AES256}), and {@code !} or {@code -} before any of these to leave them out. Weaker suites than Java serves by
 * itself cannot be had by any list.
 */
final class OpenSslCiphers {
    private OpenSslCiphers() {}

    /**
     * The suites that a list asks for, in its order.
     *
     * @param served what there is, by Java's names
     * @return empty if the list matches nothing
     */
    static List<String> of(String list, List<String> served) {
        Set<String> chosen = new LinkedHashSet<>();
        Set<String> banned = new LinkedHashSet<>();
        for (String word : list.split("[:, ]+")) {
            if (word.startsWith("!")) {
                banned.addAll(matching(word.substring(1), served));
            } else if (word.startsWith("-")) {
                matching(word.substring(1), served).forEach(chosen::remove);
            } else if (!word.startsWith("@")) { // @STRENGTH and @SECLEVEL order and raise what is there
                chosen.addAll(matching(word.startsWith("+") ? word.substring(1) : word, served));
            }
        }
        chosen.removeAll(banned);
        return List.copyOf(chosen);
    }

    private static List<String> matching(String word, List<String> served) {
        List<String> found = new ArrayList<>();
        String standard = standardName(word);
        for (String suite : served) {
            boolean all = word.equals("DEFAULT") || word.equals("ALL") || word.equals("HIGH");
            if (all || suite.equals(word) || suite.equals(standard) || hasAll(suite, word)) {
                found.add(suite);
            }
        }
        return found;
    }

    /** {@code ECDHE-RSA-AES128-GCM-SHA256} is {@code TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}. */
    private static String standardName(String openSsl) {
        String name = openSsl.toUpperCase(Locale.ROOT).replace('-', '_');
        String cipher = name;
        String exchange = "RSA";
        for (String known : List.of("ECDHE_ECDSA", "ECDHE_RSA", "DHE_RSA", "DHE_DSS", "ECDH_ECDSA", "ECDH_RSA")) {
            if (name.startsWith(known + "_")) {
                exchange = known;
                cipher = name.substring(known.length() + 1);
            }
        }
        cipher = cipher.replaceFirst("^AES(128|256)_GCM", "AES_$1_GCM")
                .replaceFirst("^AES(128|256)_SHA", "AES_$1_CBC_SHA");
        if (cipher.equals("CHACHA20_POLY1305")) {
            cipher = "CHACHA20_POLY1305_SHA256";
        }
        return "TLS_" + exchange + "_WITH_" + cipher;
    }

    /** Whether the suite is what all parts of {@code ECDHE+AESGCM} say. */
    private static boolean hasAll(String suite, String word) {
        for (String part : word.split("\\+")) {
            boolean has = switch (part) {
                case "ECDHE", "EECDH", "kECDHE", "kEECDH" -> suite.contains("_ECDHE_");
                case "DHE", "EDH", "kDHE", "kEDH" -> suite.contains("_DHE_");
                case "kRSA" -> suite.startsWith("TLS_RSA_");
                case "RSA", "aRSA" -> suite.contains("_RSA_");
                case "ECDSA", "aECDSA" -> suite.contains("_ECDSA_");
                case "AES" -> suite.contains("_AES_");
                case "AES128" -> suite.contains("_AES_128_");
                case "AES256" -> suite.contains("_AES_256_");
                case "AESGCM" -> suite.contains("_GCM_");
                case "CHACHA20" -> suite.contains("_CHACHA20_");
                case "SHA", "SHA1" -> suite.endsWith("_SHA");
                case "SHA256" -> suite.endsWith("_SHA256");
                case "SHA384" -> suite.endsWith("_SHA384");
                case "TLSv1.2" -> suite.contains("_WITH_") && (suite.endsWith("_SHA256") || suite.endsWith("_SHA384"));
                default -> false;
            };
            if (!has) {
                return false;
            }
        }
        return true;
    }
}
