package org.althing.tools;

/**
 * Cipher suites in OpenSSL's names, as {@code --ciphers} takes them, into Java's: {@code ECDHE-RSA-AES128-GCM-SHA256} is
 * {@code TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}. Java's own names may stand among them.
 */
final class CipherNames {
    /** What OpenSSL's lists exclude and Java does not offer anyway. */
    private static final String NEVER_THERE = " aNULL eNULL NULL MD5 RC4 DES 3DES EXPORT EXP LOW PSK SRP DSS kRSA ";

    private CipherNames() {}

    /** Java's names, apart by blanks; empty for those that Java thinks good. */
    static String toJava(String list) throws UsageException {
        StringBuilder names = new StringBuilder();
        boolean java = false;
        for (String word : list.split("[:, ]+")) {
            boolean excluded = word.startsWith("!") || word.startsWith("-");
            if (word.isEmpty() || (excluded && NEVER_THERE.contains(" " + word.substring(1) + " "))) {
                continue;
            }
            if (word.equals("DEFAULT") || word.equals("HIGH") || word.equals("@STRENGTH")) {
                java = true;
            } else if (word.startsWith("TLS_")) {
                add(names, word);
            } else {
                add(names, translated(word));
            }
        }
        return java ? "" : names.toString();
    }

    private static void add(StringBuilder names, String name) {
        names.append(names.isEmpty() ? "" : " ").append(name);
    }

    private static String translated(String word) throws UsageException {
        String[] parts = word.split("-");
        StringBuilder name = new StringBuilder("TLS_");
        int at = 0;
        if (parts.length > 2 && (parts[0].equals("ECDHE") || parts[0].equals("DHE"))) {
            name.append(parts[0]).append('_').append(parts[1]);
            at = 2;
        } else {
            name.append("RSA");
        }
        name.append("_WITH_");
        String cipher = parts[at];
        boolean rest = at + 1 < parts.length;
        if (cipher.equals("CHACHA20") && rest && parts[at + 1].equals("POLY1305")) {
            return name.append("CHACHA20_POLY1305_SHA256").toString();
        }
        boolean aes = cipher.equals("AES128") || cipher.equals("AES256");
        if (!aes || !rest) {
            throw new UsageException("Problem setting TLS options, check the options are valid: no cipher suite \""
                    + word + "\" in Java.");
        }
        name.append("AES_").append(cipher.substring(3));
        boolean gcm = parts[at + 1].equals("GCM");
        name.append(gcm ? "_GCM_" : "_CBC_").append(parts[parts.length - 1]);
        return name.toString();
    }
}
