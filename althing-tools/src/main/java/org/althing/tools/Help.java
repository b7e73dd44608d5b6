package org.althing.tools;

/** What {@code --help} and {@code --version} say, from the table of options. */
final class Help {
    private static final int COLUMN = 34;

    private Help() {}

    static void write(Program program, boolean mosquitto, Terminal terminal) {
        String name = mosquitto ? program.mosquittoName() : program.althingName();
        ByteSink out = terminal.out();
        out.put(name).put(' ').put(program.what).put(".\n\nUsage: ");
        out.put(name).put(' ').put(program.usage).put("\n\n");
        for (Option option : Option.values()) {
            if (option.isOf(program) && !option.what.isEmpty()) {
                line(option, out);
            }
        }
        out.put(Option.FORMAT.isOf(program) ? formats() : "");
        terminal.flush();
    }

    private static void line(Option option, ByteSink out) {
        StringBuilder words = new StringBuilder("  ");
        words.append(option.shortForm == null ? "    " : option.shortForm);
        if (option.longForm != null) {
            words.append(option.shortForm == null ? "" : ", ").append(option.longForm);
        }
        if (option.value != null) {
            words.append(' ').append(option.value);
        }
        out.put(words.toString())
                .fill(' ', Math.max(1, COLUMN - words.length()))
                .put(option.what)
                .put('\n');
    }

    static String formats() {
        return """

                Formats of -F: %t topic, %p payload, %l its length, %x %X its bytes in hexadecimal, %j %J all as JSON
                with the payload as text or as JSON, %q QoS, %r retained, %m message id, %I %U time; of MQTT 5:
                %A alias, %C content type, %D correlation data, %E expiry, %F payload format, %P user properties,
                %R response topic, %S subscription id; %% percent, @Y and so on as strftime, \\n \\t \\\\ and so on.
                %f %d the payload as the bytes of a float or double. Between % and the letter: - (left), 0 (zeros),
                width, .precision; %.2:x puts a colon behind every two digits.
                """;
    }

    static void version(Program program, boolean mosquitto, Terminal terminal) {
        String version = Help.class.getPackage().getImplementationVersion();
        terminal.line((mosquitto ? program.mosquittoName() : program.althingName()) + " version "
                + (version == null ? "development" : version) + " (Althing).");
    }
}
