package org.althing.vote.web;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.althing.net.HttpHandler.Exchange;
import org.althing.net.HttpHandler.Request;
import org.althing.net.HttpHandler.Response;
import org.althing.vote.BallotBox;
import org.althing.vote.CommandResult;
import org.althing.vote.CommandText;
import org.althing.vote.Language;
import org.althing.vote.LogExport;
import org.althing.vote.Poll;
import org.althing.vote.PollCommand;
import org.althing.vote.PollState;
import org.althing.vote.Results;
import org.althing.vote.Role;
import org.althing.vote.Roles;
import org.althing.vote.RosterText;
import org.althing.vote.Words;
import org.althing.vote.json.JsonWriter;

/**
 * The organiser's and presenter's part of the web door.
 *
 * <pre>
 *   GET  /organiser                        polls and what can be done with them; or the field for the secret
 *   POST /organiser                        poll, command: asks, or does it, and leads back
 *   POST /organiser/session                secret: of a link, or a token; begins a session
 *   POST /organiser/end                    ends it
 *   GET  /organiser/new                    a poll to be written; POST saves it, and opens it if asked
 *   POST /organiser/preview                what its voters would see
 *   GET  /organiser/poll/budget            one poll: roster, codes, who has voted, export
 *   GET  /organiser/poll/budget/edit       a draft to be changed
 *   POST /organiser/poll/budget/roster     names and PINs, one a line
 *   POST /organiser/poll/budget/codes      count: a sheet of codes, once
 *   GET  /organiser/poll/budget/export     {@code ?format=csv}, or json
 *   /api                                   see ApiDoor
 * </pre>
 *
 * Programs show their token as {@code Authorization: Bearer ...}; browsers have a session, which counts only for requests
 * of our own pages. All of it runs on the box's loop.
 */
final class OrganiserDoor {
    private static final String COOKIE = "organiser";
    private static final String BEARER = "Bearer ";
    private static final int MINUTE = 60;

    private final BallotBox box;
    private final Roles roles;
    private final WebDoor.Place place;
    private final RandomGenerator random;
    private final ApiDoor api;
    /** The version of a draft before its last change, by poll: what an undo brings back. */
    private final Map<String, Poll> before = new HashMap<>();

    OrganiserDoor(BallotBox box, Roles roles, WebDoor.Place place, RandomGenerator random) {
        this.box = box;
        this.roles = roles;
        this.place = place;
        this.random = random;
        api = new ApiDoor(box);
    }

    boolean takes(String path) {
        return path.equals("/organiser") || path.startsWith("/organiser/") || path.startsWith("/api/");
    }

    /** Whether a command cannot be taken back, so that it is asked about. */
    static boolean asksFirst(String command) {
        return command.equals("close") || command.equals("publish") || command.equals("delete");
    }

    void route(Request request, Language language, Exchange exchange) {
        String path = request.path();
        boolean isPost = request.method().equals("POST");
        if (!isPost && !Requests.isGet(request)) {
            exchange.respond(Responses.notAllowed("GET, HEAD, POST"));
        } else if (isPost && !Requests.isSameOrigin(request)) {
            exchange.respond(Responses.json(403, JsonWriter.write(Map.of("status", "other-origin"))));
        } else if (path.startsWith("/api/")) {
            api.route(request, role(request), language, exchange);
        } else if (isPost) {
            post(request, language, exchange);
        } else {
            look(request, language, exchange);
        }
    }

    /** Who asks. */
    Role role(Request request) {
        String authorization = request.header("authorization");
        if (authorization != null) {
            return authorization.startsWith(BEARER)
                    ? roles.ofToken(authorization.substring(BEARER.length()).strip())
                    : Role.NOBODY;
        }
        String session = Requests.cookie(request, COOKIE);
        return session == null ? Role.NOBODY : roles.ofSession(session);
    }

    // ---------------------------------------------------------------------------------------------- looking

