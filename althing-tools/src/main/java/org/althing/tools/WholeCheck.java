package org.althing.tools;

import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;

/** What only the whole command line can tell: options that need or exclude each other, and those that Java cannot serve. */
final class WholeCheck {
    private static final long NEVER_EXPIRES = 0xFFFF_FFFFL;
    private static final int RECEIVE_MAXIMUM_OF_LIBMOSQUITTO = 20;

    private final Program program;
    private final Arguments arguments;
    private final boolean mosquitto;

    WholeCheck(Program program, Arguments arguments, boolean mosquitto) {
        this.program = program;
        this.arguments = arguments;
        this.mosquitto = mosquitto;
    }

    void check() throws UsageException {
        checkNames();
        checkTls();
        checkSession();
        switch (program) {
            case PUB -> checkPub();
            case SUB -> checkSub();
            case RR -> checkRr();
            default -> {}
        }
        OutputFormat format = arguments.format();
        if (format != null) {
            format.finish(!has(Option.NO_NEWLINE), has(Option.PRETTY));
        }
    }

    private boolean has(Option option) {
        return arguments.has(option);
    }

    private static void refuseIf(boolean wrong, String why) throws UsageException {
        if (wrong) {
            throw new UsageException(why);
        }
    }

    private void checkNames() throws UsageException {
        refuseIf(has(Option.ID) && has(Option.ID_PREFIX), "-i and -I argument cannot be used together.");
        boolean will = has(Option.WILL_TOPIC);
        refuseIf(!will && has(Option.WILL_PAYLOAD), "Will payload given, but no will topic given.");
        refuseIf(!will && has(Option.WILL_RETAIN), "Will retain given, but no will topic given.");
        int passwords = (has(Option.PASSWORD) ? 1 : 0)
                + (has(Option.PASSWORD_FILE) ? 1 : 0)
                + (has(Option.PASSWORD_ENV) ? 1 : 0)
                + (has(Option.PASSWORD_ASK) ? 1 : 0);
        refuseIf(passwords > 1, "Only one of -P, --pw-file, --pw-env and --pw-ask can say the password.");
        boolean five = arguments.version.hasProperties();
        refuseIf(!five && passwords > 0 && !has(Option.USER), "-P needs a user name (-u) before MQTT 5.");
        refuseIf(has(Option.SRV) && !has(Option.HOST), "-S needs the domain whose broker it is to find: -h.");
    }

    private void checkTls() throws UsageException {
        refuseIf(
                has(Option.CERT) != has(Option.KEY),
                "Both certfile and keyfile must be provided if one of them is set.");
        String form = arguments.text(Option.KEYFORM);
        refuseIf(form != null && !has(Option.KEY), "If keyform is set, keyfile must be also specified.");
        boolean engine = has(Option.TLS_ENGINE);
        refuseIf(
                has(Option.TLS_ENGINE_KPASS) && (form == null || !engine),
                "when using tls-engine-kpass-sha1, both tls-engine and keyform must also be provided.");
        refuseIf(
                form != null && !form.equals("pem") && !form.equals("engine"),
                "Problem setting key form, it must be one of 'pem' or 'engine'.");
        refuseIf(
                engine || "engine".equals(form),
                "OpenSSL's engines do not exist in Java: --key takes a file in PEM form.");
        boolean authorities = has(Option.CAFILE) || has(Option.CAPATH);
        refuseIf(authorities && has(Option.PSK), "Only one of --psk or --cafile/--capath may be used at once.");
        refuseIf(has(Option.PSK) && !has(Option.PSK_IDENTITY), "--psk-identity required if --psk used.");
        refuseIf(
                has(Option.PSK) || has(Option.PSK_IDENTITY),
                "Java's TLS has no pre-shared keys: connect with a certificate (--cafile) instead of --psk.");
        String ciphers = arguments.text(Option.CIPHERS);
        if (ciphers != null) {
            arguments.set(Option.CIPHERS, CipherNames.toJava(ciphers));
        }
    }

    private void checkSession() throws UsageException {
        boolean clean = !has(Option.PERSISTENT);
        boolean named = has(Option.ID);
        if (arguments.version != ProtocolVersion.MQTT_5) {
            refuseIf(!clean && !named, "You must provide a client id if you are using the -c option.");
            return;
        }
        long expiry = arguments.number(Option.SESSION_EXPIRY, clean ? 0 : NEVER_EXPIRES);
        refuseIf(
                expiry == NEVER_EXPIRES && !named,
                "You must provide a client id if you are using an infinite session expiry interval.");
        if (expiry > 0) {
            arguments.connectProperties.set(Property.SESSION_EXPIRY_INTERVAL, expiry);
        }
        long count = program == Program.RR ? 1 : arguments.number(Option.COUNT, 0);
        if (count > 0
                && count < RECEIVE_MAXIMUM_OF_LIBMOSQUITTO
                && !arguments.connectProperties.build().has(Property.RECEIVE_MAXIMUM)) {
            // Mosquitto does the same: the broker is not to send more than is wanted.
            arguments.connectProperties.set(Property.RECEIVE_MAXIMUM, count);
        }
    }

    private boolean hasSource() {
        return has(Option.FILE)
                || has(Option.MESSAGE)
                || has(Option.NULL_MESSAGE)
                || has(Option.STDIN)
                || has(Option.STDIN_LINES)
                || has(Option.TEMPLATE);
    }

    private void checkPub() throws UsageException {
        refuseIf(!has(Option.TOPIC) || !hasSource(), "Both topic and message must be supplied.");
        boolean lines = has(Option.STDIN_LINES);
        refuseIf(arguments.number(Option.REPEAT, 1) > 1 && lines, "--repeat makes no sense with -l.");
        refuseIf(has(Option.EVERY) && lines, "--every makes no sense with -l.");
        refuseIf(has(Option.EVERY) && has(Option.REPEAT), "Only one of --every and --repeat makes sense.");
        refuseIf(has(Option.TIMES) && !has(Option.EVERY), "--count needs --every.");
        String template = arguments.text(Option.TEMPLATE);
        if (template != null) {
            Template.check(template);
        }
    }

    private void checkSub() throws UsageException {
        refuseIf(
                !has(Option.FILTER) && !has(Option.UNSUBSCRIBE),
                "You must specify a topic to subscribe to (-t) or unsubscribe from (-U).");
        refuseIf(
                has(Option.NO_RETAINED) && has(Option.RETAINED_ONLY),
                "Combining '-R' and '--retained-only' makes no sense.");
        refuseIf(
                !mosquitto
                        && (has(Option.RETAIN_AS_PUBLISHED) || has(Option.RETAIN_HANDLING))
                        && arguments.version != ProtocolVersion.MQTT_5,
                "--retain-as-published and --retain-handling need -V 5.");
        refuseIf(has(Option.JSON) && has(Option.FORMAT), "Only one of --json and -F makes sense.");
    }

    private void checkRr() throws UsageException {
        refuseIf(
                !has(Option.TOPIC) || !hasSource() || !has(Option.RESPONSE_TOPIC),
                "All of topic, message, and response topic must be supplied.");
    }
}
