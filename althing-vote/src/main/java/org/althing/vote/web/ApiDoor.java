package org.althing.vote.web;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.althing.net.HttpHandler.Exchange;
import org.althing.net.HttpHandler.Request;
import org.althing.net.HttpHandler.Response;
import org.althing.vote.BallotBox;
import org.althing.vote.CommandResult;
import org.althing.vote.CommandResult.Reason;
import org.althing.vote.CommandText;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollCommand;
import org.althing.vote.PollJson;
import org.althing.vote.PollState;
import org.althing.vote.Results;
import org.althing.vote.Role;
import org.althing.vote.Words;
import org.althing.vote.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/**
 * How programs direct polls.
 *
 * <pre>
 *   GET  /api/polls                   all polls and their results, JSON
 *   POST /api/polls                   a definition, JSON: makes a draft, or changes it
 *   GET  /api/polls/budget            one poll
 *   GET  /api/polls/budget/voters     who has voted
 *   POST /api/polls/budget/open       {@code ?seconds=60}; also pause, close, publish, delete
 *   POST /api/polls/budget/codes      {@code ?count=30}: the codes, once
 *   POST /api/polls/budget/roster     {@code [{"name":"Alice","pin":"4711"}]}
 * </pre>
 *
 * All of it runs on the box's loop.
 */
final class ApiDoor {
    private final BallotBox box;

    ApiDoor(BallotBox box) {
        this.box = box;
    }

    /** Answers a request of somebody in this role. */
    void route(Request request, Role role, Language language, Exchange exchange) {
        if (role == Role.NOBODY) {
            exchange.respond(Responses.with(refused(Reason.FORBIDDEN, language), "WWW-Authenticate", "Bearer"));
            return;
        }
        String[] levels = request.path().split("/", -1); // "", api, polls, id, what
        String id = levels.length > 3 ? levels[3] : "";
        String what = levels.length > 4 ? levels[4] : "";
        boolean isPost = request.method().equals("POST");
        if (levels.length > 5 || !levels[2].equals("polls")) {
            exchange.respond(refused(Reason.UNKNOWN_POLL, language));
        } else if (isPost) {
            run(request, role, id, what, language, exchange);
        } else {
            exchange.respond(look(role, id, what, language));
        }
    }

    private Response look(Role role, String id, String what, Language language) {
        if (id.isEmpty()) {
            List<Object> polls = new ArrayList<>();
            box.polls().forEach(poll -> polls.add(members(poll)));
            return Responses.json(200, JsonWriter.write(Map.of("polls", polls)));
        }
        Poll poll = box.poll(id);
        if (poll == null) {
            return refused(Reason.UNKNOWN_POLL, language);
        }
        if (what.equals("voters")) {
            List<String> voters = box.voters(id, role);
            return voters == null
                    ? refused(Reason.FORBIDDEN, language)
                    : Responses.json(200, JsonWriter.write(Map.of("voters", voters)));
        }
        return what.isEmpty()
                ? Responses.json(200, JsonWriter.write(members(poll)))
                : refused(Reason.UNKNOWN_POLL, language);
    }

    private Map<String, @Nullable Object> members(Poll poll) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>(PollJson.members(poll));
        Results results = box.results(poll.id());
        if (results != null) {
            members.put("results", box.members(results));
        }
        List<Object> past = new ArrayList<>();
        box.pastRounds(poll.id()).forEach(round -> past.add(round.members(box.outcome(round))));
        members.put("past-rounds", past);
        return members;
    }

    private void run(Request request, Role role, String id, String what, Language language, Exchange exchange) {
        PollCommand command;
        try {
            command = command(request, id, what);
        } catch (IllegalArgumentException e) {
            String why = String.valueOf(e.getMessage());
            exchange.respond(answer(new CommandResult.Refused(Reason.INVALID, why), language));
            return;
        }
        box.run(role, command, result -> exchange.respond(answer(result, language)));
    }

    private static PollCommand command(Request request, String id, String what) {
        String body = new String(request.body(), StandardCharsets.UTF_8);
        if (id.isEmpty()) {
            return new PollCommand.Define(PollJson.read(body));
        }
        FormFields query = FormFields.of(request.query());
        String more = switch (what) {
            case "roster" -> " " + body;
            case "codes" -> " " + query.first("count");
            case "open" -> " " + query.first("seconds");
            default -> "";
        };
        return CommandText.parse(what + " " + id + more);
    }

    private static Response refused(Reason reason, Language language) {
        return answer(new CommandResult.Refused(reason), language);
    }

    private static Response answer(CommandResult result, Language language) {
        Map<String, Object> members = new LinkedHashMap<>();
        switch (result) {
            case CommandResult.Done(PollState state) -> {
                members.put("status", "done");
                members.put("state", state.word());
                members.put("text", Words.state(state, language));
            }
            case CommandResult.Codes(List<String> codes) -> {
                members.put("status", "done");
                members.put("codes", codes);
            }
            case CommandResult.Refused refused -> {
                members.put("status", refused.reason().code());
                members.put("text", Words.refused(refused, language));
            }
        }
        return Responses.json(status(result), JsonWriter.write(members));
    }

    /** The status of HTTP that says the same. */
    static int status(CommandResult result) {
        return result instanceof CommandResult.Refused refused
                ? switch (refused.reason()) {
                    case FORBIDDEN -> 403;
                    case UNKNOWN_POLL -> 404;
                    case WRONG_STATE, EXISTS -> 409;
                    case INVALID -> 400;
                    case BUSY, DEGRADED -> 503;
                }
                : 200;
    }
}