    private void look(Request request, Language language, Exchange exchange) {
        Role role = role(request);
        String[] levels = request.path().split("/", -1); // "", organiser, poll, id, what
        if (request.path().equals("/organiser")) {
            exchange.respond(list(200, role, language, notice(request, language)));
        } else if (role != Role.ORGANISER) {
            exchange.respond(
                    list(403, role, language, role == Role.NOBODY ? OrganiserPage.Notice.NONE : forbidden(language)));
        } else if (request.path().equals("/organiser/new")) {
            exchange.respond(written(200, PollForm.empty(), "", language, OrganiserPage.Notice.NONE));
        } else if (levels.length > 3 && levels[2].equals("poll") && box.poll(levels[3]) != null) {
            look(levels[3], levels.length > 4 ? levels[4] : "", request, language, exchange);
        } else {
            exchange.respond(notFound(language));
        }
    }

    private void look(String id, String what, Request request, Language language, Exchange exchange) {
        Poll poll = box.poll(id);
        Results results = box.results(id);
        if (poll == null || results == null) {
            exchange.respond(notFound(language));
        } else if (what.isEmpty()) {
            exchange.respond(poll(200, id, request, language, notice(request, language), RosterAttempt.NONE));
        } else if (what.equals("edit") && results.state() == PollState.DRAFT) {
            exchange.respond(written(200, PollForm.of(poll), id, language, OrganiserPage.Notice.NONE));
        } else if (what.equals("export")) {
            export(id, FormFields.of(request.query()).first("format"), exchange);
        } else {
            exchange.respond(notFound(language));
        }
    }

    private Response list(int status, Role role, Language language, OrganiserPage.Notice notice) {
        Map<Poll, Results> polls = new LinkedHashMap<>();
        if (role != Role.NOBODY) {
            box.polls().reversed().forEach(poll -> {
                Results results = box.results(poll.id());
                if (results != null) {
                    polls.put(poll, results);
                }
            });
        }
        return Responses.page(status, OrganiserPage.list(polls, role, language, notice));
    }

    private Response poll(
            int status,
            String id,
            Request request,
            Language language,
            OrganiserPage.Notice notice,
            RosterAttempt attempt) {
        Poll poll = box.poll(id);
        Results results = box.results(id);
        if (poll == null || results == null) {
            return notFound(language);
        }
        RosterDesk desk = new RosterDesk(
                poll, results, box.voters(id, Role.ORGANISER), language, attempt.typed(), attempt.mistakes());
        return Responses.page(
                status, OrganiserPage.poll(poll, results, place.address(request), language, notice, desk));
    }

    private Response written(
            int status, PollForm form, String editing, Language language, OrganiserPage.Notice notice) {
        return Responses.page(status, PollFormPage.html(form, editing, language, notice, preview(form, language)));
    }

    /** What the voters of such a poll would see; empty while it is none. */
    private String preview(PollForm form, Language language) {
        try {
            Poll poll = form.poll(box::isTaken);
            return BallotPage.preview(poll, Results.none(poll, PollState.OPEN), language);
        } catch (IllegalArgumentException e) {
            return form.isAny() ? "<p class=\"shut\">" + Html.escape(String.valueOf(e.getMessage())) + "</p>" : "";
        }
    }

    /** What was done, as the address says it after a post, with what takes it back while that is possible. */
    private OrganiserPage.Notice notice(Request request, Language language) {
        FormFields query = FormFields.of(request.query());
        String done = query.first("done");
        String id = query.first("poll");
        OrganiserWords said = new OrganiserWords(language);
        Results results = id.isEmpty() ? null : box.results(id);
        String undo = results == null
                ? ""
                : done.equals("open") && results.state() == PollState.OPEN
                        ? "pause"
                        : done.equals("pause") && results.state() == PollState.PAUSED
                                ? "open"
                                : done.equals("define") && results.state() == PollState.DRAFT && before.containsKey(id)
                                        ? "restore"
                                        : "";
        return new OrganiserPage.Notice(
                said.done(done), false, undo.isEmpty() ? null : new OrganiserPage.Undo(undo, id, said.undo(done)));
    }

    private static OrganiserPage.Notice forbidden(Language language) {
        return OrganiserPage.Notice.fault(
                Words.refused(new CommandResult.Refused(CommandResult.Reason.FORBIDDEN), language));
    }

    private static Response notFound(Language language) {
        return Responses.page(404, ListPage.sentence(new PageWords(language).notFound(), language));
    }

