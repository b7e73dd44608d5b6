package org.althing.vote.web;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.althing.net.HttpHandler;
import org.althing.net.Worker;
import org.althing.vote.Ballot;
import org.althing.vote.BallotBox;
import org.althing.vote.CastResult;
import org.althing.vote.Counting;
import org.althing.vote.JoinCode;
import org.althing.vote.Language;
import org.althing.vote.LogExport;
import org.althing.vote.Poll;
import org.althing.vote.PollOption;
import org.althing.vote.PollState;
import org.althing.vote.Proof;
import org.althing.vote.Refusal;
import org.althing.vote.Results;
import org.althing.vote.Role;
import org.althing.vote.Roles;
import org.althing.vote.Rules;
import org.althing.vote.Words;
import org.althing.vote.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/**
 * The web door.
 *
 * <pre>
 *   GET  /                  while exactly one poll is open its ballot, otherwise links to all
 *   GET  /v/heure           the ballot page
 *   POST /v/heure           name, pin or code, choice, id: a ballot; answered by the page, or by JSON where that is accepted
 *   POST /v/heure/session   a code from the fragment of a link: a session, so that the code is typed nowhere
 *   GET  /v/heure/results   the count, JSON; with ?id= what the one may see who cast that ballot
 *   GET  /j/ABC234          on to the poll with this join code; also /j?code=
 *   GET  /screen/heure      the page for the projector
 *   GET  /assets/...        style and scripts
 *   /organiser, /api        see OrganiserDoor
 * </pre>
 *
 * Requests may come from any loop; pages are made on the box's.
 */
public final class WebDoor implements HttpHandler {
    /**
     * Where the pages are.
     *
     * @param address tells where others reach them, such as {@code http://192.168.1.5:8080}; null where nobody knows, and
     *     then it is as each browser says it
     * @param isEncrypted whether the pages are served over TLS only
     * @param log reads the log for exports; blocks
     * @param worker runs what blocks
     */
    public record Place(
            Supplier<@Nullable String> address, boolean isEncrypted, Callable<LogExport> log, Worker worker) {

        /** The address without a slash at its end, for links that others open. */
        String address(Request request) {
            String known = address.get();
            return known == null
                    ? (isEncrypted ? "https://" : "http://") + String.valueOf(request.header("host"))
                    : known;
        }

        /** What a cookie says besides its value. */
        String cookie() {
            return "; HttpOnly; SameSite=Strict" + (isEncrypted ? "; Secure" : "");
        }
    }

    private final BallotBox box;
    private final RandomGenerator random;
    private final Assets assets = new Assets();
    private final VoterSessions sessions;
    private final OrganiserDoor organiser;
    private final Place place;

    /** @param random names ballots of forms and sessions; not to be guessed by others */
    public WebDoor(BallotBox box, Roles roles, RandomGenerator random, Place place) {
        this.box = box;
        this.random = random;
        sessions = new VoterSessions(random, place);
        organiser = new OrganiserDoor(box, roles, place, random);
        this.place = place;
    }

    @Override
    public void handle(Request request, Exchange exchange) {
        if (request.path().startsWith("/assets/")) {
            exchange.respond(asset(request));
        } else {
            box.loop().execute(() -> route(request, exchange));
        }
    }

    private void route(Request request, Exchange exchange) {
        Language language = Requests.language(request);
        String path = request.path();
        boolean isGet = Requests.isGet(request);
        String[] levels = path.substring(1).split("/", -1);
        String poll = levels.length > 1 && (levels[0].equals("v") || levels[0].equals("screen")) ? levels[1] : "";
        String below = levels.length > 2 ? path.substring(4 + poll.length()) : "";
        if (organiser.takes(path)) {
            organiser.route(request, language, exchange);
        } else if (path.equals("/j") || path.startsWith("/j/")) {
            exchange.respond(isGet ? join(request, language) : Responses.notAllowed("GET, HEAD"));
        } else if (path.equals("/")) {
            exchange.respond(isGet ? home(request, language) : Responses.notAllowed("GET, HEAD"));
        } else if (levels[0].equals("screen")) {
            exchange.respond(isGet ? screen(poll, request, language) : Responses.notAllowed("GET, HEAD"));
        } else if (below.equals("results")) {
            exchange.respond(isGet ? results(poll, request) : Responses.notAllowed("GET, HEAD"));
        } else if (isGet && below.isEmpty() && isEarly(poll)) {
            exchange.respond(Responses.page(200, BallotPage.early(poll, language, path)));
        } else if (!isVisible(poll) || !below.isEmpty() && !below.equals("session")) {
            exchange.respond(Responses.page(404, ListPage.sentence(new PageWords(language).notFound(), language)));
        } else if (below.equals("session")) {
            exchange.respond(request.method().equals("POST") ? session(poll, request) : Responses.notAllowed("POST"));
        } else if (request.method().equals("POST")) {
            onPost(poll, request, language, exchange);
        } else {
            exchange.respond(
                    isGet ? ballot(poll, path, request, language, 200, null) : Responses.notAllowed("GET, HEAD, POST"));
        }
    }

