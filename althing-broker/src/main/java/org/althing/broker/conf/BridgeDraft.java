package org.althing.broker.conf;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One bridge, in the making: as much of it as mistakes in it are to be found. */
final class BridgeDraft {
    private static final List<String> DIRECTIONS = List.of("out", "in", "both");

    final String name;
    final Directive declared;
    boolean hasAddress;
    boolean hasTopic;

    @Nullable
    String remoteClientId;

    @Nullable
    String localClientId;

    @Nullable
    String identity;

    @Nullable
    String psk;

    boolean hasCertificates;

    BridgeDraft(String name, Directive declared) {
        this.name = name;
        this.declared = declared;
    }

    static void address(ConfBuilder conf, Directive line) throws ConfException {
        BridgeDraft bridge = conf.bridge();
        if (bridge.hasAddress) {
            throw new ConfException("Invalid bridge configuration, 'address' only allowed once.", line);
        }
        if (line.value().isBlank()) {
            throw new ConfException("Empty address value in configuration.", line);
        }
        for (String address : Values.words(line)) {
            if (address.startsWith("#")) {
                break;
            }
            int colon = address.lastIndexOf(':');
            if (colon >= 0) {
                requirePort(address.substring(colon + 1), line);
            }
            bridge.hasAddress = true;
        }
        if (!bridge.hasAddress) {
            throw new ConfException("Empty address value in configuration.", line);
        }
    }

    private static void requirePort(String port, Directive line) throws ConfException {
        int number = port.matches("[0-9]{1,5}") ? Integer.parseInt(port) : 0;
        if (number < 1 || number > 65_535) {
            throw new ConfException("Invalid bridge port value (" + port + ").", line);
        }
    }

    /** {@code topic PATTERN [DIRECTION [QOS [LOCAL [REMOTE]]]]}; a pattern with blanks stands in quotes. */
    static void topic(ConfBuilder conf, Directive line) throws ConfException {
        List<String> words = Values.words(line);
        List<String> rest = words.subList(1, words.size());
        String first = words.getFirst();
        if (first.startsWith("\"") && !first.equals("\"\"") && !(first.length() > 1 && first.endsWith("\""))) {
            int close = line.value().indexOf('"', line.value().indexOf('"') + 1);
            if (close < 0) {
                throw new ConfException("Missing closing quote in topic value (" + words.getLast() + ").", line);
            }
            String behind = line.value().substring(close + 1);
            rest = behind.isBlank()
                    ? List.of()
                    : Values.words(new Directive(line.file(), line.line(), line.name(), behind));
        }
        if (!rest.isEmpty() && DIRECTIONS.stream().noneMatch(rest.getFirst()::equalsIgnoreCase)) {
            throw new ConfException("Invalid bridge topic direction '" + rest.getFirst() + "'.", line);
        }
        if (rest.size() > 1 && !rest.get(1).startsWith("#") && !rest.get(1).matches("[0-2]")) {
            throw new ConfException("Invalid bridge QoS level '" + rest.get(1) + "'.", line);
        }
        conf.bridge().hasTopic = true;
    }

    void certificates(Directive line) throws ConfException {
        if (identity != null || psk != null) {
            throw new ConfException(
                    "'" + line.name() + "': Cannot use both certificate and psk encryption in a single bridge.", line);
        }
        hasCertificates = true;
    }

    void requireNoCertificates(Directive line) throws ConfException {
        if (hasCertificates) {
            throw new ConfException(
                    "'" + line.name() + "': Cannot use both certificate and identity encryption in a single bridge.",
                    line);
        }
    }

    /** The identifier that it has on this side, as far as it can be told apart from those of others. */
    String localId() {
        String remote = remoteClientId == null ? "." + name : remoteClientId;
        return localClientId == null ? "local." + remote : localClientId;
    }

    /** What Mosquitto looks at when it has read everything. */
    static void check(List<BridgeDraft> bridges) throws ConfException {
        for (BridgeDraft bridge : bridges) {
            bridge.requireComplete();
        }
        for (int i = 0; i < bridges.size(); i++) {
            for (int j = i + 1; j < bridges.size(); j++) {
                if (bridges.get(i).localId().equals(bridges.get(j).localId())) {
                    throw new ConfException(
                            "Bridge local_clientid '" + bridges.get(i).localId()
                                    + "' is not unique. Try changing or setting the local_clientid value for one of the"
                                    + " bridges.");
                }
            }
        }
        if (!bridges.isEmpty()) {
            BridgeDraft first = bridges.getFirst();
            throw new ConfException(
                    "Bridge '" + first.name + "' cannot be served: this version of Althing has no bridges.",
                    first.declared);
        }
    }

    private void requireComplete() throws ConfException {
        String missing = null;
        if (!hasAddress) {
            missing = "no remote addresses defined";
        } else if (!hasTopic) {
            missing = "no topics defined";
        } else if (psk != null && identity == null) {
            missing = "missing bridge_identity";
        } else if (identity != null && psk == null) {
            missing = "missing bridge_psk";
        }
        if (missing != null) {
            throw new ConfException("Invalid bridge configuration: " + missing + ".", declared);
        }
    }
}