    private void export(String id, String format, Exchange exchange) {
        boolean isCsv = !format.equals("json");
        place.worker()
                .run(
                        () -> {
                            LogExport export = place.log().call();
                            return isCsv ? "\uFEFF" + export.csv(id) : export.json(id);
                        },
                        box.loop(),
                        (text, failure) -> exchange.respond(
                                text == null
                                        ? Responses.json(503, JsonWriter.write(Map.of("status", "degraded")))
                                        : Responses.file(
                                                isCsv ? "text/csv; charset=utf-8" : "application/json; charset=utf-8",
                                                id + (isCsv ? ".csv" : ".json"),
                                                text)));
    }

    // ---------------------------------------------------------------------------------------------- doing

    private void post(Request request, Language language, Exchange exchange) {
        FormFields fields = FormFields.of(request.body());
        Role role = role(request);
        String[] levels = request.path().split("/", -1);
        switch (request.path()) {
            case "/organiser/session" -> begin(fields, language, exchange);
            case "/organiser/end" -> {
                String session = Requests.cookie(request, COOKIE);
                if (session != null) {
                    roles.endSession(session);
                }
                exchange.respond(Responses.seeOther("/organiser?lang=" + language.code()));
            }
            case "/organiser" -> direct(fields, role, language, exchange);
            default -> {
                if (role != Role.ORGANISER) {
                    exchange.respond(list(403, role, language, forbidden(language)));
                } else if (request.path().equals("/organiser/preview")) {
                    onPreview(fields, request, language, exchange);
                } else if (request.path().equals("/organiser/new")) {
                    save(fields, language, exchange);
                } else if (levels.length == 5 && levels[2].equals("poll") && levels[4].equals("roster")) {
                    enrol(levels[3], fields, request, language, exchange);
                } else if (levels.length == 5 && levels[2].equals("poll") && levels[4].equals("codes")) {
                    issueCodes(levels[3], fields, request, language, exchange);
                } else {
                    exchange.respond(notFound(language));
                }
            }
        }
    }

    private void begin(FormFields fields, Language language, Exchange exchange) {
        String session = roles.newSession(fields.first("secret").strip());
        exchange.respond(
                session == null
                        ? list(
                                403,
                                Role.NOBODY,
                                language,
                                OrganiserPage.Notice.fault(new PageWords(language).wrongSecret()))
                        : Responses.with(
                                Responses.seeOther("/organiser?lang=" + language.code()),
                                "Set-Cookie",
                                COOKIE + "=" + session + "; Path=/" + place.cookie()));
    }

    /** A button: what cannot be taken back is asked about first. */
    private void direct(FormFields fields, Role role, Language language, Exchange exchange) {
        String word = fields.first("command");
        String id = fields.first("poll");
        String back = fields.first("back").equals("screen") ? "screen" : "list";
        Poll poll = box.poll(id);
        Results results = box.results(id);
        if (role != Role.NOBODY && poll != null && results != null) {
            if (asksFirst(word) && fields.first("sure").isEmpty()) {
                exchange.respond(Responses.page(200, OrganiserPage.question(poll, results, word, back, language)));
                return;
            }
            Poll former = before.get(id);
            if (word.equals("restore") && former != null) {
                before.remove(id);
                run(role, new PollCommand.Define(former), "restore", back, language, exchange);
                return;
            }
        }
        try {
            String minutes = fields.first("minutes").strip();
            String more = minutes.isEmpty() || !word.equals("open") ? "" : " " + MINUTE * Long.parseLong(minutes);
            run(role, CommandText.parse(word + " " + id + more), word, back, language, exchange);
        } catch (IllegalArgumentException e) {
            exchange.respond(list(400, role, language, OrganiserPage.Notice.fault(String.valueOf(e.getMessage()))));
        }
    }

    private void run(Role role, PollCommand command, String word, String back, Language language, Exchange exchange) {
        box.run(role, command, result -> {
            if (result instanceof CommandResult.Refused refused) {
                String why = Words.refused(refused, language);
                exchange.respond(list(ApiDoor.status(result), role, language, OrganiserPage.Notice.fault(why)));
            } else {
                String query = "?lang=" + language.code() + "&done=" + word + "&poll=" + command.poll();
                exchange.respond(Responses.seeOther(
                        back.equals("screen") ? "/screen/" + command.poll() + query : "/organiser" + query));
            }
        });
    }