    /** Drafts are the organiser's business. */
    private boolean isVisible(String poll) {
        Results results = box.results(poll);
        return results != null && results.state() != PollState.DRAFT;
    }

    private boolean isEarly(String poll) {
        Results results = box.results(poll);
        return results != null && results.state() == PollState.DRAFT;
    }

    // ---------------------------------------------------------------------------------------------- looking

    private Response screen(String id, Request request, Language language) {
        Role role = organiser.role(request);
        Poll poll = box.poll(id);
        Results results = box.results(id);
        if (poll == null || results == null) {
            return Responses.page(404, ListPage.sentence(new PageWords(language).notFound(), language));
        }
        if (!box.isVisible(id, role)) {
            return Responses.page(200, BallotPage.early(id, language, "/screen/" + id));
        }
        List<Poll> all = box.polls().stream()
                .filter(other -> box.isVisible(other.id(), role))
                .toList();
        String next = all.size() < 2
                ? null
                : "/screen/" + all.get((all.indexOf(poll) + 1) % all.size()).id();
        return Responses.page(
                200,
                ScreenPage.html(
                        new ScreenPage.Asked(
                                poll,
                                results,
                                box.outcome(results),
                                role,
                                place.address(request),
                                box.checkpoint(id),
                                next,
                                box.loop().clock().wallMillis()),
                        language));
    }

    private Response home(Request request, Language language) {
        Map<Poll, PollState> polls = new LinkedHashMap<>();
        for (Poll poll : box.polls()) {
            Results results = box.results(poll.id());
            if (results != null && results.state() != PollState.DRAFT) {
                polls.put(poll, results.state());
            }
        }
        List<Poll> open = polls.entrySet().stream()
                .filter(entry -> entry.getValue() == PollState.OPEN)
                .map(Map.Entry::getKey)
                .toList();
        return open.size() == 1
                ? ballot(open.getFirst().id(), "/", request, language, 200, null)
                : Responses.page(200, ListPage.html(polls, language));
    }

    private Response ballot(
            String pollId,
            String path,
            Request request,
            Language language,
            int status,
            BallotPage.@Nullable Posted posted) {
        Poll poll = box.poll(pollId);
        Results results = posted == null ? box.results(pollId) : box.resultsFor(pollId, posted.id());
        if (poll == null || results == null) {
            throw new IllegalStateException("no poll " + pollId);
        }
        BallotPage.Asked asked = new BallotPage.Asked(
                path,
                Roles.newSecret(random),
                sessions.code(pollId, request) != null,
                box.loop().clock().wallMillis());
        return Responses.page(status, BallotPage.html(poll, results, language, asked, posted));
    }

    private Response join(Request request, Language language) {
        String typed = request.path().equals("/j")
                ? FormFields.of(request.query()).first("code")
                : request.path().substring(3);
        for (Poll poll : box.polls()) {
            if (JoinCode.means(typed, poll.id())) {
                return Responses.seeOther("/v/" + poll.id());
            }
        }
        return Responses.page(404, ListPage.sentence(new PageWords(language).noSuchCode(), language));
    }

    private Response results(String pollId, Request request) {
        String id = FormFields.of(request.query()).first("id");
        Results results = id.isEmpty() ? box.results(pollId) : box.resultsFor(pollId, id);
        return results == null || !isVisible(pollId)
                ? Responses.json(404, JsonWriter.write(Map.of("status", Refusal.UNKNOWN_POLL.code())))
                : Responses.json(200, box.json(results));
    }

    private Response asset(Request request) {
        Assets.Asset asset = assets.named(request.path().substring("/assets/".length()));
        if (asset == null) {
            return new Response(
                    404, Map.of("Content-Type", "text/plain"), "not found\n".getBytes(StandardCharsets.US_ASCII));
        }
        boolean isKnown = asset.tag().equals(request.header("if-none-match"));
        boolean isPacked = String.valueOf(request.header("accept-encoding")).contains("gzip");
        byte[] body = isKnown ? new byte[0] : isPacked ? asset.packed() : asset.content();
        Response response = Responses.of(isKnown ? 304 : 200, asset.contentType(), "no-cache", body);
        response = Responses.with(Responses.with(response, "ETag", asset.tag()), "Vary", "Accept-Encoding");
        return isPacked && !isKnown ? Responses.with(response, "Content-Encoding", "gzip") : response;
    }

