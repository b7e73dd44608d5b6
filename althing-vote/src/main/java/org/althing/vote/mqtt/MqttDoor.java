package org.althing.vote.mqtt;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.althing.vote.Ballot;
import org.althing.vote.BallotBox;
import org.althing.vote.CastResult;
import org.althing.vote.CommandResult;
import org.althing.vote.CommandText;
import org.althing.vote.Language;
import org.althing.vote.OptionNames;
import org.althing.vote.Poll;
import org.althing.vote.PollCommand;
import org.althing.vote.PollState;
import org.althing.vote.Refusal;
import org.althing.vote.Results;
import org.althing.vote.ResultsBoard;
import org.althing.vote.Role;
import org.althing.vote.Roles;
import org.althing.vote.Rules;
import org.althing.vote.Words;
import org.althing.vote.mqtt.BallotPayload.InvalidPayloadException;
import org.jspecify.annotations.Nullable;

/**
 * The MQTT door: what a message of a voter means, and what is published. Whoever carries the messages is told the verdict
 * after the fsync, and may then acknowledge. Runs on the box's loop.
 *
 * <p>A receipt goes to the voter's receipt topic and, when the ballot names another Response Topic, there too, with the
 * Correlation Data. A Response Topic below the root (other than the own receipt) or below {@code $} is not written to:
 * the server must not be made to say what only the server says.
 */
final class MqttDoor {
    private static final Language LANGUAGE = Language.FRENCH;

    private final BallotBox box;
    private final VoteTopics topics;
    private final Outbox outbox;
    private final Roles roles;
    private final Map<String, Announced> announced = new HashMap<>();
    private final Map<TopicName, String> optionCounts = new HashMap<>();

    /** What is retained of a poll. */
    private record Announced(Poll poll, PollState state, int round) {}

    MqttDoor(BallotBox box, ResultsBoard board, Roles roles, VoteTopics topics, Outbox outbox) {
        this.box = box;
        this.roles = roles;
        this.topics = topics;
        this.outbox = outbox;
        board.onResults(this::show);
        box.onChange(this::onChange);
    }

    VoteTopics topics() {
        return topics;
    }

    /** Publishes everything that is retained: at start, and when a broker may have forgotten it. */
    void announce() {
        announced.clear();
        optionCounts.clear();
        for (Poll poll : box.polls()) {
            Results results = box.results(poll.id());
            if (results != null) {
                show(results);
            }
        }
    }

    /** Takes a message of a voter; the verdict comes once, on this loop, after the receipt was published. */
    void receive(ApplicationMessage message, Sender sender, Consumer<Verdict> verdict) {
        VoteTopics.Incoming incoming = topics.read(message.topic());
        if (incoming == null) {
            verdict.accept(new Verdict(
                    ReasonCode.NOT_AUTHORIZED,
                    Words.in(LANGUAGE, "seul le serveur publie ici", "only the server publishes here"),
                    false));
        } else if (message.retain()) {
            // A retained ballot would be handed to every later subscriber.
            verdict.accept(new Verdict(
                    ReasonCode.NOT_AUTHORIZED,
                    Words.in(LANGUAGE, "erreur, un vote ne se retient pas", "error, a ballot must not be retained"),
                    false));
        } else {
            switch (incoming) {
                case VoteTopics.Incoming.BallotOf ballot -> onBallot(ballot, message, sender, verdict);
                case VoteTopics.Incoming.Lab lab -> onLab(lab, message, sender, verdict);
                case VoteTopics.Incoming.Directions directions -> onDirections(directions, message, verdict);
            }
        }
    }

    // ---------------------------------------------------------------------------------------------- ballots

    private void onBallot(
            VoteTopics.Incoming.BallotOf incoming,
            ApplicationMessage message,
            Sender sender,
            Consumer<Verdict> verdict) {
        Poll poll = box.poll(incoming.poll());
        boolean isJson = BallotPayload.looksLikeJson(message.payload());
        if (poll == null) {
            refuse(incoming, message, sender, isJson, Refusal.UNKNOWN_POLL, verdict);
            return;
        }
        if (incoming.voter() == null) {
            refuse(incoming, message, sender, isJson, Refusal.BAD_NAME, verdict);
            return;
        }
        OptionNames names = box.optionNames(poll.id());
        BallotPayload payload;
        try {
            payload = BallotPayload.parse(message.payload(), names == null ? poll.optionNames() : names);
        } catch (InvalidPayloadException e) {
            String text =
                    Words.in(LANGUAGE, "erreur, vote illisible : ", "error, ballot unreadable: ") + e.getMessage();
            receipt(
                    incoming,
                    message,
                    sender,
                    BallotPayload.receipt(isJson, null, () -> Map.of("status", "syntax"), text));
            verdict.accept(new Verdict(ReasonCode.PAYLOAD_FORMAT_INVALID, text, false));
            return;
        }
        String id = payload.id() != null
                ? payload.id()
                : BallotPayload.idOf(message.properties().bytes(Property.CORRELATION_DATA));
        // Where a code says who votes, the level of the topic is only where the receipt goes.
        String voter = poll.rules().eligibility() == Rules.Eligibility.CODES ? "" : incoming.voter();
        Ballot ballot = new Ballot(poll.id(), voter, payload.choice(), id, sender.proof(poll, payload));
        box.cast(ballot, result -> {
            String text = Words.verdict(result, poll, LANGUAGE);
            receipt(
                    incoming,
                    message,
                    sender,
                    BallotPayload.receipt(payload.isJson(), payload.id(), () -> status(result), text));
            verdict.accept(verdict(result, text));
        });
    }

