package org.althing.tools;

/** Completion for bash, zsh and fish, from the table of options. */
final class Completion {
    private static final String[] OTHERS = {"up", "broker", "vote", "scram", "data", "demo", "warm", "help", "version"};

    private final ByteSink out;

    Completion(ByteSink out) {
        this.out = out;
    }

    /** Returns false if there is none for that shell. */
    boolean write(String shell) {
        switch (shell) {
            case "bash" -> bash();
            case "zsh" -> zsh();
            case "fish" -> fish();
            default -> {
                return false;
            }
        }
        return true;
    }

    private static boolean isOffered(Option option, Program program) {
        return option.isOf(program) && !option.what.isEmpty();
    }

    private static String commands() {
        StringBuilder words = new StringBuilder();
        for (Program program : Program.values()) {
            words.append(words.isEmpty() ? "" : " ").append(program.word);
        }
        for (String other : OTHERS) {
            words.append(' ').append(other);
        }
        return words.toString();
    }

    private static String options(Program program) {
        StringBuilder words = new StringBuilder();
        for (Option option : Option.values()) {
            if (isOffered(option, program)) {
                add(words, option.shortForm);
                add(words, option.longForm);
            }
        }
        return words.toString();
    }

    private static void add(StringBuilder words, @org.jspecify.annotations.Nullable String word) {
        if (word != null) {
            words.append(words.isEmpty() ? "" : " ").append(word);
        }
    }

    /** What may stand where the operands are. */
    private static String operands(Program program) {
        return switch (program) {
            case CTRL -> "broker listListeners listPlugins";
            case BENCH -> "pub sub fan-in fan-out connect latency";
            case COMPLETION -> "bash zsh fish";
            case MAN -> commands();
            default -> "";
        };
    }

    private static boolean hasFileOperand(Program program) {
        return program == Program.PASSWD || program == Program.RECORD || program == Program.REPLAY;
    }

    // ---- bash ----------------------------------------------------------------------------------------------------

    private void bash() {
        out.put("# bash completion of althing: source <(althing completion bash)\n_althing() {\n"
                + "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command words values=\n"
                + "  command=${COMP_WORDS[0]##*/}\n"
                + "  case $command in\n    mosquitto_*) command=${command#mosquitto_} ;;\n"
                + "    *)\n      command=${COMP_WORDS[1]}\n"
                + "      if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W \"" + commands()
                + "\" -- \"$cur\"))\n        return\n      fi\n      ;;\n  esac\n  case $command in\n");
        for (Program program : Program.values()) {
            out.put("    ")
                    .put(program.word)
                    .put(")\n      words=\"")
                    .put(options(program))
                    .put("\"\n      case $prev in\n");
            for (Option option : Option.values()) {
                if (isOffered(option, program) && option.value != null) {
                    bashValue(option);
                }
            }
            out.put("      esac\n");
            if (!operands(program).isEmpty()) {
                out.put("      [[ $cur == -* ]] || values=\"" + operands(program) + "\"\n");
            } else if (hasFileOperand(program)) {
                out.put("      [[ $cur == -* ]] || { COMPREPLY=($(compgen -f -- \"$cur\")); return; }\n");
            }
            out.put("      ;;\n");
        }
        out.put("  esac\n  COMPREPLY=($(compgen -W \"${values:-$words}\" -- \"$cur\"))\n}\n");
        out.put("complete -F _althing althing");
        for (Program program : Program.values()) {
            if (program.isMosquittos()) {
                out.put(' ').put(program.mosquittoName());
            }
        }
        out.put('\n');
    }

    private void bashValue(Option option) {
        String action = switch (option.check.kind()) {
            case FILE -> "COMPREPLY=($(compgen -f -- \"$cur\")); return";
            case FOLDER -> "COMPREPLY=($(compgen -d -- \"$cur\")); return";
            case TOPIC_NAME, TOPIC_FILTER -> "COMPREPLY=(); return";
            default ->
                option == Option.HOST
                        ? "COMPREPLY=($(compgen -A hostname -- \"$cur\")); return"
                        : option.check.words().isEmpty()
                                ? "COMPREPLY=(); return"
                                : "COMPREPLY=($(compgen -W \"" + option.check.words() + "\" -- \"$cur\")); return";
        };
        out.put("        ").put(names(option, " | ")).put(") ").put(action).put(" ;;\n");
    }

    private static String names(Option option, String between) {
        String first = option.shortForm == null ? "" : option.shortForm;
        String second = option.longForm == null ? "" : option.longForm;
        return first.isEmpty() || second.isEmpty() ? first + second : first + between + second;
    }

    // ---- zsh -----------------------------------------------------------------------------------------------------

