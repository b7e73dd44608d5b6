package org.althing.vote.tcp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.althing.vote.Ballot;
import org.althing.vote.BallotBox;
import org.althing.vote.CastResult;
import org.althing.vote.CommandResult;
import org.althing.vote.CommandText;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollCommand;
import org.althing.vote.Refusal;
import org.althing.vote.Results;
import org.althing.vote.Role;
import org.althing.vote.VoterName;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the TCP door.
 *
 * <h2>Two forms on one port</h2>
 *
 * The first line decides: a tag, a verb in capitals, or a single word that is a verb mean the verb form; everything else
 * is the lab's {@code name choice}, whose answers are the bare French sentences.
 *
 * <h2>Where a line ends</h2>
 *
 * At LF, and at the end of input. A lab's client that sends no LF and then waits for its answer would wait for ever, so
 * in the lab's form a line also ends after {@link #SILENCE_NANOS} of silence, if its last word is one option and cannot
 * become another one; otherwise only the limit of {@link #IDLE_NANOS} ends it.
 */
final class LineConnection implements TransportListener {
    private static final Pattern HTTP = Pattern.compile("[A-Z]+ .* HTTP/[0-9.]+");
    static final long SILENCE_NANOS = 250_000_000L;
    static final long IDLE_NANOS = 30_000_000_000L;
    static final long LOBBY_NANOS = 1_000_000_000L;

    private enum Form {
        UNKNOWN,
        VERBS,
        LAB
    }

    private final TcpDoor door;
    private final BallotBox box;
    private final Transport transport;
    private final EventLoop loop;
    private final boolean inLobby;

    private final LineInput input = new LineInput();
    private final AnswerQueue answers = new AnswerQueue(this::send);
    private Form form = Form.UNKNOWN;
    private Language language = Language.FRENCH;
    private Role role = Role.NOBODY;
    private final LineVoter voter;
    private boolean endOfInput;
    private boolean ending;
    private boolean closed;
    private boolean flushAsked;
    private boolean watching;
    /** Lines may be waiting in {@code input}, because too many answers are outstanding. */
    private boolean paused;

    private boolean reading = true;
    private long heardAtNanos;
    private final Map<String, Results> unseen = new LinkedHashMap<>();
    private final Map<String, Results> shown = new HashMap<>();
    private EventLoop.@Nullable Timer silence;
    private EventLoop.@Nullable Timer idle;

    LineConnection(TcpDoor door, Transport transport, boolean inLobby) {
        this.door = door;
        this.box = door.box();
        this.transport = transport;
        this.loop = transport.loop();
        this.inLobby = inLobby;
        this.voter = new LineVoter(transport);
        this.heardAtNanos = loop.clock().nanos();
        this.idle = loop.schedule(inLobby ? LOBBY_NANOS : IDLE_NANOS, this::onIdle);
    }

    // ---------------------------------------------------------------------------------------------- bytes in

    @Override
    public void onBytes(ByteBuffer bytes) {
        heardAtNanos = loop.clock().nanos();
        if (ending) {
            bytes.position(bytes.limit());
            return;
        }
        input.add(bytes);
        takeLines();
    }

    @Override
    public boolean onEndOfInput() {
        endOfInput = true;
        takeLines();
        return true;
    }

    private void takeLines() {
        if (silence != null) {
            silence.cancel();
            silence = null;
        }
        paused = false;
        if (!ending && form == Form.UNKNOWN && door.options().labBinary() && input.isBinary()) {
            onBinary(); // before lines are cut: the length of a name may look like the end of one
            feel();
            return;
        }
        while (!ending) {
            if (answers.isFull()) {
                paused = true;
                break;
            }
            byte[] line = input.nextLine();
            if (line == null) {
                onBegunLine();
                break;
            }
            onLine(line);
        }
        feel();
    }

    /** All whole lines are taken: what about the rest? */
    private void onBegunLine() {
        if (endOfInput) {
            byte[] rest = input.endLine();
            if (rest.length > 0) {
                onLine(rest);
            }
            ending = true;
            closeWhenAnswered();
        } else if (form == Form.UNKNOWN && input.isBinary()) {
            onBinary();
        } else if (form != Form.VERBS && !input.isEmpty()) {
            silence = loop.schedule(SILENCE_NANOS, this::onSilence);
        }
    }

    private void onSilence() {
        silence = null;
        if (ending) {
            return;
        }
        String line = text(input.begun());
        if (form == Form.UNKNOWN && VerbLine.isMeant(line)) {
            return;
        }
        LabLine lab = LabLine.parse(line, nameless());
        Poll poll = door.labPoll();
        if (lab != null && poll != null && poll.optionNames().isUnmistakable(lab.choice())) {
            onLine(input.endLine());
        }
        feel();
    }

    private void onIdle() {
        idle = null;
        long left = inLobby ? 0 : IDLE_NANOS - (loop.clock().nanos() - heardAtNanos);
        if (ending) {
            transport.abort(); // the peer had its time to read the answers
        } else if (watching || !answers.isEmpty()) {
            idle = loop.schedule(IDLE_NANOS, this::onIdle);
        } else if (left > 0) {
            idle = loop.schedule(left, this::onIdle);
        } else {
            end();
        }
    }

    /** Nothing more is waited for: a line of the lab that has begun counts as whole. */
    private void end() {
        byte[] rest = input.endLine();
        String begun = text(rest);
        if (rest.length > 0 && (form == Form.LAB || form == Form.UNKNOWN && !VerbLine.isMeant(begun))) {
            onLine(rest);
        } else if (inLobby) {
            turnAway(false);
        } else {
            answers.next().answer(form == Form.LAB ? Answers.idleSentence(Language.FRENCH) : Answers.idle(language));
        }
        ending = true;
        closeWhenAnswered();
    }

    // ---------------------------------------------------------------------------------------------- lines

    private void onLine(byte[] line) {
        if (line == LineInput.TOO_LONG) {
            answers.next().answer(form == Form.LAB ? Answers.lineTooLong(Language.FRENCH) : Answers.tooLong(language));
            if (form == Form.UNKNOWN) { // perhaps HTTP, whose further lines must not become votes
                ending = true;
                input.clear();
                closeWhenAnswered();
            }
            return;
        }
        if (line.length == 0) {
            return;
        }
        String text = text(line);
        if (form == Form.UNKNOWN) {
            if (isHttp(text)) {
                answerHttp();
                return;
            }
            form = VerbLine.isMeant(text) ? Form.VERBS : Form.LAB;
        }
        if (inLobby) {
            turnAway(form == Form.LAB);
        } else if (form == Form.LAB) {
            onLabLine(text);
        } else if (LineInput.utf8(line) == null) {
            answers.next().answer(Answers.badUtf8(language));
        } else {
            onVerbLine(VerbLine.parse(text));
        }
    }

    private void onLabLine(String text) {
        AnswerQueue.Place place = answers.next();
        LabLine line = LabLine.parse(text, nameless());
        Poll poll = door.labPoll();
        if (line == null) {
            place.answer(Answers.nameMissing(poll));
            return;
        }
        Ballot ballot = new Ballot(door.options().labPoll(), line.voter(), List.of(line.choice()), null);
        box.cast(ballot, result -> place.answer(Answers.sentence(result, poll, Language.FRENCH)));
    }

    private void onVerbLine(VerbLine line) {
        AnswerQueue.Place place = answers.next();
        String tag = line.tag().isEmpty() ? "" : line.tag() + " ";
        Language asked = language;
        switch (line.command()) {
            case Command.Vote vote -> {
                Ballot ballot =
                        vote.ballot().with(voter.proof(box.poll(vote.ballot().poll()), vote));
                box.cast(ballot, result -> place.answer(tag + Answers.verdict(result, box.poll(ballot.poll()), asked)));
            }
            case Command.Authenticate(String name, String pin) -> {
                voter.authenticate(name, pin);
                place.answer(tag + Answers.authenticated(language));
            }
            case Command.ShowToken(String token) -> {
                role = door.roles().ofToken(token);
                input.allowLongLines(role != Role.NOBODY);
                place.answer(tag + Answers.role(role, language));
            }
            case Command.Manage(String command) -> onManage(command, tag, place);
            case Command.Watch(String poll) -> onWatch(poll, tag, place);
            case Command.Quit _ -> {
                ending = true;
                input.clear();
                place.answer(tag + Answers.bye(language));
                closeWhenAnswered();
            }
            case Command.Speak(String code) -> {
                Language spoken = Language.of(code);
                language = spoken == null ? language : spoken;
                place.answer(tag + (spoken == null ? Answers.notSpoken(language) : Answers.spoken(language)));
            }
            default -> place.answer(() -> tag + told(line.command(), asked), null);
        }
    }

    /** The answers that need nothing but a look. */
    private String told(Command command, Language language) {
        String asked = poll(command);
        if (asked != null && !box.isVisible(asked, role)) {
            return Answers.refused(Refusal.UNKNOWN_POLL, language);
        }
        return switch (command) {
            case Command.Polls _ -> {
                Map<Poll, String> states = new LinkedHashMap<>();
                for (Poll poll : box.polls()) {
                    Results results = box.results(poll.id());
                    if (results != null && box.isVisible(poll.id(), role)) {
                        states.put(poll, results.state().word());
                    }
                }
                yield Answers.polls(states, language);
            }
            case Command.PollText(String id) -> {
                Poll poll = box.poll(id);
                Results results = box.results(id);
                yield poll == null || results == null
                        ? Answers.refused(Refusal.UNKNOWN_POLL, language)
                        : Answers.poll(poll, results, language);
            }
            case Command.Voters(String id) -> {
                List<String> names = box.voters(id, role);
                yield names == null ? Answers.forbidden(language) : Answers.voters(names);
            }
            case Command.Count(String id, String own) -> {
                Results results = own == null ? box.results(id) : box.resultsFor(id, own);
                yield results == null
                        ? Answers.refused(Refusal.UNKNOWN_POLL, language)
                        : Answers.results(results, language);
            }
            case Command.HasVoted(String id, String voter) -> hasVoted(id, voter, language);
            case Command.Ping _ -> Answers.pong();
            case Command.Help _ -> Answers.help();
            case Command.NotHere(String what) -> Answers.notHere(what, language);
            case Command.Wrong(String usage) -> Answers.wrong(usage, language);
            case Command.Vote _,
                    Command.Authenticate _,
                    Command.ShowToken _,
                    Command.Manage _,
                    Command.Watch _,
                    Command.Quit _,
                    Command.Speak _ -> throw new IllegalStateException(command.toString()); // these change something
        };
    }

    /** The poll that is asked about, or null. */
    private static @Nullable String poll(Command command) {
        return switch (command) {
            case Command.PollText(String id) -> id;
            case Command.Count count -> count.poll();
            case Command.HasVoted hasVoted -> hasVoted.poll();
            case Command.Voters(String id) -> id;
            default -> null;
        };
    }

    private String hasVoted(String id, String voter, Language language) {
        try {
            Boolean hasVoted = box.hasVoted(id, VoterName.of(voter), role);
            return hasVoted == null ? Answers.forbidden(language) : Answers.hasVoted(hasVoted, language);
        } catch (VoterName.InvalidNameException e) {
            return Answers.refused(e.refusal(), language);
        }
    }

    private void onManage(String text, String tag, AnswerQueue.Place place) {
        Language asked = language;
        if (role == Role.NOBODY) { // before anything is read: a stranger's mistakes are nobody's business
            place.answer(tag + Answers.forbidden(asked));
            return;
        }
        PollCommand command;
        try {
            command = CommandText.parse(text);
        } catch (IllegalArgumentException e) {
            String why = String.valueOf(e.getMessage());
            place.answer(tag + Answers.command(new CommandResult.Refused(CommandResult.Reason.INVALID, why), asked));
            return;
        }
        box.run(role, command, result -> place.answer(tag + Answers.command(result, asked)));
    }

    private void onWatch(String poll, String tag, AnswerQueue.Place place) {
        Results results = box.isVisible(poll, role) ? box.results(poll) : null;
        if (results == null) {
            place.answer(tag + Answers.refused(Refusal.UNKNOWN_POLL, language));
            return;
        }
        watching = true;
        place.answer(() -> tag + Answers.watching(results, language), () -> {
            door.watch(poll, this);
            Results now = box.results(poll);
            show(now == null ? results : now);
        });
    }

    // ---------------------------------------------------------------------------------------------- refusals

    private void turnAway(boolean lab) {
        ending = true;
        input.clear();
        CastResult busy = new CastResult.Refused(Refusal.BUSY);
        answers.next()
                .answer(lab ? Answers.sentence(busy, null, Language.FRENCH) : Answers.verdict(busy, null, language));
        closeWhenAnswered();
    }

    /** Who votes by a choice alone: the address, where the door's options say so. */
    private @Nullable String nameless() {
        return door.options().labAnonymous() ? voter.source() : null;
    }

    /** The one binary form there is, where it is understood: a ballot, its answer, the end. */
    private void onBinary() {
        byte[] begun = input.begun();
        Poll poll = door.labPoll();
        LabBinary ballot = LabBinary.parse(begun);
        if (!door.options().labBinary() || !LabBinary.isPossible(begun) || inLobby || poll == null) {
            refuseBinary();
        } else if (ballot != null) {
            ending = true;
            input.clear();
            boolean isOption =
                    ballot.option() >= 0 && ballot.option() < poll.options().size();
            String choice = isOption ? poll.options().get(ballot.option()).key() : "";
            box.cast(new Ballot(poll.id(), ballot.voter(), List.of(choice), null), result -> {
                transport.write(LabBinary.answer(Answers.sentence(result, poll, Language.FRENCH)));
                close();
            });
        }
    }

    private void refuseBinary() {
        ending = true;
        input.clear();
        answers.next().answer(Answers.binary(Language.FRENCH));
        closeWhenAnswered();
    }

    private static boolean isHttp(String line) {
        return line.indexOf(" HTTP/") > 0 && HTTP.matcher(line).matches();
    }

    private void answerHttp() {
        ending = true;
        input.clear();
        write(Answers.http(door.options().webAddress()));
        closeWhenAnswered();
    }

    // ---------------------------------------------------------------------------------------------- bytes out

    /** Sends one answer whose turn it is. */
    private void send(String answer, @Nullable Runnable afterwards) {
        write(answer + "\n");
        if (afterwards != null && !closed) {
            afterwards.run();
        }
        if (ending) {
            closeWhenAnswered();
        } else if (paused && !answers.isFull()) {
            paused = false;
            loop.atTurnEnd(this::resume);
        }
        feel();
    }

    /** Lines that arrived while too many answers were outstanding. */
    private void resume() {
        if (!closed && !ending) {
            takeLines();
        }
    }

    /** Shows a count to a watcher; one that reads slowly sees the last one only. */
    void show(Results results) {
        if (!transport.isWritable()) {
            unseen.put(results.poll(), results);
        } else if (!results.equals(shown.put(results.poll(), results))) {
            write("RESULT " + results.json() + "\n");
        }
    }

    @Override
    public void onWritable() {
        List<Results> late = List.copyOf(unseen.values());
        unseen.clear();
        late.forEach(this::show);
        feel();
    }

    private void write(String text) {
        if (closed) {
            return;
        }
        transport.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        if (!flushAsked) {
            flushAsked = true;
            loop.atTurnEnd(() -> {
                flushAsked = false;
                if (!closed) {
                    transport.flush();
                }
            });
        }
    }

    /** Lets the peer feel when it asks faster than it reads, or than ballots reach the disk. */
    private void feel() {
        boolean wanted = ending || !answers.isFull() && transport.isWritable();
        if (!closed && !endOfInput && wanted != reading) {
            reading = wanted;
            transport.reading(wanted);
        }
    }

    private void closeWhenAnswered() {
        if (ending && answers.isEmpty()) {
            close();
        }
    }

    /** Closes after what was answered. */
    void close() {
        if (!closed) {
            ending = true;
            transport.close();
        }
    }

    @Override
    public void onClosed(@Nullable Throwable cause) {
        closed = true;
        ending = true;
        if (silence != null) {
            silence.cancel();
        }
        if (idle != null) {
            idle.cancel();
        }
        door.onClosed(this, inLobby);
    }

    private static String text(byte[] line) {
        String text = LineInput.utf8(line);
        return text == null ? LineInput.latin1(line) : text;
    }
}
