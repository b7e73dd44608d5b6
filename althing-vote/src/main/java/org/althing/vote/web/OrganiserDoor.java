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
import org.althing.vote.Roles;
import org.althing.vote.Words;
import org.althing.vote.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/**
 * The organiser's and presenter's part of the web door.
 *
 * <pre>
 *   GET  /organiser                   polls and what can be done with them; or the field for the secret
 *   POST /organiser                   poll, command: does it, and shows the page again
 *   POST /organiser/session           secret: of a link, or a token; begins a session
 *   POST /organiser/end               ends it
 *   GET  /api/polls                   all polls and their results, JSON
 *   POST /api/polls                   a definition, JSON: makes a draft, or changes it
 *   GET  /api/polls/budget            one poll
 *   GET  /api/polls/budget/voters     who has voted
 *   POST /api/polls/budget/open       {@code ?seconds=60}; also pause, close, publish, delete
 *   POST /api/polls/budget/codes      {@code ?count=30}: the codes, once
 *   POST /api/polls/budget/roster     {@code [{"name":"Alice","pin":"4711"}]}
 * </pre>
 *
 * Programs show their token as {@code Authorization: Bearer ...}; browsers have a session, which counts only for requests
 * of our own pages. All of it runs on the box's loop.
 */
final class OrganiserDoor {
    private static final String COOKIE = "organiser";
    private static final String BEARER = "Bearer ";

    private final BallotBox box;
    private final Roles roles;
    private final WebDoor.Place place;

    OrganiserDoor(BallotBox box, Roles roles, WebDoor.Place place) {
        this.box = box;
        this.roles = roles;
        this.place = place;
    }

    boolean takes(String path) {
        return path.equals("/organiser") || path.startsWith("/organiser/") || path.startsWith("/api/");
    }

    void route(Request request, Language language, Exchange exchange) {
        String path = request.path();
        boolean isPost = request.method().equals("POST");
        if (!isPost && !Requests.isGet(request)) {
            exchange.respond(Responses.notAllowed("GET, HEAD, POST"));
        } else if (isPost && !Requests.isSameOrigin(request)) {
            exchange.respond(Responses.json(403, JsonWriter.write(Map.of("status", "other-origin"))));
        } else if (path.startsWith("/api/")) {
            api(request, role(request), language, exchange);
        } else if (isPost) {
            post(request, language, exchange);
        } else if (path.equals("/organiser")) {
            exchange.respond(page(200, role(request), language, ""));
        } else {
            exchange.respond(Responses.page(404, ListPage.sentence(new PageWords(language).notFound(), language)));
        }
    }

    private Role role(Request request) {
        String authorization = request.header("authorization");
        if (authorization != null) {
            return authorization.startsWith(BEARER)
                    ? roles.ofToken(authorization.substring(BEARER.length()).strip())
                    : Role.NOBODY;
        }
        String session = Requests.cookie(request, COOKIE);
        return session == null ? Role.NOBODY : roles.ofSession(session);
    }

    // ---------------------------------------------------------------------------------------------- pages

    private void post(Request request, Language language, Exchange exchange) {
        FormFields fields = FormFields.of(request.body());
        switch (request.path()) {
            case "/organiser/session" -> {
                String session = roles.newSession(fields.first("secret").strip());
                exchange.respond(
                        session == null
                                ? page(403, Role.NOBODY, language, new PageWords(language).wrongSecret())
                                : Responses.with(
                                        Responses.seeOther("/organiser?lang=" + language.code()),
                                        "Set-Cookie",
                                        COOKIE + "=" + session + "; Path=/" + place.cookie()));
            }
            case "/organiser/end" -> {
                String session = Requests.cookie(request, COOKIE);
                if (session != null) {
                    roles.endSession(session);
                }
                exchange.respond(Responses.seeOther("/organiser?lang=" + language.code()));
            }
            case "/organiser" -> direct(fields, role(request), language, exchange);
            default ->
                exchange.respond(Responses.page(404, ListPage.sentence(new PageWords(language).notFound(), language)));
        }
    }

    private void direct(FormFields fields, Role role, Language language, Exchange exchange) {
        PollCommand command;
        try {
            command = CommandText.parse(fields.first("command") + " " + fields.first("poll"));
        } catch (IllegalArgumentException e) {
            exchange.respond(page(400, role, language, String.valueOf(e.getMessage())));
            return;
        }
        box.run(role, command, result -> {
            boolean isDone = !(result instanceof CommandResult.Refused);
            String text = result instanceof CommandResult.Refused refused ? Words.refused(refused, language) : "";
            exchange.respond(page(isDone ? 200 : status(result), role, language, text));
        });
    }

    private Response page(int status, Role role, Language language, String message) {
        Map<Poll, Results> polls = new LinkedHashMap<>();
        if (role != Role.NOBODY) {
            box.polls().forEach(poll -> {
                Results results = box.results(poll.id());
                if (results != null) {
                    polls.put(poll, results);
                }
            });
        }
        return Responses.page(status, OrganiserPage.html(polls, role, language, message));
    }

    // ---------------------------------------------------------------------------------------------- the programs' way

    private void api(Request request, Role role, Language language, Exchange exchange) {
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
            members.put("results", results.members(box.outcome(results)));
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

    private static int status(CommandResult result) {
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
