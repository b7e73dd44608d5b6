package org.althing.vote.tcp;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.althing.vote.CastResult;
import org.althing.vote.CommandResult;
import org.althing.vote.Counting;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollOption;
import org.althing.vote.PollState;
import org.althing.vote.Refusal;
import org.althing.vote.Results;
import org.althing.vote.Role;
import org.althing.vote.Rules;
import org.althing.vote.Words;
import org.althing.vote.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/**
 * The lines that the door answers with: {@code OK} or {@code ERR}, a code that never changes, values, and a sentence in
 * the language of the connection.
 */
final class Answers {
    private Answers() {}

    static String verdict(CastResult result, @Nullable Poll poll, Language language) {
        String text = sentence(result, poll, language);
        return switch (result) {
            case CastResult.Voted(long seq) -> "OK voted seq=" + seq + " : " + text;
            case CastResult.AlreadyVoted _ -> "ERR already-voted : " + text;
            case CastResult.Refused(Refusal refusal) ->
                "ERR " + refusal.code() + (refusal == Refusal.BUSY ? " retry=1" : "") + " : " + text;
        };
    }

    /** The verdict in words, which is the whole answer in the lab's form. */
    static String sentence(CastResult result, @Nullable Poll poll, Language language) {
        if (poll != null) {
            return Words.verdict(result, poll, language);
        }
        return Words.refused(
                result instanceof CastResult.Refused(Refusal refusal) ? refusal : Refusal.UNKNOWN_POLL, language);
    }

    static String refused(Refusal refusal, Language language) {
        return verdict(new CastResult.Refused(refusal), null, language);
    }

    static String polls(Map<Poll, String> states, Language language) {
        StringBuilder answer = new StringBuilder("OK polls");
        states.forEach((poll, state) ->
                answer.append(' ').append(poll.id()).append('=').append(state));
        String noun =
                Words.in(language, states.size() <= 1 ? "scrutin" : "scrutins", states.size() == 1 ? "poll" : "polls");
        return answer.append(" : ")
                .append(states.size())
                .append(' ')
                .append(noun)
                .toString();
    }