    private void refuse(
            VoteTopics.Incoming.BallotOf incoming,
            ApplicationMessage message,
            Sender sender,
            boolean isJson,
            Refusal refusal,
            Consumer<Verdict> verdict) {
        CastResult result = new CastResult.Refused(refusal);
        String text = Words.refused(refusal, LANGUAGE);
        receipt(incoming, message, sender, BallotPayload.receipt(isJson, null, () -> status(result), text));
        verdict.accept(verdict(result, text));
    }

    private void onLab(
            VoteTopics.Incoming.Lab lab, ApplicationMessage message, Sender sender, Consumer<Verdict> verdict) {
        Poll poll = box.poll(lab.poll());
        String line;
        try {
            line = BallotPayload.text(message.payload());
        } catch (InvalidPayloadException e) {
            line = "";
        }
        int cut = line.lastIndexOf(' ');
        if (poll == null || cut < 0) {
            Refusal refusal = poll == null ? Refusal.UNKNOWN_POLL : Refusal.BAD_NAME;
            verdict.accept(verdict(new CastResult.Refused(refusal), Words.refused(refusal, LANGUAGE)));
            return;
        }
        String voter = line.substring(0, cut).strip();
        box.cast(new Ballot(poll.id(), voter, List.of(line.substring(cut + 1)), null), result -> {
            String text = Words.verdict(result, poll, LANGUAGE);
            outbox.receipt(
                    new ApplicationMessage(
                            topics.lab(poll.id(), voter), Bytes.of(text), Qos.AT_LEAST_ONCE, false, Properties.NONE),
                    sender.source());
            verdict.accept(verdict(result, text));
        });
    }

    // ---------------------------------------------------------------------------------------------- directions

    /** {@code TOKEN open 60}: the token says who may, the acknowledgement what became of it. */
    private void onDirections(
            VoteTopics.Incoming.Directions incoming, ApplicationMessage message, Consumer<Verdict> verdict) {
        CommandResult.Refused forbidden = new CommandResult.Refused(CommandResult.Reason.FORBIDDEN);
        String[] words;
        try {
            words = BallotPayload.text(message.payload()).split(" +", 3);
        } catch (InvalidPayloadException e) {
            directed(message, forbidden, verdict);
            return;
        }
        Role role = roles.ofToken(words[0]);
        if (role == Role.NOBODY || words.length < 2) {
            directed(message, forbidden, verdict);
            return;
        }
        PollCommand command;
        try {
            String rest = words.length < 3 ? "" : " " + words[2];
            command = CommandText.parse(words[1] + " " + incoming.poll() + rest);
        } catch (IllegalArgumentException e) {
            directed(
                    message,
                    new CommandResult.Refused(CommandResult.Reason.INVALID, String.valueOf(e.getMessage())),
                    verdict);
            return;
        }
        box.run(role, command, result -> directed(message, result, verdict));
    }

    private void directed(ApplicationMessage message, CommandResult result, Consumer<Verdict> verdict) {
        String text = switch (result) {
            case CommandResult.Done(PollState state) -> Words.state(state, LANGUAGE);
            case CommandResult.Codes(List<String> codes) -> String.join(" ", codes);
            case CommandResult.Refused refused -> Words.refused(refused, LANGUAGE);
        };
        String asked = message.properties().string(Property.RESPONSE_TOPIC);
        TopicName response = asked == null ? null : responseTopic(asked);
        if (response != null) {
            publish(response, text, Qos.AT_LEAST_ONCE, false);
        }
        boolean isDone = !(result instanceof CommandResult.Refused);
        String said = result instanceof CommandResult.Codes ? "" : text; // codes go to the Response Topic alone
        verdict.accept(new Verdict(isDone ? ReasonCode.SUCCESS : ReasonCode.NOT_AUTHORIZED, said, false));
    }

    // ---------------------------------------------------------------------------------------------- receipts