    private void zsh() {
        out.put("#compdef althing");
        for (Program program : Program.values()) {
            out.put(program.isMosquittos() ? " " + program.mosquittoName() : "");
        }
        out.put("\n# zsh completion of althing: source <(althing completion zsh)\n_althing() {\n"
                + "  local command=${words[1]:t}\n  case $command in\n    mosquitto_*) command=${command#mosquitto_} ;;\n"
                + "    *)\n      if (( CURRENT == 2 )); then\n        local -a commands=(\n");
        for (Program program : Program.values()) {
            out.put("          '")
                    .put(program.word)
                    .put(":")
                    .put(quoted(program.what))
                    .put("'\n");
        }
        for (String other : OTHERS) {
            out.put("          '").put(other).put("'\n");
        }
        out.put(
                "        )\n        _describe command commands\n        return\n      fi\n"
                        + "      command=${words[2]}\n      shift words\n      (( CURRENT-- ))\n      ;;\n  esac\n  case $command in\n");
        for (Program program : Program.values()) {
            out.put("    ").put(program.word).put(")\n      _arguments -s");
            for (Option option : Option.values()) {
                if (isOffered(option, program)) {
                    zshOption(option, option.shortForm);
                    zshOption(option, option.longForm);
                }
            }
            if (!operands(program).isEmpty()) {
                out.put(" \\\n        '*:" + program.operands + ":(" + operands(program) + ")'");
            } else if (hasFileOperand(program)) {
                out.put(" \\\n        '*:file:_files'");
            }
            out.put("\n      ;;\n");
        }
        out.put(
                "  esac\n}\nif [ \"$funcstack[1]\" = _althing ]; then\n  _althing \"$@\"\nelse\n  compdef _althing althing");
        for (Program program : Program.values()) {
            out.put(program.isMosquittos() ? " " + program.mosquittoName() : "");
        }
        out.put("\nfi\n");
    }

    private void zshOption(Option option, @org.jspecify.annotations.Nullable String name) {
        if (name == null) {
            return;
        }
        String what =
                quoted(option.what).replace("[", "\\[").replace("]", "\\]").replace(":", "\\:");
        out.put(" \\\n        '")
                .put(option.repeats() ? "*" : "")
                .put(name)
                .put('[')
                .put(what)
                .put(']');
        if (option.value != null) {
            out.put(':').put(quoted(option.value)).put(':').put(zshValue(option));
        }
        out.put('\'');
    }

    private static String zshValue(Option option) {
        return switch (option.check.kind()) {
            case FILE -> "_files";
            case FOLDER -> "_files -/";
            case TOPIC_NAME, TOPIC_FILTER -> "";
            default ->
                option == Option.HOST
                        ? "_hosts"
                        : option.check.words().isEmpty() ? "" : "(" + option.check.words() + ")";
        };
    }

    private static String quoted(String text) {
        return text.replace("'", "'\\''");
    }

    // ---- fish ----------------------------------------------------------------------------------------------------

    private void fish() {
        out.put("# fish completion of althing: althing completion fish | source\n");
        for (Program program : Program.values()) {
            out.put("complete -c althing -n __fish_use_subcommand -f -a ")
                    .put(program.word)
                    .put(" -d '");
            out.put(fishQuoted(program.what)).put("'\n");
        }
        for (String other : OTHERS) {
            out.put("complete -c althing -n __fish_use_subcommand -f -a ")
                    .put(other)
                    .put("\n");
        }
        for (Program program : Program.values()) {
            String condition = "complete -c althing -n '__fish_seen_subcommand_from " + program.word + "'";
            fishOptions(program, condition);
            if (program.isMosquittos()) {
                fishOptions(program, "complete -c " + program.mosquittoName());
            }
        }
    }

    private void fishOptions(Program program, String start) {
        if (!operands(program).isEmpty()) {
            out.put(start).put(" -f -a '").put(operands(program)).put("'\n");
        }
        for (Option option : Option.values()) {
            if (!isOffered(option, program)) {
                continue;
            }
            out.put(start);
            out.put(option.shortForm == null ? "" : " -s " + option.shortForm.substring(1));
            out.put(option.longForm == null ? "" : " -l " + option.longForm.substring(2));
            if (option.value != null) {
                Check.Kind kind = option.check.kind();
                boolean path = kind == Check.Kind.FILE || kind == Check.Kind.FOLDER;
                boolean words = kind != Check.Kind.TOPIC_NAME
                        && kind != Check.Kind.TOPIC_FILTER
                        && !option.check.words().isEmpty();
                out.put(path ? " -r" : " -x");
                out.put(words ? " -a '" + option.check.words() + "'" : "");
                out.put(option == Option.HOST ? " -a '(__fish_print_hostnames)'" : "");
            } else {
                out.put(" -f");
            }
            out.put(" -d '").put(fishQuoted(option.what)).put("'\n");
        }
    }

    private static String fishQuoted(String text) {
        return text.replace("\\", "\\\\").replace("'", "\\'");
    }
}