    /** {@code OK poll state=open ete=été hiver=hiver : question}; rules are named where they are not the usual ones. */
    static String poll(Poll poll, Results results, Language language) {
        StringBuilder answer =
                new StringBuilder("OK poll state=").append(results.state().word());
        Rules rules = poll.rules();
        if (!rules.equals(Rules.showOfHands())) {
            answer.append(" counting=").append(rules.counting().word());
            if (rules.counting() instanceof Counting.Multiple(int min, int max)) {
                answer.append(" min=").append(min).append(" max=").append(max);
            } else if (rules.counting() instanceof Counting.Score(int max)) {
                answer.append(" max=").append(max);
            }
            answer.append(" who=").append(word(rules.eligibility()));
            answer.append(" secrecy=").append(word(rules.secrecy()));
            answer.append(" change=").append(word(rules.change()));
        }
        for (PollOption option : poll.options()) {
            answer.append(' ').append(option.key()).append('=').append(value(option.label(language)));
        }
        return answer.append(" : ").append(poll.question(language)).toString();
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static String hasVoted(boolean hasVoted, Language language) {
        return hasVoted
                ? "OK voted : " + Words.in(language, "a voté", "voted")
                : "OK not-voted : " + Words.in(language, "n'a pas voté", "has not voted");
    }

    /** {@code OK results state=open total=3 ete=2 hiver=1 : 3 votes}; {@code shown=no} while counts are hidden. */
    static String results(Results results, Language language) {
        StringBuilder answer = new StringBuilder("OK results state=")
                .append(results.state().word())
                .append(" total=")
                .append(results.total());
        if (results.eligible() != null) {
            answer.append(" eligible=").append(results.eligible());
        }
        if (results.round() > 1) {
            answer.append(" round=").append(results.round());
        }
        if (!results.isShown()) {
            answer.append(" shown=no");
        } else if (results.counted() != results.total()) {
            answer.append(" counted=").append(results.counted());
        }
        results.counts()
                .forEach((key, count) ->
                        answer.append(' ').append(key).append('=').append(count));
        return answer.append(" : ")
                .append(Words.votes(results.total(), language))
                .toString();
    }

    static String command(CommandResult result, Language language) {
        return switch (result) {
            case CommandResult.Done(PollState state) ->
                "OK done state=" + state.word() + " : " + Words.state(state, language);
            case CommandResult.Codes(List<String> codes) ->
                "OK codes n=" + codes.size() + " : " + String.join(" ", codes);
            case CommandResult.Refused refused ->
                "ERR " + refused.reason().code() + " : " + Words.refused(refused, language);
        };
    }

    static String role(Role role, Language language) {
        return role == Role.NOBODY
                ? "ERR forbidden : " + Words.in(language, "jeton inconnu", "unknown token")
                : "OK token role=" + role.word() + " : "
                        + Words.in(language, role == Role.ORGANISER ? "organisateur" : "présentateur", role.word());
    }

    /** The names as a JSON list, because they may hold anything. */
    static String voters(List<String> names) {
        return "OK voters n=" + names.size() + " : " + JsonWriter.write(names);
    }

    static String forbidden(Language language) {
        return command(new CommandResult.Refused(CommandResult.Reason.FORBIDDEN), language);
    }

    static String authenticated(Language language) {
        return "OK auth : " + Words.in(language, "PIN noté pour ce nom", "PIN noted for this name");
    }

    static String watching(Results results, Language language) {
        return "OK watch : " + Words.state(results.state(), language);
    }

    static String spoken(Language language) {
        return "OK lang lang=" + language.code() + " : " + Words.in(language, "français", "English");
    }

    static String notSpoken(Language language) {
        return "ERR syntax : " + Words.in(language, "langues : ", "languages: ") + codes();
    }

    static String pong() {
        return "OK pong";
    }

    static String help() {
        return "OK help : " + VerbLine.HELP;
    }

    static String bye(Language language) {
        return "OK bye : " + Words.in(language, "au revoir", "goodbye");
    }

    static String notHere(String what, Language language) {
        return "ERR unsupported : "
                + Words.in(language, what + " n'existe pas encore sur ce serveur", what + " is not in this server yet");
    }

    static String wrong(String usage, Language language) {
        return "ERR syntax : "
                + (usage.isEmpty()
                        ? Words.in(
                                language,
                                "verbe inconnu ou guillemet ouvert, essayez HELP",
                                "unknown verb or open quote, try HELP")
                        : usage);
    }

    static String tooLong(Language language) {
        return "ERR too-long : " + lineTooLong(language);
    }

    static String lineTooLong(Language language) {
        return Words.in(language, "erreur, ligne de plus de 512 octets", "error, line longer than 512 bytes");
    }

    static String badUtf8(Language language) {
        return "ERR bad-utf8 : "
                + Words.in(language, "erreur, ligne qui n'est pas en UTF-8", "error, line is not UTF-8");
    }

    static String idle(Language language) {
        return "ERR idle : " + idleSentence(language);
    }

    static String idleSentence(Language language) {
        return Words.in(language, "erreur, rien reçu depuis 30 s, fin", "error, nothing received for 30 s, closing");
    }

    /** The lab's form with one word only, such as the starter's digit without a name. */
    static String nameMissing(@Nullable Poll poll) {
        String choice = poll == null
                ? "choix"
                : poll.options().getFirst().label(Language.FRENCH).toLowerCase(Locale.FRENCH);
        return "erreur, il faut un nom et un choix, par exemple : alice " + choice;
    }

    static String binary(Language language) {
        return Words.in(
                language,
                "erreur, cette porte attend du texte : un nom et un choix",
                "error, this door takes text: a name and a choice");
    }

    /** The one HTTP answer of this door, for a browser that came to the wrong port. */
    static String http(@Nullable String webAddress) {
        String where = webAddress == null
                ? "<p>Ici on vote par lignes de texte, pas par HTTP.</p><p lang=\"en\">Votes are lines of text here, not HTTP.</p>"
                : "<p>La page du vote est ici : <a href=\"%1$s\">%1$s</a></p><p lang=\"en\">The ballot page is there.</p>"
                        .formatted(webAddress);
        String page =
                "<!DOCTYPE html><html lang=\"fr\"><meta charset=\"utf-8\"><title>Vote</title>" + where + "</html>\n";
        return String.join(
                "\r\n",
                List.of(
                        webAddress == null ? "HTTP/1.1 400 Bad Request" : "HTTP/1.1 421 Misdirected Request",
                        "Content-Type: text/html; charset=utf-8",
                        "Content-Length: " + page.getBytes(java.nio.charset.StandardCharsets.UTF_8).length,
                        "Connection: close",
                        "",
                        page));
    }

    /** A value, in quotes where it holds a space, a quote or nothing. */
    private static String value(String text) {
        if (!text.isEmpty() && text.chars().noneMatch(c -> c == ' ' || c == '"' || c == '\\')) {
            return text;
        }
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String codes() {
        return String.join(", ", Language.FRENCH.code(), Language.ENGLISH.code());
    }
}