    private void onPreview(FormFields fields, Request request, Language language, Exchange exchange) {
        PollForm form = PollForm.of(fields);
        exchange.respond(
                Requests.wantsJson(request)
                        ? Responses.json(200, JsonWriter.write(Map.of("html", preview(form, language))))
                        : written(200, form, fields.first("editing"), language, OrganiserPage.Notice.NONE));
    }

    private void save(FormFields fields, Language language, Exchange exchange) {
        PollForm form = PollForm.of(fields);
        String editing = fields.first("editing");
        Poll poll;
        try {
            poll = form.poll(box::isTaken);
        } catch (IllegalArgumentException e) {
            OrganiserPage.Notice why = OrganiserPage.Notice.fault(String.valueOf(e.getMessage()));
            exchange.respond(written(400, form, editing, language, why));
            return;
        }
        Poll former = box.poll(poll.id());
        if (former != null && editing.isEmpty()) {
            CommandResult.Refused exists = new CommandResult.Refused(CommandResult.Reason.EXISTS);
            exchange.respond(
                    written(409, form, "", language, OrganiserPage.Notice.fault(Words.refused(exists, language))));
            return;
        }
        box.run(Role.ORGANISER, new PollCommand.Define(poll), result -> {
            if (result instanceof CommandResult.Refused refused) {
                OrganiserPage.Notice why = OrganiserPage.Notice.fault(Words.refused(refused, language));
                exchange.respond(written(ApiDoor.status(result), form, editing, language, why));
                return;
            }
            if (former == null || former.equals(poll)) {
                before.remove(poll.id());
            } else {
                before.put(poll.id(), former);
            }
            if (fields.first("action").equals("open")
                    && !poll.rules().eligibility().hasList()) {
                run(Role.ORGANISER, new PollCommand.Open(poll.id(), 0), "open", "list", language, exchange);
            } else { // who may vote by roster or code is said next
                exchange.respond(Responses.seeOther("/organiser/poll/" + poll.id() + "?lang=" + language.code()
                        + "&done=define&poll=" + poll.id()));
            }
        });
    }

    /** A roster that was typed, and what is wrong with it. */
    private record RosterAttempt(String typed, List<RosterText.Mistake> mistakes) {
        static final RosterAttempt NONE = new RosterAttempt("", List.of());
    }

    private void enrol(String id, FormFields fields, Request request, Language language, Exchange exchange) {
        String typed = fields.first("roster");
        RosterText roster = RosterText.read(typed, random);
        if (!roster.mistakes().isEmpty()) {
            RosterAttempt attempt = new RosterAttempt(typed, roster.mistakes());
            exchange.respond(poll(400, id, request, language, OrganiserPage.Notice.NONE, attempt));
            return;
        }
        box.run(Role.ORGANISER, new PollCommand.Enrol(id, roster.voters()), result -> {
            Poll poll = box.poll(id);
            if (result instanceof CommandResult.Refused refused) {
                OrganiserPage.Notice why = OrganiserPage.Notice.fault(Words.refused(refused, language));
                exchange.respond(
                        poll(ApiDoor.status(result), id, request, language, why, new RosterAttempt(typed, List.of())));
            } else if (poll != null && !roster.drawn().isEmpty()) {
                exchange.respond(
                        Responses.page(200, SheetPage.pins(poll, roster.drawn(), place.address(request), language)));
            } else {
                exchange.respond(Responses.seeOther(
                        "/organiser/poll/" + id + "?lang=" + language.code() + "&done=roster&poll=" + id));
            }
        });
    }

    private void issueCodes(String id, FormFields fields, Request request, Language language, Exchange exchange) {
        String count = fields.first("count").strip();
        int number = count.matches("[0-9]{1,5}") ? Integer.parseInt(count) : 0;
        box.run(Role.ORGANISER, new PollCommand.IssueCodes(id, number), result -> {
            Poll poll = box.poll(id);
            if (result instanceof CommandResult.Codes(List<String> codes) && poll != null) {
                exchange.respond(Responses.page(200, SheetPage.codes(poll, codes, place.address(request), language)));
            } else if (result instanceof CommandResult.Refused refused) {
                OrganiserPage.Notice why = OrganiserPage.Notice.fault(Words.refused(refused, language));
                exchange.respond(poll(ApiDoor.status(result), id, request, language, why, RosterAttempt.NONE));
            }
        });
    }
}
