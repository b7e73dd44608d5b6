package org.althing.tools;

import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.random.RandomGenerator;
import javax.naming.Context;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;

/**
 * Where a domain's broker is, as its SRV records say (RFC 2782): {@code _mqtt._tcp}, or {@code _secure-mqtt._tcp} where TLS
 * is wanted. As in Mosquitto, a certificate then is for the host that the record names: who can forge DNS answers can name
 * another.
 *
 * @param host of the broker
 * @param port of the broker
 */
record ServiceRecord(String host, int port) {
    private record Weighted(ServiceRecord record, int priority, int weight) {}

    /**
     * Asks the system's name server, once. Of several records those with the lowest priority count, by their weight.
     *
     * @throws UsageException if there is none
     */
    static ServiceRecord find(String domain, boolean secure, RandomGenerator random) throws UsageException {
        String name = (secure ? "_secure-mqtt" : "_mqtt") + "._tcp." + domain;
        try {
            return chosen(records(name), random);
        } catch (NamingException | IllegalArgumentException e) {
            throw new UsageException(
                    "-S: no SRV record " + name + " (" + reason(e) + "): name the broker itself with -h and -p.",
                    "Unable to connect (Lookup error.).");
        }
    }

    private static String reason(Exception failure) {
        String message = failure.getMessage();
        return message == null || message.isEmpty() ? failure.getClass().getSimpleName() : message;
    }

    @SuppressWarnings(
            "BanJNDI") // the JDK's DNS provider answers with the text of records; no object comes over the network
    private static List<Weighted> records(String name) throws NamingException {
        Hashtable<String, String> environment = new Hashtable<>();
        environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        InitialDirContext dns = new InitialDirContext(environment);
        List<Weighted> records = new ArrayList<>();
        try {
            Attribute found = dns.getAttributes(name, new String[] {"SRV"}).get("SRV");
            NamingEnumeration<?> lines = found == null ? null : found.getAll();
            while (lines != null && lines.hasMore()) {
                records.add(record(String.valueOf(lines.next())));
            }
        } finally {
            dns.close();
        }
        records.removeIf(each -> each.record.host.isEmpty()); // "." says: not here
        return records;
    }

    /** {@code 10 60 1883 broker.example.org.}: priority, weight, port, target. */
    private static Weighted record(String line) {
        String[] parts = line.split(" ");
        if (parts.length != 4) {
            throw new IllegalArgumentException("a record that cannot be read: " + line);
        }
        String target = parts[3].endsWith(".") ? parts[3].substring(0, parts[3].length() - 1) : parts[3];
        return new Weighted(
                new ServiceRecord(target, Integer.parseInt(parts[2])),
                Integer.parseInt(parts[0]),
                Integer.parseInt(parts[1]));
    }

    private static ServiceRecord chosen(List<Weighted> all, RandomGenerator random) {
        int first = all.stream()
                .mapToInt(Weighted::priority)
                .min()
                .orElseThrow(() -> new IllegalArgumentException("it names no host"));
        List<Weighted> best =
                all.stream().filter(each -> each.priority == first).toList();
        int sum = best.stream().mapToInt(each -> each.weight + 1).sum(); // a weight of 0 has a small chance too
        int at = random.nextInt(sum);
        for (Weighted each : best) {
            at -= each.weight + 1;
            if (at < 0) {
                return each.record;
            }
        }
        throw new IllegalStateException("weights do not add up");
    }
}
