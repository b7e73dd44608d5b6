package org.althing.tools;

import java.util.Locale;

/** A page for man(1), from the table of options. */
final class ManualPage {
    private final ByteSink out;

    ManualPage(ByteSink out) {
        this.out = out;
    }

    void write(Program program, boolean mosquitto) {
        String name = mosquitto ? program.mosquittoName() : "althing-" + program.word;
        String spoken = mosquitto ? program.mosquittoName() : program.althingName();
        out.put(".TH ").put(name.toUpperCase(Locale.ROOT).replace("-", "\\-")).put(" 1 \"\" Althing \"Althing\"\n");
        out.put(".SH NAME\n")
                .put(escaped(name))
                .put(" \\- ")
                .put(escaped(program.what))
                .put('\n');
        out.put(".SH SYNOPSIS\n.B ")
                .put(escaped(spoken))
                .put('\n')
                .put(escaped(program.usage))
                .put('\n');
        out.put(".SH OPTIONS\n");
        for (Option option : Option.values()) {
            if (option.isOf(program) && !option.what.isEmpty()) {
                option(option);
            }
        }
        if (Option.FORMAT.isOf(program)) {
            out.put(".SH FORMATS\n").put(escaped(Help.formats().strip())).put('\n');
        }
        if (program.hasOptionsFile()) {
            out.put(".SH FILES\n")
                    .put(escaped("Under the name " + program.mosquittoName()
                            + " options are also read from $XDG_CONFIG_HOME/" + program.mosquittoName()
                            + " or $HOME/.config/"
                            + program.mosquittoName() + ", one a line."))
                    .put('\n');
        }
        out.put(".SH ENVIRONMENT\n")
                .put(escaped("NO_COLOR: no colours, whatever the terminal can. ALTHING_KEY_PASSWORD: the"
                        + " password of an encrypted --key."))
                .put('\n');
        out.put(".SH EXIT STATUS\n")
                .put(escaped(mosquitto ? MOSQUITTOS_STATUS : program == Program.DOCTOR ? DOCTORS : STATUS));
        out.put("\n.SH SEE ALSO\n")
                .put(escaped("althing help; docs/commands.md of the distribution."))
                .put('\n');
    }

    private static final String STATUS =
            "0 done; 1 another failure; 2 wrong usage; 3 name or network; 4 TLS; 5 refused at"
                    + " connecting; 6 a message, a subscription or a command refused; 7 connection lost; 27 time is over; 130"
                    + " interrupted.";
    private static final String MOSQUITTOS_STATUS =
            "As Mosquitto's program of this name: 0 done; 1 usage, no broker; the"
                    + " return or reason code of a refused connection; 7 connection lost; 8 TLS; 16 proxy; 27 time is over. Not 0"
                    + " where that one hides a failure: the reason code of a refused message or subscription.";
    private static final String DOCTORS =
            "0 all is well; otherwise the first step that fails: 10 name, 11 network, 12 TLS, 13"
                    + " WebSocket, 14 versions, 15 login, 17 rights, 18 round trip; 2 wrong usage.";

    private void option(Option option) {
        out.put(".TP\n");
        StringBuilder words = new StringBuilder();
        if (option.shortForm != null) {
            words.append("\\fB").append(escaped(option.shortForm)).append("\\fR");
        }
        if (option.longForm != null) {
            words.append(words.isEmpty() ? "" : ", ")
                    .append("\\fB")
                    .append(escaped(option.longForm))
                    .append("\\fR");
        }
        if (option.value != null) {
            words.append(" \\fI").append(escaped(option.value)).append("\\fR");
        }
        out.put(words.toString()).put('\n').put(escaped(option.what)).put('\n');
    }

    /** Backslashes and hyphens mean something else to troff, and so do dots and quotes at the start of a line. */
    private static String escaped(String text) {
        String safe = text.replace("\\", "\\e").replace("-", "\\-");
        StringBuilder lines = new StringBuilder();
        for (String line : safe.split("\n")) {
            boolean command = line.startsWith(".") || line.startsWith("'");
            lines.append(lines.isEmpty() ? "" : "\n")
                    .append(command ? "\\&" : "")
                    .append(line);
        }
        return lines.toString();
    }
}
