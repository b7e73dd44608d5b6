package org.althing.vote;

/** How a voter shows who they are. What is proven elsewhere (by a broker, by TLS) says so; the rest is checked here. */
public sealed interface Proof {
    /** A name is only claimed. */
    record None() implements Proof {}

    /**
     * The secret of a roster's voter.
     *
     * @param source whence it came, such as an address: wrong ones are counted by it
     */
    record Pin(String pin, String source) implements Proof {}

    /** A one-time code, which stands for the voter. */
    record Code(String code, String source) implements Proof {}

    /** The user name that the MQTT broker knows the sender by. */
    record MqttUser(String name) implements Proof {}

    /** The common name of a client certificate that TLS verified. */
    record Certificate(String name) implements Proof {}

    /** A name that is only claimed. */
    static Proof none() {
        return new None();
    }
}