    private void receipt(VoteTopics.Incoming.BallotOf ballot, ApplicationMessage message, Sender sender, String text) {
        TopicName own = topics.receipt(ballot.poll(), ballot.voterLevel());
        String asked = message.properties().string(Property.RESPONSE_TOPIC);
        Bytes correlation = message.properties().bytes(Property.CORRELATION_DATA);
        Properties properties = correlation == null
                ? Properties.NONE
                : Properties.builder()
                        .set(Property.CORRELATION_DATA, correlation)
                        .build();
        ApplicationMessage receipt =
                new ApplicationMessage(own, Bytes.of(text), Qos.AT_LEAST_ONCE, false, Properties.NONE);
        if (asked == null || asked.equals(own.toString())) {
            outbox.receipt(asked == null ? receipt : receipt.withProperties(properties), sender.source());
            return;
        }
        outbox.receipt(receipt, sender.source());
        TopicName response = responseTopic(asked);
        if (response != null) {
            outbox.publish(new ApplicationMessage(response, receipt.payload(), Qos.AT_LEAST_ONCE, false, properties));
        }
    }

    private @Nullable TopicName responseTopic(String asked) {
        try {
            TopicName topic = TopicName.of(asked);
            return topic.startsWithDollar() || topics.isBelowRoot(asked) ? null : topic;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static Map<String, ?> status(CastResult result) {
        return switch (result) {
            case CastResult.Voted(long seq) -> {
                Map<String, Object> members = new LinkedHashMap<>();
                members.put("status", "voted");
                members.put("seq", seq);
                yield members;
            }
            case CastResult.AlreadyVoted _ -> Map.of("status", "already-voted");
            case CastResult.Refused(Refusal refusal) -> Map.of("status", refusal.code());
        };
    }

    private static Verdict verdict(CastResult result, String text) {
        return switch (result) {
            case CastResult.Voted _ -> new Verdict(ReasonCode.SUCCESS, text, false);
            case CastResult.AlreadyVoted _ -> new Verdict(ReasonCode.QUOTA_EXCEEDED, text, false);
            case CastResult.Refused(Refusal refusal) -> new Verdict(code(refusal), text, refusal.isTemporary());
        };
    }

    private static ReasonCode code(Refusal refusal) {
        return switch (refusal) {
            case UNKNOWN_POLL, NOT_ELIGIBLE, BAD_CODE, BAD_PIN -> ReasonCode.NOT_AUTHORIZED;
            case NOT_OPEN, PAUSED, CLOSED, RATE -> ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
            case UNKNOWN_CHOICE, WRONG_NUMBER_OF_CHOICES, WRONG_SCORE, BAD_NAME, NAME_TOO_LONG, BAD_VOTE_ID ->
                ReasonCode.PAYLOAD_FORMAT_INVALID;
            case BUSY, DEGRADED -> ReasonCode.UNSPECIFIED_ERROR;
        };
    }

    // ---------------------------------------------------------------------------------------------- what is retained

    /** A poll that was deleted is retained no longer. */
    private void onChange(String id) {
        Announced known = announced.get(id);
        if (known != null && box.poll(id) == null) {
            announced.remove(id);
            List<TopicName> gone = new ArrayList<>(List.of(topics.poll(id), topics.pollText(id), topics.results(id)));
            known.poll.options().forEach(option -> gone.add(topics.results(id, option.key())));
            gone.forEach(topic -> {
                optionCounts.remove(topic);
                publish(topic, "", Qos.AT_LEAST_ONCE, true);
            });
        }
    }

    private void show(Results results) {
        Poll poll = box.poll(results.poll());
        if (poll == null || results.state() == PollState.DRAFT) {
            return; // a draft is the organiser's business
        }
        Announced now = new Announced(poll, results.state(), results.round());
        if (!now.equals(announced.put(poll.id(), now))) {
            publish(topics.poll(poll.id()), Announcements.json(poll, results), Qos.AT_LEAST_ONCE, true);
            TopicName shortly = topics.pollText(poll.id());
            String text = Announcements.text(poll, results.state(), shortly.utf8Length());
            publish(shortly, text, Qos.AT_LEAST_ONCE, true);
        }
        publish(topics.results(poll.id()), box.json(results), Qos.AT_MOST_ONCE, true);
        results.counts().forEach((option, count) -> {
            TopicName topic = topics.results(poll.id(), option);
            String number = Long.toString(count);
            if (!Objects.equals(optionCounts.put(topic, number), number)) {
                publish(topic, number, Qos.AT_MOST_ONCE, true);
            }
        });
    }

    private void publish(TopicName topic, String text, Qos qos, boolean retain) {
        outbox.publish(new ApplicationMessage(topic, Bytes.of(text), qos, retain, Properties.NONE));
    }
}
