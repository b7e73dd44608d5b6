package org.althing.tools;

/** {@code completion} and {@code man}: prints what the table of options says in a form for other programs. */
final class TellCommand implements Command {
    private final Program program;
    private final Arguments arguments;
    private final Terminal terminal;

    TellCommand(Program program, Arguments arguments, Terminal terminal) throws UsageException {
        this.program = program;
        this.arguments = arguments;
        this.terminal = terminal;
        if (arguments.operands.size() != 1) {
            throw new UsageException("it is althing " + program.word + " " + program.usage + ".");
        }
    }

    @Override
    public Outcome run() {
        String word = arguments.operands.getFirst();
        boolean known;
        if (program == Program.COMPLETION) {
            known = new Completion(terminal.out()).write(word);
        } else {
            Program asked = Program.of(word);
            known = asked != null;
            if (asked != null) {
                new ManualPage(terminal.out()).write(asked, word.startsWith("mosquitto_"));
            }
        }
        terminal.flush();
        if (!known) {
            terminal.error(program.althingName() + ": \"" + word + "\" is none of "
                    + (program == Program.COMPLETION ? "bash, zsh, fish" : "the commands that have a page"));
        }
        return known ? Outcome.DONE : Outcome.USAGE;
    }

    @Override
    public void stop() {
        // It is over in a moment.
    }
}