    // ---------------------------------------------------------------------------------------------- voting

    private Response session(String pollId, Request request) {
        String code = FormFields.of(request.body()).first("code");
        if (!Requests.isSameOrigin(request)) {
            return Responses.json(403, JsonWriter.write(Map.of("status", "other-origin")));
        }
        Refusal refusal = box.eligibility(
                new Ballot(pollId, "", List.of(), null, new Proof.Code(code, Requests.source(request))));
        return refusal == null
                ? Responses.with(
                        Responses.json(200, JsonWriter.write(Map.of("status", "known"))),
                        "Set-Cookie",
                        sessions.begin(pollId, code))
                : Responses.json(
                        refusal == Refusal.RATE ? 429 : 403, JsonWriter.write(Map.of("status", refusal.code())));
    }

    private void onPost(String pollId, Request request, Language language, Exchange exchange) {
        boolean wantsJson = Requests.wantsJson(request);
        if (!Requests.isSameOrigin(request)) {
            String sentence = new PageWords(language).otherOrigin();
            exchange.respond(
                    wantsJson
                            ? Responses.json(403, JsonWriter.write(Map.of("status", "other-origin", "text", sentence)))
                            : Responses.page(403, ListPage.sentence(sentence, language)));
            return;
        }
        FormFields fields = FormFields.of(request.body());
        String id = fields.first("id");
        Ballot ballot = ballot(pollId, fields, request);
        box.cast(ballot, result -> {
            int status = status(result);
            if (box.poll(pollId) == null) { // deleted meanwhile
                exchange.respond(Responses.page(404, ListPage.sentence(new PageWords(language).notFound(), language)));
            } else if (wantsJson) {
                exchange.respond(Responses.json(status, receipt(pollId, id, result, language)));
            } else {
                BallotPage.Posted posted = new BallotPage.Posted(ballot.voter(), ballot.choice(), id, result);
                exchange.respond(ballot(pollId, "/v/" + pollId, request, language, status, posted));
            }
        });
    }

    private Ballot ballot(String pollId, FormFields fields, Request request) {
        Poll poll = box.poll(pollId);
        String id = fields.first("id");
        List<String> choice = new ArrayList<>(fields.all("choice"));
        Proof proof = Proof.none();
        if (poll != null) {
            if (poll.rules().counting() instanceof Counting.Score) {
                for (PollOption option : poll.options()) {
                    String points = fields.first("score-" + option.key());
                    if (!points.isEmpty()) {
                        choice.add(option.key() + "=" + points);
                    }
                }
            }
            String code = fields.first("code").isEmpty() ? sessions.code(pollId, request) : fields.first("code");
            proof = switch (poll.rules().eligibility()) {
                case ROSTER -> new Proof.Pin(fields.first("pin"), Requests.source(request));
                case CODES -> new Proof.Code(code == null ? "" : code, Requests.source(request));
                case OPEN_NAMES, MQTT_USER, CERTIFICATE -> Proof.none();
            };
        }
        boolean isNameless = poll != null && poll.rules().eligibility() == Rules.Eligibility.CODES;
        return new Ballot(pollId, isNameless ? "" : fields.first("name"), choice, id.isEmpty() ? null : id, proof);
    }

    private String receipt(String pollId, String id, CastResult result, Language language) {
        Poll poll = box.poll(pollId);
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("id", id);
        switch (result) {
            case CastResult.Voted(long seq) -> {
                members.put("status", "voted");
                members.put("seq", seq);
            }
            case CastResult.AlreadyVoted _ -> members.put("status", "already-voted");
            case CastResult.Refused(Refusal refusal) -> members.put("status", refusal.code());
        }
        members.put("text", poll == null ? "" : Words.verdict(result, poll, language));
        return JsonWriter.write(members);
    }

    private static int status(CastResult result) {
        return switch (result) {
            case CastResult.Voted _ -> 200;
            case CastResult.AlreadyVoted _ -> 409;
            case CastResult.Refused(Refusal refusal) ->
                switch (refusal) {
                    case UNKNOWN_POLL -> 404;
                    case NOT_OPEN, PAUSED, CLOSED -> 409;
                    case UNKNOWN_CHOICE, WRONG_NUMBER_OF_CHOICES, WRONG_SCORE, BAD_NAME, NAME_TOO_LONG, BAD_VOTE_ID ->
                        400;
                    case NOT_ELIGIBLE, BAD_CODE, BAD_PIN -> 403;
                    case RATE -> 429;
                    case BUSY, DEGRADED -> 503;
                };
        };
    }
}
